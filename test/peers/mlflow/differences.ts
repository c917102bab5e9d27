/** Every difference between the answers of MLflow's own server and Runline's, with its reason. A difference that fits none of these is a defect. */

import type { Reply } from "./replay.ts";
import type { Step } from "./steps.ts";

interface Difference {
  readonly reason: string;
  is(step: Step, their: Reply, our: Reply): boolean;
}

interface Refusal {
  readonly error_code: string;
  readonly message: string;
}

const differences: readonly Difference[] = [
  {
    reason: "What a client did wrong is never a 500: clients would try again for minutes",
    is: (_, their, our) => their.status === 500 && our.status === 400,
  },
  {
    reason: "What is wrong in a filter is said in other words; sets of words have no order in Python",
    is: (step, their, our) =>
      /search$/.test(step.call) &&
      areBoth("INVALID_PARAMETER_VALUE", their, our) &&
      /filter|order_by/.test(bodyOf(step)),
  },
  {
    reason: "AND that joins nothing, or is missing, is refused instead of guessed at",
    is: (step, their, our) =>
      their.status === 200 &&
      our.status === 400 &&
      /"(AND [^"]+|[^"]+ AND|metrics.loss > 1 metrics.loss < 2)"/.test(bodyOf(step)),
  },
  {
    reason: "The path of search-datasets works, which theirs lacks a slash for",
    is: (step, their) => step.call.endsWith("search-datasets") && their.status === 404,
  },
  {
    reason: "A status that does not exist is refused instead of passed over",
    is: (step, their, our) => step.call.endsWith("runs/update") && their.status === 200 && our.status === 400,
  },
  {
    reason: "A name that is taken is said without the SQL that found it out",
    is: (_, their, our) => areBoth("RESOURCE_ALREADY_EXISTS", their, our),
  },
  {
    reason: "A run that runs again has not ended yet",
    is: (step, their, our) =>
      bodyOf(step).includes('"status":"RUNNING"') &&
      JSON.stringify(their) ===
        JSON.stringify(our).replace('"experiment_id"', '"end_time":2000000,"experiment_id"'),
  },
  {
    reason: "A data set is found by its name alone too",
    is: (step, their, our) =>
      their.status === 200 &&
      our.status === 200 &&
      /"datasets":\[\{"dataset_name":"iris"\}\]/.test(bodyOf(step)),
  },
];

/** Why the two answers may differ; null for no reason. */
export function explained(step: Step, their: Reply | undefined, our: Reply | undefined): string | null {
  if (their === undefined || our === undefined) return null;
  return differences.find((difference) => difference.is(step, their, our))?.reason ?? null;
}

export const reasons: readonly string[] = differences.map(({ reason }) => reason);

function bodyOf(step: Step): string {
  return JSON.stringify(step.body ?? null);
}

function areBoth(code: string, their: Reply, our: Reply): boolean {
  const codeOf = ({ json }: Reply) => (json as Partial<Refusal>).error_code;
  return their.status === our.status && codeOf(their) === code && codeOf(our) === code;
}
