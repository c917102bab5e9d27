import { expect, test } from "vitest";
import { newRun, serve } from "./face.ts";

const docs = "See the API docs for more information about request parameters.";

test("what is missing or of the wrong type is said as MLflow says it", async () => {
  const client = await serve();
  const cases = [
    ["experiments/create", {}, `Missing value for required parameter 'name'. ${docs}`],
    ["experiments/create", { name: "" }, `Missing value for required parameter 'name'. ${docs}`],
    [
      "experiments/create",
      { name: 123 },
      `Invalid value 123 for parameter 'name' supplied:  Hint: Value was of type 'int'. ${docs}`,
    ],
    [
      "experiments/create",
      { name: { b: 1, a: ["é"] } },
      `Invalid value {"a":["\\u00e9"],"b":1} for parameter 'name' supplied:  Hint: Value was of type 'dict'. ${docs}`,
    ],
    [
      "runs/log-metric",
      { run_id: "x", key: "m", value: 1 },
      `Missing value for required parameter 'timestamp'. ${docs}`,
    ],
    [
      "runs/log-metric",
      { run_id: "x", key: "m", value: "abc", timestamp: 1 },
      `Invalid value "abc" for parameter 'value' supplied:  Hint: Value was of type 'str'. ${docs}`,
    ],
    [
      "runs/log-batch",
      { run_id: "x", metrics: [{ key: "m", timestamp: 1 }] },
      `Missing value for required parameter 'metrics[0].value'. ${docs}`,
    ],
    [
      "runs/log-batch",
      { run_id: "x", params: [{ value: "1" }] },
      `Missing value for required parameter 'params[0].key'. ${docs}`,
    ],
    [
      "runs/log-batch",
      { run_id: "x", tags: "abc" },
      `Invalid value "abc" for parameter 'tags' supplied:  Hint: Value was of type 'str'. ${docs}`,
    ],
    [
      "runs/log-parameter",
      { run_id: "x", key: "a/../b" },
      `Invalid value "a/../b" for parameter 'key' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to 'b'`,
    ],
    [
      "runs/set-tag",
      { run_id: "x", key: "k".repeat(251) },
      "'key' exceeds the maximum length of 250 characters",
    ],
    [
      "runs/search",
      { experiment_ids: ["0"], max_results: 0 },
      "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer",
    ],
    [
      "runs/search",
      { experiment_ids: ["0"], page_token: "abc" },
      "Invalid page token, could not base64-decode",
    ],
    ["runs/search", { experiment_ids: ["0"], page_token: "e30=" }, "Invalid page token, decoded value=b'{}'"],
    [
      "experiments/set-experiment-tag",
      { experiment_id: "0", key: "a", value: "x".repeat(20_001) },
      "'value' exceeds the maximum length of 20000 characters",
    ],
  ] as const;
  for (const [path, body, message] of cases)
    expect([path, (await client.post(path, body)).json]).toEqual([
      path,
      { error_code: "INVALID_PARAMETER_VALUE", message },
    ]);
});

test("what is not there is a 404 with its code", async () => {
  const client = await serve();
  const cases = [
    ["runs/get?run_id=abc", "Run with id=abc not found"],
    ["experiments/get?experiment_id=77", "No Experiment with id=77 exists"],
    ["experiments/get-by-name?experiment_name=x", "Could not find experiment with name 'x'"],
    ["logged-models/m-1", "Logged model with ID 'm-1' not found."],
    ["metrics/get-history-bulk-interval?run_ids=abc&metric_key=m", "Run with id=abc not found"],
  ] as const;
  for (const [path, message] of cases) {
    const response = await client.send("GET", path);
    expect([response.status, await response.json()]).toEqual([
      404,
      { error_code: "RESOURCE_DOES_NOT_EXIST", message },
    ]);
  }
  const nothing = await client.send("GET", "/api/2.0/mlflow/nothing");
  expect(nothing.status).toBe(404);
  expect(await nothing.json()).toMatchObject({ error_code: "ENDPOINT_NOT_FOUND" });
});

