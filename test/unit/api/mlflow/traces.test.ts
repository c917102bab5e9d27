import { describe, expect, test } from "vitest";
import { inMlflowsWords } from "../../../../src/api/mlflow/registryWire.ts";
import { RunlineError } from "../../../../src/model/failure.ts";
import { type Client, serve } from "./face.ts";

type Json = Readonly<Record<string, unknown>>;

const call =
  (client: Client) =>
  async (
    method: string,
    path: string,
    body?: object,
  ): Promise<{ readonly status: number; readonly json: Json }> => {
    const type = { "content-type": "application/json" };
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const response = await client.send(method, `/api/${path}`, sent, type);
    return { status: response.status, json: (await response.json()) as Json };
  };

const traceId = "tr-1";
const info = (more: object = {}) => ({
  trace: {
    trace_info: {
      trace_id: traceId,
      trace_location: { type: "MLFLOW_EXPERIMENT", mlflow_experiment: { experiment_id: "0" } },
      request_time: "2026-11-22T03:39:09.579Z",
      execution_duration: "0.161s",
      state: "OK",
      trace_metadata: { "mlflow.trace.tokenUsage": '{"input_tokens":1,"output_tokens":2,"total_tokens":3}' },
      tags: { mood: "good" },
      ...more,
    },
  },
});

test("a trace comes back as its client told it", async () => {
  const client = await serve();
  const ask = call(client);
  const { json } = await ask("POST", "3.0/mlflow/traces", info());
  const sent = info().trace.trace_info;
  const kept = {
    ...sent,
    tags: { ...sent.tags, "mlflow.artifactLocation": `mlflow-artifacts:/0/traces/${traceId}/artifacts` },
  };
  expect(json).toEqual({ trace: { trace_info: kept } });
  expect((await ask("GET", `3.0/mlflow/traces/${traceId}`)).json).toEqual(json);
  const [stored] = await (await client.project.store.needed()).traces.get([traceId]);
  expect(stored?.usage).toEqual({ inputTokens: 1, outputTokens: 2, totalTokens: 3, cost: null });
});

test("its files go through the proxy", async () => {
  const client = await serve();
  const ask = call(client);
  await ask("POST", "3.0/mlflow/traces", info());
  const place = `/api/2.0/mlflow-artifacts/artifacts/0/traces/${traceId}/artifacts/traces.json`;
  await client.send("PUT", place, '{"spans": []}', { "content-type": "text/plain" });
  expect(await (await client.send("GET", place)).text()).toBe('{"spans": []}');
});

test("clients of version 2 begin, end, read and find", async () => {
  const ask = call(await serve());
  const pair = (key: string, value: string) => [{ key, value }];
  const begun = await ask("POST", "2.0/mlflow/traces", {
    ...{ experiment_id: "0", timestamp_ms: 1_000, tags: pair("t", "1"), request_metadata: pair("m", "1") },
  });
  const { request_id: id } = begun.json.trace_info as { readonly request_id: string };
  expect(begun.json.trace_info).toMatchObject({
    status: "IN_PROGRESS",
    timestamp_ms: 1_000,
    experiment_id: "0",
  });
  const ended = await ask("PATCH", `2.0/mlflow/traces/${id}`, {
    ...{
      request_id: id,
      timestamp_ms: 1_250,
      status: "OK",
      tags: pair("u", "2"),
      request_metadata: pair("n", "2"),
    },
  });
  expect(ended.json.trace_info).toMatchObject({ status: "OK", execution_time_ms: 250 });
  expect((await ask("GET", `2.0/mlflow/traces/${id}/info`)).json).toEqual(ended.json);
  const found = await ask(
    "GET",
    "2.0/mlflow/traces?experiment_ids=0&filter=tags.u+%3D+%272%27&order_by=timestamp_ms+DESC",
  );
  expect(found.json).toEqual({ traces: [ended.json.trace_info] });
  expect((await ask("PATCH", "2.0/mlflow/traces/none", { status: "OK" })).status).toBe(404);
});

