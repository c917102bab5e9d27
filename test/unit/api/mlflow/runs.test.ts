import { readFile } from "node:fs/promises";
import * as path from "node:path";
import { expect, test } from "vitest";
import { newRun, serve } from "./face.ts";

test("a run is made, logged to, ended, and read back", async () => {
  const client = await serve();
  const made = await client.post("experiments/create", { name: "digits", tags: [{ key: "a", value: "b" }] });
  // The id that the recorder computes too.
  expect(made).toEqual({ status: 200, json: { experiment_id: "924616169030740430" } });
  const id = await newRun(client, {
    experiment_id: "924616169030740430",
    run_name: "first",
    user_id: "me",
    tags: [{ key: "mlflow.source.name", value: "train.py" }],
  });
  await client.post("runs/log-parameter", { run_id: id, key: "lr", value: "0.1" });
  await client.post("runs/log-metric", { run_id: id, key: "loss", value: 0.5, timestamp: 2_000, step: 3 });
  await client.post("runs/set-tag", { run_id: id, key: "t", value: "v" });
  const ended = await client.post("runs/update", { run_id: id, status: "FINISHED", end_time: 9_000 });
  expect(ended.json.run_info).toMatchObject({ status: "FINISHED", end_time: 9_000 });
  const { json } = await client.get("runs/get", { run_id: id });
  expect(json.run).toEqual({
    info: {
      ...{ run_uuid: id, run_id: id, run_name: "first", experiment_id: "924616169030740430", user_id: "me" },
      ...{ status: "FINISHED", start_time: 1_000, end_time: 9_000, lifecycle_stage: "active" },
      artifact_uri: `mlflow-artifacts:/924616169030740430/${id}/artifacts`,
    },
    data: {
      metrics: [{ key: "loss", value: 0.5, timestamp: 2_000, step: 3 }],
      params: [{ key: "lr", value: "0.1" }],
      tags: [
        { key: "mlflow.source.name", value: "train.py" },
        { key: "t", value: "v" },
        { key: "mlflow.runName", value: "first" },
      ],
    },
    inputs: {},
    outputs: {},
  });
});

test("a run of a client is a run directory like any other", async () => {
  const client = await serve();
  const id = await newRun(client);
  await client.post("runs/update", { run_id: id, status: "FAILED", end_time: 5_000 });
  const store = await client.project.store.needed();
  const run = await store.runs.get(id);
  expect(run).toMatchObject({ state: "failed", reason: null, drained: true, ended: 5_000, attempt: 1 });
  const read = async (name: string) =>
    JSON.parse(await readFile(path.join(run?.directory ?? "", name), "utf8")) as object;
  expect(await read("start.json")).toMatchObject({ run_id: id, pid: 0, attempt: 1, time: 1_000 });
  expect(await read("exit.json")).toMatchObject({ reason: "reported", exit_code: 1, time: 5_000 });
});

test("a run that runs again is in its next attempt, and keeps what it was", async () => {
  const client = await serve();
  const id = await newRun(client);
  const log = (step: number, value: number) =>
    client.post("runs/log-metric", { run_id: id, key: "loss", value, timestamp: step, step });
  await log(1, 10);
  await client.post("runs/update", { run_id: id, status: "FINISHED" });
  const again = await client.post("runs/update", { run_id: id, status: "RUNNING" });
  expect(again.json.run_info).toMatchObject({ status: "RUNNING", start_time: 1_000 });
  expect(again.json.run_info).not.toHaveProperty("end_time");
  await log(0, 20);
  const { json } = await client.get("runs/get", { run_id: id });
  // The greatest step counts, over all attempts.
  expect(json.run?.data?.metrics).toEqual([{ key: "loss", value: 10, timestamp: 1, step: 1 }]);
  const history = await client.get("metrics/get-history", { run_id: id, metric_key: "loss" });
  expect(history.json.metrics?.map(({ step }) => step)).toEqual([0, 1]);
  const store = await client.project.store.needed();
  expect(await store.runs.get(id)).toMatchObject({ state: "running", attempt: 2 });
});