test("old and odd clients are understood", async () => {
  const client = await serve();
  const doubled = await client.post("experiments/create", JSON.stringify(JSON.stringify({ name: "old" })));
  expect(doubled.status).toBe(200);
  const id = await newRun(client);
  // Numbers as texts, fields nobody knows, the id's old name.
  const metric = { run_uuid: id, key: "m", value: "0.5", timestamp: "12", step: "3", colour: "red" };
  expect((await client.post("runs/log-metric", metric)).status).toBe(200);
  const { json } = await client.get("runs/get", { run_uuid: id, run_id: id });
  expect(json.run?.data.metrics).toEqual([{ key: "m", value: 0.5, timestamp: 12, step: 3 }]);
  const typed = { "content-type": "application/json; charset=utf-8" };
  expect((await client.post("experiments/create", { name: "typed" }, typed)).status).toBe(200);
  for (const [type, message] of [
    ["text/plain", "Bad Request. Content-Type must be one of ['application/json']."],
    ["", "Bad Request. Content-Type header is missing."],
  ] as const) {
    const body = new TextEncoder().encode("{}");
    const response = await client.send(
      "POST",
      "experiments/create",
      body,
      type ? { "content-type": type } : {},
    );
    expect([response.status, await response.json()]).toMatchObject([400, { message }]);
  }
  for (const root of ["/ajax-api/2.0/mlflow", "//api//2.0/mlflow"])
    expect((await client.send("GET", `${root}/experiments/get?experiment_id=0`)).status).toBe(200);
});

test("limits of a batch", async () => {
  const client = await serve();
  const id = await newRun(client);
  const many = <T>(count: number, make: (at: number) => T) =>
    Array.from({ length: count }, (_, at) => make(at));
  const metrics = (count: number) => many(count, (at) => ({ key: `m${at}`, value: at, timestamp: 1 }));
  const texts = (count: number) => many(count, (at) => ({ key: `k${at}`, value: "v" }));
  const log = async (body: object) =>
    (await client.post("runs/log-batch", { run_id: id, ...body })).json.message;
  expect(await log({ metrics: metrics(1_000) })).toBeUndefined();
  expect(await log({ metrics: metrics(1_001) })).toContain("at most 1000 metrics. Got 1001 metrics.");
  expect(await log({ params: texts(101) })).toContain("at most 100 params. Got 101 params.");
  expect(await log({ tags: texts(101) })).toContain("at most 100 tags. Got 101 tags.");
  expect(await log({ metrics: metrics(950), params: texts(51) })).toContain(
    "at most 1000 metrics, params, and tags. Got 1001 metrics, params, and tags.",
  );
  expect(await log({ params: [...texts(2), ...texts(1)] })).toContain(
    "Duplicate parameter keys have been submitted: ['k0'].",
  );
  await log({
    params: [{ key: "long", value: "é".repeat(7_000) }],
    tags: [{ key: "long", value: "x".repeat(9_000) }],
  });
  const { json } = await client.get("runs/get", { run_id: id });
  expect(json.run?.data.params?.find(({ key }) => key === "long")?.value).toHaveLength(6_000);
  expect(json.run?.data.tags?.find(({ key }) => key === "long")?.value).toHaveLength(8_000);
});

