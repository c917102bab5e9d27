/** One call of a list that two servers get. */

export interface Step {
  readonly call: `${"GET" | "POST" | "PATCH" | "DELETE"} ${string}`;
  readonly body?: unknown;
  /** The body as it is sent, where no value makes it: `{"a": 9.0}`. */
  readonly text?: string;
  /** Name → path into the answer. */
  readonly keep?: Readonly<Record<string, string>>;
}

export const call = (name: Step["call"], body?: unknown, keep?: Step["keep"]): Step => ({
  call: name,
  ...(body === undefined ? {} : { body }),
  ...(keep === undefined ? {} : { keep }),
});
export const post = (path: string, body: unknown, keep?: Step["keep"]) => call(`POST ${path}`, body, keep);
export const postText = (path: string, text: string): Step => ({ call: `POST ${path}`, text });
export const get = (path: string, query: Readonly<Record<string, string>> = {}) =>
  call(
    `GET ${path}${Object.keys(query).length === 0 ? "" : `?${new URLSearchParams(query)}`}`
      .replaceAll("%7B", "{")
      .replaceAll("%7D", "}") as Step["call"],
  );
export const long = (count: number) => "x".repeat(count);

export const metric = (run: string, fields: object) =>
  post("runs/log-metric", { run_id: run, key: "m", value: 1, timestamp: 1, ...fields });

export const pairs = (count: number, start = 0) =>
  Array.from({ length: count }, (_, at) => ({ key: `k${at + start}`, value: `v${at}` }));