test("the latest value is that of the greatest step, then time, then value", async () => {
  const client = await serve();
  const id = await newRun(client);
  const metric = (value: number | string, timestamp: number, step: number) => ({
    ...{ key: "m", value, timestamp, step },
  });
  const latest = async () => (await client.get("runs/get", { run_id: id })).json.run?.data?.metrics?.[0];
  const cases = [
    [metric(1, 10, 5), metric(1, 10, 5)],
    [metric(9, 99, 4), metric(1, 10, 5)],
    [metric(2, 9, 5), metric(1, 10, 5)],
    [metric(0, 10, 5), metric(1, 10, 5)],
    [metric(3, 10, 5), metric(3, 10, 5)],
    [metric(-4, 11, 5), metric(-4, 11, 5)],
    [metric("NaN", 0, 6), metric("NaN", 0, 6)],
    [metric("Infinity", 0, 7), metric(Number.MAX_VALUE, 0, 7)],
  ] as const;
  for (const [logged, expected] of cases) {
    await client.post("runs/log-batch", { run_id: id, metrics: [logged] });
    expect(await latest()).toEqual(expected);
  }
  // A retried request is no second point.
  await client.post("runs/log-batch", { run_id: id, metrics: [metric(1, 10, 5), metric(1, 10, 5)] });
  const { json } = await client.get("metrics/get-history", { run_id: id, metric_key: "m", max_results: "5" });
  expect(json.metrics?.map(({ value }) => value)).toEqual(["NaN", Number.MAX_VALUE, 2, 0, 1]);
  const rest = await client.get("metrics/get-history", {
    ...{ run_id: id, metric_key: "m", max_results: "5", page_token: json.next_page_token ?? "" },
  });
  expect(rest.json.metrics?.map(({ value }) => value)).toEqual([3, -4, 9]);
  expect(rest.json).not.toHaveProperty("next_page_token");
});

test("parameters are written once", async () => {
  const client = await serve();
  const id = await newRun(client);
  const log = (value: string) => client.post("runs/log-parameter", { run_id: id, key: "lr", value });
  expect((await log("1")).status).toBe(200);
  expect((await log("1")).status).toBe(200);
  expect(await log("2")).toMatchObject({
    status: 400,
    json: {
      error_code: "INVALID_PARAMETER_VALUE",
      message: `Changing param values is not allowed. Param with key='lr' was already logged with value='1' for run ID='${id}'. Attempted logging new value '2'.`,
    },
  });
  const batch = await client.post("runs/log-batch", {
    ...{
      run_id: id,
      params: [
        { key: "new", value: "1" },
        { key: "lr", value: "3" },
      ],
    },
    metrics: [{ key: "m", value: 1, timestamp: 1 }],
  });
  expect(batch.json.message).toContain("{'key': 'lr', 'old_value': '1', 'new_value': '3'}");
  // A batch is taken whole or not at all.
  const { json } = await client.get("runs/get", { run_id: id });
  expect(json.run?.data).toMatchObject({ params: [{ key: "lr", value: "1" }] });
  expect(json.run?.data).not.toHaveProperty("metrics");
});

test("writes of many clients to one run are all there", async () => {
  const client = await serve();
  const id = await newRun(client);
  await Promise.all(
    Array.from({ length: 60 }, (_, at) =>
      client.post("runs/log-batch", {
        run_id: id,
        metrics: [{ key: "m", value: at, timestamp: at, step: at }],
        params: [{ key: `p${at % 20}`, value: String(at % 20) }],
      }),
    ),
  );
  const { json } = await client.get("metrics/get-history", { run_id: id, metric_key: "m" });
  expect(json.metrics?.map(({ step }) => step)).toEqual(Array.from({ length: 60 }, (_, at) => at));
  const run = await client.get("runs/get", { run_id: id });
  expect(run.json.run?.data?.params).toHaveLength(20);
});

test("the same run as other readers left it", async () => {
  const client = await serve();
  const id = await newRun(client, { run_name: "one" });
  const store = await client.project.store.needed();
  await store.runs.edit(id, { name: "renamed by a person", tags: { mine: "x" } });
  const { json } = await client.get("runs/get", { run_id: id });
  expect(json.run?.info?.run_name).toBe("renamed by a person");
  expect(json.run?.data?.tags).toEqual([
    { key: "mine", value: "x" },
    { key: "mlflow.runName", value: "renamed by a person" },
  ]);
});

