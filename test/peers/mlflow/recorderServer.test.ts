/** A launched script and Runline's server side by side: the same calls come to the same, and what a run can't do alone the server does. */

import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { capture, openStack, type Stack, until } from "../../faults/stack.ts";
import { pythonClient } from "../../unit/recorder/mlflowClient.ts";
import { type Running, start } from "../cli/commandLine.ts";
import { clientPrograms, newestClient } from "./clients.ts";

vi.setConfig({ testTimeout: 300_000 });

let stack: Stack;
let server: Running | null;
beforeEach(async () => {
  stack = await openStack();
  server = null;
});
afterEach(async () => {
  server?.child.kill("SIGINT");
  await server?.done;
  await stack.close();
});

/** Starts `runline serve` in the stack's workspace. */
async function serve(): Promise<{ readonly url: string; readonly token: string }> {
  server = start(stack.workspace, ["serve", "--json"]);
  let printed = "";
  server.child.stdout?.on("data", (text: string) => {
    printed += text;
  });
  await server.seen("}");
  return JSON.parse(printed) as { url: string; token: string };
}

async function launched(
  text: string,
  python?: string,
): Promise<{ readonly id: string; readonly log: string }> {
  const script = path.join(stack.workspace, "logs.py");
  await writeFile(script, text);
  const ask = { script, experiment: "both", ...(python === undefined ? {} : { python }) };
  const { id } = await stack.launch(ask, {
    capture: { ...capture, system_interval_seconds: 0, files: false, parameters: false },
  });
  await stack.ended(id);
  return { id, log: (await stack.log(id)).toString() };
}

const calls = `
import sys
sys.path.insert(0, ".")
from client import *
m = lambda key, value, step=0, at=1700000000000, **more: dict(key=key, value=value, timestamp=at, step=step, **more)
experiment = call("GET", "mlflow/experiments/get-by-name", experiment_name="both")[1]
experiment = experiment["experiment"]["experiment_id"] if "experiment" in experiment else call("POST", "mlflow/experiments/create", {"name": "both"})[1]["experiment_id"]
r = run(experiment_id=experiment, run_name=" a  name\\t", user_id="ana", start_time=1700000000000, tags=[{"key": "team", "value": "vision"}, {"key": "mlflow.user", "value": "ana"}])
post = lambda name, **body: call("POST", "mlflow/runs/" + name, dict(run_id=r, **body))
answers = []
def note(answer):
    status, body = answer
    answers.append([status, body.get("error_code") if isinstance(body, dict) else None])
note(post("log-batch", metrics=[m("loss", 1 / (i + 1), i) for i in range(1000)]))
note(post("log-batch", metrics=[m("loss", 9, 5), m("loss", 8, 5), m("nan", "NaN"), m("up", "Infinity"), m("down", "-Infinity"), m("late", 1, 7, 3), m("late", 2, 6, 9)], params=[{"key": "p%d" % i, "value": str(i)} for i in range(100)], tags=[{"key": "t/%d" % i, "value": "Ω" * i} for i in range(100)]))
note(post("log-parameter", key="lr", value="0.1"))
note(post("log-parameter", key="lr", value="0.1"))
note(post("log-parameter", key="lr", value="0.2"))
note(post("log-parameter", key="long", value="x" * 7000))
note(post("log-metric", **m("../a", 1)))
note(post("log-metric", **m("of/model", 0.5, 2, model_id="m-" + "0" * 32, dataset_name="d", dataset_digest="1")))
note(post("set-tag", key="gone", value="1"))
note(post("delete-tag", key="gone"))
note(post("delete-tag", key="gone"))
note(post("set-tag", key="mlflow.runName", value="renamed"))
note(post("set-tag", key="empty", value=""))
note(post("log-inputs", datasets=[{"dataset": {"name": "iris", "digest": "d1", "source_type": "local", "source": "iris.csv", "schema": "{}", "profile": "{}"}, "tags": [{"key": "mlflow.data.context", "value": "training"}]}], models=[{"model_id": "m-" + "0" * 32}]))
made = call("POST", "mlflow/logged-models", {"experiment_id": experiment, "name": "net", "model_type": "torch", "source_run_id": r, "params": [{"key": "depth", "value": "3"}], "tags": [{"key": "a", "value": "b"}]})
note(made)
model = made[1]["model"]["info"]
note(post("log-batch", metrics=[m("late", 2, 6, 9, model_id=model["model_id"]), m("late", 3, 8, 5), m("late", 1, 7, 3, model_id=model["model_id"])]))
note(post("outputs", models=[{"model_id": model["model_id"], "step": 4}]))
note(call("PATCH", "mlflow/logged-models/%s/tags" % model["model_id"], {"tags": [{"key": "c", "value": "d"}]}))
note(call("DELETE", "mlflow/logged-models/%s/tags/a" % model["model_id"]))
note(call("PATCH", "mlflow/logged-models/" + model["model_id"], {"model_id": model["model_id"], "status": "LOGGED_MODEL_READY"}))
proxy = lambda uri: uri[len("mlflow-artifacts:/"):]
answers.append(put(proxy(model["artifact_uri"]) + "/MLmodel", b"flavors: {}")[0])
info = call("GET", "mlflow/runs/get", run_id=r)[1]["run"]["info"]
answers.append(put(proxy(info["artifact_uri"]) + "/a/b.txt", b"hello")[0])
answers.append(put(proxy(info["artifact_uri"]) + "/../b.txt", b"hello")[0])
shown = call("GET", "mlflow/runs/get", run_id=r)[1]["run"]
listed = call("GET", "mlflow/artifacts/list", run_id=r)[1]["files"]
history = [(x["step"], x["value"]) for key in ("late", "loss") for x in call("GET", "mlflow/metrics/get-history", run_id=r, metric_key=key)[1]["metrics"]]
child = run(experiment_id=experiment, run_name="child", tags=[{"key": "mlflow.parentRunId", "value": r}], start_time=1700000000000)
log(child, "z", 1)
note(call("POST", "mlflow/runs/update", {"run_id": child, "status": "FAILED", "end_time": 1700000000009}))
note(post("update", status="FINISHED", end_time=1700000000009))
for name in ("metrics", "params", "tags"): shown["data"][name].sort(key=lambda x: x["key"])
text = json.dumps([answers, shown["data"], shown["inputs"], shown["outputs"], listed, history])
print("ANSWERS " + text.replace(r, "RUN").replace(model["model_id"], "MODEL"), r, child, model["model_id"])
`;