describe("assessments", () => {
  const source = { source_type: "HUMAN", source_id: "ana" };
  const path = `3.0/mlflow/traces/${traceId}/assessments`;
  const said = (value: unknown, more: object = {}) => ({
    assessment: { assessment_name: "quality", source, feedback: { value }, ...more },
  });
  const idOf = ({ json }: { readonly json: Json }) =>
    (json.assessment as { readonly assessment_id: string }).assessment_id;

  test("one that replaces another makes it invalid, until it is taken back", async () => {
    const ask = call(await serve());
    await ask("POST", "3.0/mlflow/traces", info());
    const first = idOf(await ask("POST", path, said(true)));
    const second = idOf(await ask("POST", path, said(false, { overrides: first })));
    const valid = async () => (await ask("GET", `${path}/${first}`)).json.assessment;
    expect(await valid()).toMatchObject({ valid: false, feedback: { value: true } });
    await ask("DELETE", `${path}/${second}`, {});
    expect(await valid()).toMatchObject({ valid: true });
    expect((await ask("GET", `${path}/${second}`)).status).toBe(404);
  });

  test("only what the mask names is changed", async () => {
    const ask = call(await serve());
    await ask("POST", "3.0/mlflow/traces", info());
    const id = idOf(await ask("POST", path, said(true, { rationale: "why" })));
    const change = { feedback: { value: 5 }, rationale: "other", assessment_name: "other" };
    const changed = await ask("PATCH", `${path}/${id}`, {
      assessment: change,
      update_mask: "assessmentName,feedback",
    });
    expect(changed.json.assessment).toMatchObject({
      assessment_name: "other",
      feedback: { value: 5 },
      rationale: "why",
    });
  });

  test.each<[object, number]>([
    [{ assessment: { assessment_name: "q" } }, 400],
    [{ assessment: { assessment_name: "q", feedback: {}, expectation: {} } }, 400],
    [{ assessment: { feedback: { value: 1 } } }, 400],
    [said(1, { overrides: "a-none" }), 404],
  ])("%j is refused", async (body, status) => {
    const ask = call(await serve());
    await ask("POST", "3.0/mlflow/traces", info());
    expect((await ask("POST", path, body)).status).toBe(status);
  });
});

test("records with the same inputs are one, and get what is new", async () => {
  const ask = call(await serve());
  const made = await ask("POST", "3.0/mlflow/datasets/create", {
    name: "d",
    experiment_ids: ["0"],
    tags: '{"v":"1"}',
  });
  const { dataset_id: id } = made.json.dataset as { readonly dataset_id: string };
  const put = async (...records: readonly object[]) =>
    (await ask("POST", `3.0/mlflow/datasets/${id}/records`, { records: JSON.stringify(records) })).json;
  expect(await put({ inputs: { x: 1, y: 2 } }, { inputs: { x: 2 } })).toEqual({
    inserted_count: 2,
    updated_count: 0,
  });
  expect(await put({ inputs: { y: 2, x: 1 }, expectations: { e: 1 } }, { inputs: { x: 3 } })).toEqual({
    inserted_count: 1,
    updated_count: 1,
  });
  const { json } = await ask("GET", `3.0/mlflow/datasets/${id}/records`);
  const records = JSON.parse(String(json.records)) as readonly Json[];
  expect(records.map(({ inputs, expectations }) => [inputs, expectations])).toEqual([
    [{ x: 1, y: 2 }, { e: 1 }],
    [{ x: 2 }, undefined],
    [{ x: 3 }, undefined],
  ]);
  const { json: found } = await ask("POST", "3.0/mlflow/datasets/search", { experiment_ids: ["0"] });
  expect(found).toMatchObject({ datasets: [{ dataset_id: id, profile: '{"num_records":3}' }] });
  const gone = [records[0]?.dataset_record_id, "none"];
  expect(
    (await ask("DELETE", `3.0/mlflow/datasets/${id}/records`, { dataset_record_ids: gone })).json,
  ).toEqual({
    deleted_count: 1,
  });
});

test("a protected alias is refused with the reason and the way to ask for it", async () => {
  const facts = {
    model: "iris",
    alias: "champion",
    cause: "it needs two approvals",
    next: "Ask with runline request.",
  };
  const refusal = inMlflowsWords("iris", 1, async () => {
    throw new RunlineError("aliasProtected", facts);
  });
  await expect(refusal).rejects.toMatchObject({
    code: "PERMISSION_DENIED",
    message: "champion of iris is protected: it needs two approvals. Ask with runline request.",
  });
});