test("a deleted run takes no writes until it is restored", async () => {
  const client = await serve();
  const id = await newRun(client);
  expect((await client.post("runs/delete", { run_id: id })).json).toEqual({});
  const write = () => client.post("runs/set-tag", { run_id: id, key: "a", value: "b" });
  expect((await write()).json.message).toBe(
    `The run ${id} must be in the 'active' state. Current state is deleted.`,
  );
  const found = async (view: string) =>
    (await client.post("runs/search", { experiment_ids: ["0"], run_view_type: view })).json.runs?.length ?? 0;
  expect([await found("ACTIVE_ONLY"), await found("DELETED_ONLY"), await found("ALL")]).toEqual([0, 1, 1]);
  await client.post("runs/restore", { run_id: id });
  expect((await write()).status).toBe(200);
});

test("data sets and logged models are inputs and outputs, and lineage", async () => {
  const client = await serve();
  const id = await newRun(client);
  const dataset = { name: "iris", digest: "abc", source_type: "local", source: "{}", schema: "{}" };
  const inputs = {
    run_id: id,
    datasets: [{ dataset, tags: [{ key: "mlflow.data.context", value: "train" }] }],
  };
  await client.post("runs/log-inputs", inputs);
  await client.post("runs/log-inputs", { run_id: id, datasets: [{ dataset, tags: [] }] });
  const model = await client.post("logged-models", {
    ...{ experiment_id: "0", name: "tree", model_type: "sklearn", source_run_id: id },
    params: [{ key: "depth", value: "3" }],
  });
  const modelId = model.json.model?.info.model_id ?? "";
  await client.post("runs/outputs", { run_id: id, models: [{ model_id: modelId, step: 2 }] });
  const metric = { run_id: id, key: "acc", value: 0.9, timestamp: 5, step: 1, model_id: modelId };
  await client.post("runs/log-metric", { ...metric, dataset_name: "iris", dataset_digest: "abc" });
  const done = await client.send(
    "PATCH",
    `logged-models/${modelId}`,
    JSON.stringify({ status: "LOGGED_MODEL_READY" }),
  );
  expect(done.status).toBe(200);
  const { json } = await client.get("runs/get", { run_id: id });
  expect(json.run?.inputs).toEqual({
    dataset_inputs: [{ dataset, tags: [{ key: "mlflow.data.context", value: "train" }] }],
  });
  expect(json.run?.outputs).toEqual({ model_outputs: [{ model_id: modelId, step: 2 }] });
  const read = await client.get(`logged-models/${modelId}`);
  expect(read.json.model).toMatchObject({
    info: { name: "tree", status: "LOGGED_MODEL_READY", source_run_id: id, model_type: "sklearn" },
    data: {
      params: [{ key: "depth", value: "3" }],
      metrics: [{ key: "acc", value: 0.9, dataset_name: "iris", model_id: modelId, run_id: id }],
    },
  });
  const store = await client.project.store.needed();
  const { edges } = await store.lineage.walk(`run:${id}`, "upstream");
  expect(edges).toMatchObject([{ from: "data:iris@abc", to: `run:${id}`, kind: "read", how: "stated" }]);
  const down = await store.lineage.walk(`run:${id}`, "downstream");
  expect(down.edges).toMatchObject([{ to: `artifact:${modelId}`, kind: "kept", how: "stated" }]);
  expect(down.nodes.map(({ label }) => label)).toContain("tree");
  const summaries = await client.post("experiments/search-datasets", { experiment_ids: ["0"] });
  expect(summaries.json.dataset_summaries).toEqual([
    { experiment_id: "0", name: "iris", digest: "abc", context: "train" },
  ]);
});