test("the same calls through a launched script and to the server leave the same in the store", async () => {
  await writeFile(path.join(stack.workspace, "client.py"), pythonClient);
  stack.follow();
  const own = await launched(calls);
  const { url, token } = await serve();
  const direct = await promisify(execFile)("python3", ["logs.py"], {
    cwd: stack.workspace,
    env: { ...process.env, MLFLOW_TRACKING_URI: url, MLFLOW_TRACKING_TOKEN: token },
  });
  const [here, there] = [own.log, direct.stdout].map((log) => {
    const [, text = "", run = "", child = "", model = ""] =
      /^ANSWERS (.*) (\S+) (\S+) (\S+)$/m.exec(log) ?? [];
    return { answers: JSON.parse(text) as unknown, run, child, model };
  });
  expect(here?.run).toBe(own.id);
  expect(here?.answers).toEqual(there?.answers);
  await until(
    "the children to be there",
    async () =>
      (await stack.store.trackedRuns.get(here?.child ?? ""))?.state === "failed" &&
      (await stack.store.trackedRuns.get(there?.child ?? ""))?.state === "failed",
  );
  for (const which of ["run", "child"] as const)
    expect(await stored(here?.[which] ?? "", here?.run ?? "", here?.model ?? "")).toEqual(
      await stored(there?.[which] ?? "", there?.run ?? "", there?.model ?? ""),
    );
  expect(await model(here?.model ?? "", here?.run ?? "")).toEqual(
    await model(there?.model ?? "", there?.run ?? ""),
  );
});

/** All that the store says of a run, without what must differ: ids, places, and when it was made. */
async function stored(id: string, top: string, modelId: string): Promise<unknown> {
  const run = await stack.store.trackedRuns.get(id);
  if (run === null) return null;
  const { id: _, directory, started, ended, metrics, parameters, tags, ...rest } = run;
  const byKey = (a: { readonly key: string }, b: { readonly key: string }) => (a.key < b.key ? -1 : 1);
  const loss = await stack.store.metrics.points({ runId: id, attempt: 1, key: "loss" });
  const folder = path.join(directory, "artifacts");
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];
  const told = {
    ...rest,
    metrics: metrics.toSorted(byKey),
    parameters: parameters.toSorted(),
    tags: tags.filter(([key]) => key !== "runline.run").toSorted(),
    loss: [[...loss.steps], [...loss.values]],
    files: files.sort(),
  };
  return JSON.parse(JSON.stringify(told).replaceAll(top, "RUN").replaceAll(modelId, "MODEL"));
}

async function model(id: string, runId: string): Promise<unknown> {
  const found = await stack.store.loggedModels.get(id);
  const { created, updated, ...rest } = (found ?? {}) as unknown as Record<string, unknown>;
  return JSON.parse(JSON.stringify(rest).replaceAll(id, "MODEL").replaceAll(runId, "RUN"));
}

test("with a server in reach a launched script registers, promotes, loads, traces and evaluates", async () => {
  const python = path.join(await clientPrograms(newestClient), "python");
  await serve();
  stack.follow();
  const { log } = await launched(
    `
import mlflow, mlflow.sklearn
from sklearn.linear_model import LogisticRegression
fitted = LogisticRegression().fit([[0], [1]], [0, 1])
with mlflow.start_run(run_name="model"):
    info = mlflow.sklearn.log_model(fitted, name="model", registered_model_name="iris")
assert str(info.registered_model_version) == "1"
client = mlflow.MlflowClient()
client.set_registered_model_alias("iris", "candidate", 1)
assert mlflow.sklearn.load_model("models:/iris@candidate").coef_ == fitted.coef_
@mlflow.trace
def traced(x): return x + 1
traced(1)
mlflow.flush_trace_async_logging()
assert len(mlflow.search_traces(return_type="list")) == 1
from mlflow.genai.scorers import scorer
@scorer
def is_even(outputs): return outputs % 2 == 0
with mlflow.start_run(run_name="judged"):
    asked = [{"inputs": {"x": x}} for x in (1, 2, 3)]
    judged = mlflow.genai.evaluate(data=asked, predict_fn=traced, scorers=[is_even])
assert round(judged.metrics["is_even/mean"], 3) == 0.667, judged.metrics
found = mlflow.search_traces(run_id=judged.run_id, return_type="list")
assert sorted(a.value for each in found for a in each.info.assessments if a.name == "is_even") == [False, True, True], found
print("ALL DONE", judged.run_id)
`,
    python,
  );
  const [, judged = ""] = /ALL DONE (\w+)/.exec(log) ?? [log];
  await until("the evaluation to be there", async () => {
    const run = await stack.store.trackedRuns.get(judged);
    return run?.state === "finished" && run.metrics.some(({ key }) => key === "is_even/mean");
  });
  expect((await stack.store.registry.models()).map(({ name }) => name)).toEqual(["iris"]);
});