test("only the right host, page and token get an answer", async () => {
  const client = await serve({ token: "secret", hosts: ["train.example"], origins: ["https://app.example"] });
  const ask = async (headers: Readonly<Record<string, string>>, method = "GET") => {
    const path = method === "GET" ? "experiments/get?experiment_id=0" : "experiments/create";
    const response = await client.send(method, path, method === "GET" ? undefined : "{}", {
      "content-type": "application/json",
      ...headers,
    });
    return response.status;
  };
  const right = { authorization: "Bearer secret" };
  expect(await ask(right)).toBe(200);
  expect(await ask({ authorization: `Basic ${btoa("me:secret")}` })).toBe(200);
  for (const wrong of [
    "",
    "Bearer",
    "Bearer secret2",
    "Bearer secre",
    `Basic ${btoa("secret:me")}`,
    "secret",
  ])
    expect([wrong, await ask({ authorization: wrong })]).toEqual([wrong, 401]);
  expect(await ask({ ...right, origin: "https://evil.example" }, "POST")).toBe(403);
  expect(await ask({ ...right, origin: "null" }, "POST")).toBe(403);
  expect(await ask({ ...right, origin: "https://app.example" }, "POST")).toBe(400);
  expect(await ask({ ...right, origin: "http://localhost:3000" }, "POST")).toBe(400);
  for (const open of ["/health", "/version"]) expect((await client.send("GET", open)).status).toBe(200);
  expect(client.failures).toEqual([]);
});

test("nothing a client sends is a 500", async () => {
  const client = await serve();
  const id = await newRun(client);
  const odd = [
    ...["", "null", "[]", "1", '"x"', "{", '{"run_id":null}', "\u0000", `{"run_id":${"[".repeat(5_000)}`],
    ...[
      { run_id: id, key: "__proto__", value: 1, timestamp: 1 },
      { run_id: id, key: "a", value: 1, timestamp: -1 },
    ],
    ...[
      { run_id: id, key: "a", value: 1, timestamp: 1e300 },
      { run_id: id, key: "a", value: 1, timestamp: 1, step: 2 ** 63 },
    ],
    ...[
      { run_id: "../../x", key: "a", value: "b" },
      { run_id: id, key: "x\ny", value: "b" },
      { run_id: [id] },
    ],
    ...[
      { run_id: id, metrics: [null] },
      { run_id: id, metrics: [[]] },
      { run_id: id, params: { a: 1 } },
    ],
    ...[
      { run_id: id, datasets: [{ dataset: "x" }] },
      { run_id: id, models: [{}] },
      { run_id: id, model_json: "{" },
    ],
    ...[
      { experiment_ids: [1] },
      { experiment_ids: ["0"], filter: "((((" },
      { experiment_ids: ["x"], order_by: [1] },
    ],
    ...[
      { experiment_ids: ["0"], max_results: -5 },
      { experiment_ids: ["0"], max_results: 1e99 },
    ],
    ...[{ experiment_ids: ["0"], filter: `tags.a LIKE '${"%_".repeat(4_000)}'` }],
    ...[{ experiment_ids: ["0"], page_token: btoa(JSON.stringify(["x", { number: {} }])) }],
    ...[
      { name: "x".repeat(501) },
      { name: "a", artifact_location: "runs:/x" },
      { name: "b", tags: [{ key: "../a" }] },
    ],
    ...[
      { run_id: id, status: "NOPE" },
      { run_id: id, status: 99 },
      { run_id: id, end_time: "x" },
    ],
  ];
  const paths = [
    ...[
      "runs/create",
      "runs/update",
      "runs/log-metric",
      "runs/log-parameter",
      "runs/set-tag",
      "runs/delete-tag",
    ],
    ...[
      "runs/log-batch",
      "runs/log-inputs",
      "runs/outputs",
      "runs/log-model",
      "runs/search",
      "experiments/create",
    ],
    ...["experiments/search", "experiments/update", "experiments/set-experiment-tag", "logged-models"],
    ...["logged-models/search", "experiments/search-datasets"],
  ];
  for (const path of paths)
    for (const body of odd) {
      const { status } = await client.post(path, body);
      expect([path, body, status < 500]).toEqual([path, body, true]);
    }
  for (const path of [
    "runs/get",
    "metrics/get-history",
    "artifacts/list",
    "experiments/get",
    "metrics/get-history-bulk-interval",
  ])
    for (const query of [
      "",
      "?run_id=%00",
      "?run_id=a&run_id=b&metric_key=%ff",
      "?experiment_id=-1",
      "?path=../..",
    ])
      expect((await client.send("GET", path + query)).status).toBeLessThan(500);
  expect(client.failures).toEqual([]);
});
