import { expect, test } from "vitest";
import { type Client, newRun, serve } from "./face.ts";

type Json = Readonly<Record<string, unknown>>;

async function ask(client: Client, method: string, path: string, body?: object): Promise<Json> {
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const response = await client.send(method, `/api/3.0/mlflow/${path}`, sent, {
    "content-type": "application/json",
  });
  return (await response.json()) as Json;
}

/** Four traces: two slow ones of `chat`, a failed one and one without tokens. */
async function filled(): Promise<Client> {
  const client = await serve();
  const made = [
    { name: "chat", state: "OK", duration: "0.1s", tokens: { input_tokens: 10, cache_read_input_tokens: 4 } },
    { name: "chat", state: "OK", duration: "0.3s", tokens: { input_tokens: 30 } },
    { name: "tool", state: "ERROR", duration: "0.2s", tokens: { input_tokens: 2 } },
    { name: "tool", state: "OK", duration: "0.4s", tokens: "not JSON" },
  ];
  for (const [at, { name, state, duration, tokens }] of made.entries()) {
    const info = {
      ...{ trace_id: `tr-${at}`, state, execution_duration: duration },
      trace_location: { type: "MLFLOW_EXPERIMENT", mlflow_experiment: { experiment_id: "0" } },
      request_time: `2026-11-22T03:0${at}:00Z`,
      trace_metadata: {
        "mlflow.trace.tokenUsage": typeof tokens === "string" ? tokens : JSON.stringify(tokens),
        "mlflow.trace.session": at < 3 ? "one" : "two",
      },
      tags: { "mlflow.traceName": name, env: at < 2 ? "prod" : "dev" },
    };
    await ask(client, "POST", "traces", { trace: { trace_info: info } });
  }
  return client;
}

const count = [{ aggregation_type: "COUNT" }];
const base = { experiment_ids: ["0"], view_type: "TRACES", metric_name: "trace_count", aggregations: count };

test("traces are counted, added up and ranked", async () => {
  const client = await filled();
  const points = async (more: object) =>
    ((await ask(client, "POST", "traces/metrics", { ...base, ...more })).data_points ??
      []) as readonly Json[];
  const values = async (more: object) =>
    (await points(more)).map(({ dimensions, values }) => [dimensions, values]);
  expect(await points({})).toEqual([{ metric_name: "trace_count", dimensions: {}, values: { COUNT: 4 } }]);
  expect(await values({ dimensions: ["trace_status"] })).toEqual([
    [{ trace_status: "ERROR" }, { COUNT: 1 }],
    [{ trace_status: "OK" }, { COUNT: 3 }],
  ]);
  expect(await values({ metric_name: "session_count" })).toEqual([[{}, { COUNT: 2 }]]);
  const spread = [
    { aggregation_type: "AVG" },
    { aggregation_type: "PERCENTILE", percentile_value: 50 },
    { aggregation_type: "PERCENTILE", percentile_value: 99.5 },
  ];
  expect(await values({ metric_name: "latency", aggregations: spread, dimensions: ["trace_name"] })).toEqual([
    [{ trace_name: "chat" }, { AVG: 200, "P50.0": 200, "P99.5": 299 }],
    [{ trace_name: "tool" }, { AVG: 300, "P50.0": 300, "P99.5": 399 }],
  ]);
  const sum = { aggregations: [{ aggregation_type: "SUM" }] };
  expect(await values({ metric_name: "input_tokens", ...sum })).toEqual([[{}, { SUM: 42 }]]);
  expect(await values({ metric_name: "cache_read_input_tokens", ...sum })).toEqual([[{}, { SUM: 4 }]]);
  expect(await values({ filters: ["trace.tag.env = 'dev'", "trace.status = 'OK'"] })).toEqual([
    [{}, { COUNT: 1 }],
  ]);
  const start = Date.parse("2026-11-22T03:00:00Z");
  const minutes = { start_time_ms: start, end_time_ms: start + 119_999, time_interval_seconds: 60 };
  expect(await values(minutes)).toEqual([
    [{ time_bucket: "2026-11-22T03:00:00+00:00" }, { COUNT: 1 }],
    [{ time_bucket: "2026-11-22T03:01:00+00:00" }, { COUNT: 1 }],
  ]);
  expect(await points({ experiment_ids: ["7"], dimensions: ["trace_name"] })).toEqual([]);
});

