/** Where Runline answers the registry's calls differently from MLflow's own server, and why. The list is to stay short. */

export interface Difference {
  /** The call, and a text in its body. */
  readonly call: string;
  readonly says: string;
  readonly why: string;
}

const setOrder = "MLflow prints a set of Python there, in an order that changes from start to start";
const neverOurFault = "a client's mistake is answered with 400: clients try a 500 again for minutes";

const superset = "OR and parentheses are understood here; there they are refused";

export const registryDifferences: readonly Difference[] = [
  {
    call: "GET registered-models/search",
    says: "name+%3D+%28%27iris%27%29",
    why: "MLflow hands the list on to its database and tells of the SQL that failed; the mistake itself is named here",
  },
  {
    call: "GET registered-models/search",
    says: "+OR+",
    why: superset,
  },
  { call: "GET registered-models/search", says: "filter=%28name", why: superset },
  { call: "GET model-versions/search", says: "iris%27+OR+name", why: superset },
  { call: "GET registered-models/search", says: "order_by=name&order_by=name+DESC", why: neverOurFault },
  {
    call: "GET model-versions/search",
    says: "order_by=version_number&order_by=version_number",
    why: neverOurFault,
  },
  { call: "GET registered-models/search", says: "order_by=nonsense", why: setOrder },
  { call: "GET model-versions/search", says: "order_by=run_id", why: setOrder },
  { call: "GET model-versions/search", says: "run_id+%3D+5", why: setOrder },
  { call: "GET model-versions/search", says: "stage+%3D", why: setOrder },
  {
    call: "GET model-versions/search",
    says: "source_path+IN",
    why: "both refuse it; the operator is named here",
  },
  {
    call: "POST registered-models/rename",
    says: '"new_name":"wine"',
    why: "MLflow adds the SQL that failed to its message",
  },
];