test("what a client says of its source is lineage too", async () => {
  const client = await serve();
  const { workspace } = client.project.layout;
  const { mkdir, writeFile } = await import("node:fs/promises");
  await mkdir(path.join(workspace, "jobs"));
  await writeFile(path.join(workspace, "jobs", "train.py"), "");
  const store = await client.project.store.needed();
  const made = async (name: string, ...more: (readonly [string, string])[]) => {
    const tags = [["mlflow.source.name", name] as const, ...more].map(([key, value]) => ({ key, value }));
    return newRun(client, { tags });
  };
  const codeOf = async (id: string) => {
    const { nodes, edges } = await store.lineage.walk(`run:${id}`, "upstream");
    return edges.map(({ from, how }) => [nodes.find((node) => node.id === from)?.label, how]);
  };
  const commit = ["mlflow.source.git.commit", "4f2a1c".padEnd(40, "0")] as const;

  const whole = await made(path.join(workspace, "jobs", "train.py"), commit, [
    "mlflow.source.git.branch",
    "main",
  ]);
  expect(await codeOf(whole)).toEqual([["jobs/train.py @ 4f2a1c0", "stated"]]);
  expect((await store.runs.get(whole))?.script).toBe("jobs/train.py");
  const down = await store.lineage.walk(`code:jobs/train.py@${commit[1]}`, "downstream");
  expect(down.edges).toMatchObject([{ to: `run:${whole}`, kind: "code" }]);

  // Of a script that lies elsewhere only the name is known, and of a console nothing.
  const named = await made("train.py");
  expect((await store.runs.get(named))?.script).toBeNull();
  expect(await codeOf(named)).toEqual([["train.py", "stated"]]);
  const [key, value] = commit;
  await client.post("runs/set-tag", { run_id: named, key, value });
  expect(await codeOf(named)).toEqual([["train.py @ 4f2a1c0", "stated"]]);
  expect(await store.lineage.search("train.py", 10)).toHaveLength(2);
  expect(await codeOf(await made("<console>"))).toEqual([]);
  expect(await codeOf(await made("/usr/lib/python3/site-packages/ipykernel_launcher.py"))).toEqual([]);
});

test("a terminal logs to a run that a recorder writes", async () => {
  const client = await serve();
  const id = await newRun(client);
  const store = await client.project.store.needed();
  const run = await store.runs.get(id);
  const { appendFile } = await import("node:fs/promises");
  const journal = path.join(run?.directory ?? "", "journal.jsonl");
  const line = JSON.stringify({ kind: "metric", time: 1, step: 1, values: { theirs: 1 }, source: "stdout" });
  await appendFile(journal, `${line}\n`);
  await client.post("runs/log-metric", { run_id: id, key: "ours", value: 2, timestamp: 2, step: 2 });
  const { json } = await client.get("runs/get", { run_id: id });
  expect(json.run?.data?.metrics?.map(({ key }) => key).sort()).toEqual(["ours", "theirs"]);
  expect(await store.runs.findings(id)).toEqual([]);
});

test("what a name or a text says is secret is not kept, by the rule of the recorder", async () => {
  const client = await serve();
  const run = await newRun(client);
  const params = [
    { key: "api_key", value: "hunter2" },
    { key: "token_dim", value: "512" },
    { key: "url", value: "https://ana:hunter2@example.org/x" },
    { key: "lr", value: "0.1" },
  ];
  const tags = [
    { key: "password", value: "hunter2" },
    { key: "mlflow.source.git.repoURL", value: "https://hunter2@example.org/x.git" },
    { key: "mlflow.note", value: '{"api_key": "kept as it is"}' },
  ];
  expect((await client.post("runs/log-batch", { run_id: run, params, tags })).status).toBe(200);
  // The same value again is no change of it.
  expect((await client.post("runs/log-parameter", { run_id: run, ...params[0] })).status).toBe(200);
  const { json } = await client.get("runs/get", { run_id: run });
  expect(JSON.stringify(json)).not.toContain("hunter2");
  const kept = Object.fromEntries((json.run?.data.params ?? []).map(({ key, value }) => [key, value]));
  expect(kept).toEqual({ api_key: "•••", token_dim: "512", url: "https://•••@example.org/x", lr: "0.1" });
  expect(json.run?.data.tags).toContainEqual({ key: "mlflow.note", value: '{"api_key": "kept as it is"}' });
});