test("spans and assessments are counted by model and by what was said", async () => {
  const client = await filled();
  const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const span = (id: string, model: string, cost: number) => ({
    ...{ traceId: `${"0".repeat(31)}1`, spanId: id.repeat(16), name: "call" },
    ...{ startTimeUnixNano: "1000000000", endTimeUnixNano: "1250000000", status: { code: 1 } },
    attributes: [
      attribute("mlflow.llm.model", JSON.stringify(model)),
      attribute("mlflow.llm.cost", JSON.stringify({ total_cost: cost })),
    ],
  });
  const spans = [span("1", "big", 0.5), span("2", "big", 0.25), span("3", "small", 0.125)];
  const sent = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  const otlp = { "content-type": "application/json", "x-mlflow-experiment-id": "0" };
  expect((await client.send("POST", "/v1/traces", sent, otlp)).status).toBe(200);
  const cost = { view_type: "SPANS", metric_name: "total_cost", aggregations: [{ aggregation_type: "SUM" }] };
  const { data_points: costs } = await ask(client, "POST", "traces/metrics", {
    ...{ ...base, ...cost, dimensions: ["span_model_name"] },
  });
  expect(costs).toMatchObject([
    { dimensions: { span_model_name: "big" }, values: { SUM: 0.75 } },
    { dimensions: { span_model_name: "small" }, values: { SUM: 0.125 } },
  ]);
  const source = { source_type: "HUMAN", source_id: "ana" };
  for (const value of [true, "no", 0.25])
    await ask(client, "POST", "traces/tr-0/assessments", {
      assessment: { assessment_name: "good", source, feedback: { value } },
    });
  const said = {
    view_type: "ASSESSMENTS",
    metric_name: "assessment_value",
    aggregations: [{ aggregation_type: "MAX" }],
  };
  const { data_points: best } = await ask(client, "POST", "traces/metrics", { ...base, ...said });
  expect(best).toMatchObject([{ values: { MAX: 1 } }]);
});

test.each([
  [{ experiment_ids: [] }, "Missing value for required parameter 'experiment_ids'"],
  [{ metric_name: "constructor" }, "metric_name must be one of"],
  [{ aggregations: [{ aggregation_type: "SUM" }] }, "invalid aggregation_type(s): ['SUM']"],
  [{ aggregations: [] }, "Missing value for required parameter 'aggregations'"],
  [{ dimensions: ["span_name"] }, "invalid dimension(s): ['span_name']"],
  [{ time_interval_seconds: 60 }, "start_time_ms and end_time_ms are required"],
  [{ filters: ["trace.status = 'OK' AND trace.status = 'OK'"] }, "Expected one filter clause"],
  [{ filters: ["trace.tag = 'x'"] }, "requires a key"],
  [{ filters: ["trace.status.x = 'x'"] }, "does not require a key"],
  [{ filters: ["trace.status != 'OK'"] }, "only '=' operator"],
  [{ filters: ["span.name = 'x'"] }, "only supported for SPANS"],
  [{ filters: ["run.name = 'x'"] }, "Invalid identifier"],
])("%j is refused", async (more, message) => {
  const client = await serve();
  expect(await ask(client, "POST", "traces/metrics", { ...base, ...more })).toMatchObject({
    error_code: "INVALID_PARAMETER_VALUE",
    message: expect.stringContaining(message),
  });
});

test("what two filters have to do with each other", async () => {
  const client = await filled();
  const correlation = (one: string, other: string, more: object = {}) =>
    ask(client, "POST", "traces/calculate-filter-correlation", {
      ...{ experiment_ids: ["0"], filter_string1: one, filter_string2: other, ...more },
    });
  expect(await correlation("tags.env = 'prod'", "name = 'chat'")).toMatchObject({
    ...{ total_count: 4, filter1_count: 2, filter2_count: 2, joint_count: 2, npmi: 1 },
  });
  expect(await correlation("tags.env = 'prod'", "name = 'tool'")).toMatchObject({ joint_count: 0, npmi: -1 });
  expect(await correlation("tags.env = 'none'", "name = 'tool'")).toMatchObject({
    npmi: "NaN",
    filter1_count: 0,
  });
  const within = await correlation("tags.env = 'prod'", "name = 'chat'", { base_filter: "timestamp_ms < 0" });
  expect(within).toMatchObject({ total_count: 0, npmi: "NaN" });
  expect(await correlation("nope = 1", "name = 'tool'")).toMatchObject({
    error_code: "INVALID_PARAMETER_VALUE",
  });
});

test("a run may be said to be about a trace before the trace is there", async () => {
  const client = await serve();
  const run = await newRun(client);
  await ask(client, "POST", "traces/link-to-run", { trace_ids: ["tr-late"], run_id: run });
  const where = { type: "MLFLOW_EXPERIMENT", mlflow_experiment: { experiment_id: "0" } };
  const info = {
    trace_id: "tr-late",
    trace_location: where,
    request_time: "2026-11-22T03:00:00Z",
    state: "OK",
  };
  await ask(client, "POST", "traces", { trace: { trace_info: info } });
  const filter = { filter: `run_id = '${run}'` };
  const found = await ask(client, "POST", "traces/search", { locations: [where], ...filter });
  expect(found).toMatchObject({ traces: [{ trace_id: "tr-late" }] });
  const prompts = { trace_id: "tr-late", prompt_versions: [{ name: "greet", version: "2" }] };
  for (let twice = 0; twice < 2; twice++)
    expect(await ask(client, "POST", "traces/link-prompts", prompts)).toEqual({});
  const { trace_infos: infos } = await ask(client, "POST", "traces/batchGetInfos", {
    trace_ids: ["tr-late", "no"],
  });
  expect(infos).toMatchObject([{ tags: { "mlflow.linkedPrompts": '[{"name":"greet","version":"2"}]' } }]);
});

test("a trace comes as a file, with attributes as clients keep them", async () => {
  const client = await serve();
  const span = {
    ...{
      traceId: `${"0".repeat(31)}1`,
      spanId: "1".repeat(16),
      name: "call",
      startTimeUnixNano: "1700000000000000001",
    },
    ...{
      endTimeUnixNano: "1700000000000000002",
      attributes: [{ key: "fruit", value: { stringValue: "apple" } }],
    },
  };
  const sent = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  const otlp = { "content-type": "application/json", "x-mlflow-experiment-id": "0" };
  await client.send("POST", "/v1/traces", sent, otlp);
  const id = `tr-${span.traceId}`;
  const answer = await client.send("GET", `/ajax-api/2.0/mlflow/get-trace-artifact?request_id=${id}`);
  expect(answer.headers.get("content-disposition")).toBe("attachment; filename=traces.json");
  const text = await answer.text();
  expect(text).toContain('"start_time_unix_nano":1700000000000000001');
  expect(JSON.parse(text)).toMatchObject({
    spans: [
      {
        attributes: { fruit: '"apple"', "mlflow.traceRequestId": `"${id}"` },
        parent_span_id: null,
        events: [],
      },
    ],
  });
  const statusOf = async (query: string) =>
    (await client.send("GET", `/ajax-api/3.0/mlflow/get-trace-artifact?${query}`)).status;
  expect(await statusOf("")).toBe(400);
  expect(await statusOf("request_id=none")).toBe(404);
  expect(await statusOf(`request_id=${id}&path=../../x`)).toBe(400);
  expect(await statusOf(`request_id=${id}&path=a.png`)).toBe(404);
});

test("issues are made, changed and found, the most severe first", async () => {
  const client = await serve();
  const make = async (name: string, more: object = {}) =>
    (await ask(client, "POST", "issues", { name, description: "d", experiment_id: "0", ...more }))
      .issue as Json;
  const low = await make("low", { severity: "low", root_causes: ["slow"], source_run_id: "r" });
  const high = await make("high", { severity: "high", status: "resolved" });
  expect(low).toMatchObject({ status: "pending", root_causes: ["slow"], name: "low" });
  await make("none");
  const names = async (body: object) =>
    ((await ask(client, "POST", "issues/search", body)).issues as readonly Json[] | undefined)?.map(
      ({ name }) => name,
    );
  expect(await names({})).toEqual(["high", "low", "none"]);
  expect(await names({ filter_string: "status = 'resolved' OR source_run_id = 'r'" })).toEqual([
    "high",
    "low",
  ]);
  expect(await names({ experiment_id: "7" })).toBeUndefined();
  const changed = await ask(client, "PATCH", `issues/${low.issue_id}`, {
    severity: "high",
    name: "now high",
  });
  expect(changed.issue).toMatchObject({ severity: "high", name: "now high", description: "d" });
  expect(await ask(client, "GET", `issues/${high.issue_id}`)).toEqual({ issue: high });
  expect(await ask(client, "GET", "issues/none")).toMatchObject({ error_code: "RESOURCE_DOES_NOT_EXIST" });
  for (const wrong of [{ severity: "huge" }, { status: 1 }, { description: "" }, { experiment_id: "7" }])
    expect(
      await ask(client, "POST", "issues", { name: "n", description: "d", experiment_id: "0", ...wrong }),
    ).toHaveProperty("error_code");
});

test("issues hold what was seen of them when, and are found by it", async () => {
  const client = await serve();
  const place = { description: "d", experiment_id: "0" };
  const make = async (fields: object) =>
    (await ask(client, "POST", "issues", { ...place, ...fields })) as { issue: Json; error_code?: string };
  const first = {
    issue_id: "iss-a",
    name: "Slow answers",
    categories: ["Speed "],
    last_seen_timestamp: "500",
  };
  const { issue } = await make({ ...first, metadata: { model: "small", gone: "x" } });
  expect(issue).toMatchObject({ last_seen_timestamp: 500, metadata: { model: "small", gone: "x" } });
  expect(await make(first)).toMatchObject({ error_code: "RESOURCE_ALREADY_EXISTS" });
  await make({ issue_id: "iss-b", name: "abrupt end", severity: "low", last_seen_timestamp: 900 });

  const change = { metadata: { more: "y" }, delete_metadata_keys: ["gone"], last_updated_by: "ana" };
  const changed = await ask(client, "PATCH", "issues/iss-a", {
    ...change,
    last_seen_timestamp: 400,
    categories: [],
  });
  expect(changed.issue).toMatchObject({
    ...{ last_seen_timestamp: 500, last_updated_by: "ana", name: "Slow answers" },
    metadata: { model: "small", more: "y" },
  });
  expect(changed.issue).not.toHaveProperty("categories");
  await ask(client, "PATCH", "issues/iss-a", { categories: ["speed"] });

  const search = async (body: object) => {
    const { issues, total_count } = await ask(client, "POST", "issues/search", body);
    return [(issues as readonly Json[] | undefined)?.map(({ issue_id }) => issue_id), total_count];
  };
  expect(await search({ order_by: ["last_seen_timestamp DESC"] })).toEqual([["iss-b", "iss-a"], undefined]);
  expect(await search({ order_by: ["name"], max_results: 1, include_total_count: true })).toEqual([
    ["iss-b"],
    2,
  ]);
  expect(await search({ name: "SLOW" })).toEqual([["iss-a"], undefined]);
  expect(await search({ categories: [" SPEED"] })).toEqual([["iss-a"], undefined]);
  expect(await search({ severities: ["low"], statuses: ["pending"] })).toEqual([["iss-b"], undefined]);
  const { issues } = await ask(client, "POST", "issues/search", { name: "slow", view: "basic" });
  expect(issues).toMatchObject([{ description: "", name: "Slow answers" }]);
  expect((issues as readonly Json[])[0]).not.toHaveProperty("metadata");

  for (const wrong of [
    ...[{ issue_id: "x" }, { name: "n".repeat(251) }, { last_seen_timestamp: -1 }, { metadata: { a: 1 } }],
    ...[{ categories: [""] }, { metadata: [] }],
  ])
    expect(await make({ name: "n", ...wrong })).toHaveProperty("error_code", "INVALID_PARAMETER_VALUE");
  const clash = { metadata: { a: "b" }, delete_metadata_keys: ["a"] };
  for (const wrong of [clash, { name: "" }, { categories: "x" }])
    expect(await ask(client, "PATCH", "issues/iss-a", wrong)).toHaveProperty("error_code");
  for (const wrong of [{ order_by: ["id"] }, { view: "all" }, { statuses: ["x"] }, { order_by: ["name up"] }])
    expect(await ask(client, "POST", "issues/search", wrong)).toHaveProperty("error_code");
});
