/**
 * MLflow's own client, unmodified, in a script that Runline launches: no server, no network, nothing changed. What it logs is asserted
 * on the store, where all of it arrives through the run directory.
 */

import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { terminalStates } from "../../../src/model/run.ts";
import type { TrackedRun } from "../../../src/model/tracking.ts";
import { capture, openStack, type Stack, until } from "../../faults/stack.ts";
import { type ClientVersion, clientPrograms, clientVersions, newestClient } from "./clients.ts";

// Importing the client alone takes seconds, and a busy machine makes minutes of them.
vi.setConfig({ testTimeout: 300_000 });

let stack: Stack;
beforeEach(async () => {
  stack = await openStack();
});
afterEach(async () => {
  await stack.close();
});

const pythons = new Map<ClientVersion, string>();
// One after the other, and once: they are large.
beforeAll(async () => {
  for (const version of clientVersions)
    pythons.set(version, path.join(await clientPrograms(version), "python"));
}, 600_000);

interface Ended {
  readonly run: TrackedRun;
  /** Runs that the script made beside its own, by name. */
  readonly children: ReadonlyMap<string, TrackedRun>;
  readonly log: string;
}

/** Launches the script, follows it to its end and reads the store. */
async function ended(version: ClientVersion, text: string, args: readonly string[] = []): Promise<Ended> {
  const script = path.join(stack.workspace, "logs.py");
  await writeFile(script, text);
  stack.follow();
  const ask = { script, arguments: args, python: pythons.get(version) ?? "" };
  // The recorder's own figures of the machine would be among the metrics.
  const { id } = await stack.launch(ask, { capture: { ...capture, system_interval_seconds: 0 } });
  await stack.ended(id);
  const ids = readdirSync(stack.layout.runs).filter((name) => /^[0-9a-f]{32}$/.test(name));
  await until("all of them to be over and drained", async () => {
    const runs = await stack.store.runs.list({ ids, limit: 1_000 });
    return runs.length === ids.length && runs.every((run) => terminalStates.has(run.state) && run.drained);
  });
  const tracked = await Promise.all(ids.map((each) => stack.store.trackedRuns.get(each)));
  const found = tracked.filter((run): run is TrackedRun => run !== null);
  const run = found.find((each) => each.id === id);
  if (run === undefined) throw new Error(`no run ${id}`);
  const children = new Map(found.filter((each) => each !== run).map((each) => [each.name, each]));
  return { run, children, log: (await stack.log(id)).toString() };
}

const latest = ({ metrics }: TrackedRun) => Object.fromEntries(metrics.map(({ key, value }) => [key, value]));
const series = async (id: string, key: string) => {
  const { steps, values } = await stack.store.metrics.points({ runId: id, attempt: 1, key });
  return [...steps].map((step, at) => [step, values[at]]);
};
const kept = (id: string, name: string) =>
  readFile(path.join(stack.layout.runs, id, "artifacts", name), "utf8");

describe.each(clientVersions)("the client of MLflow %s", (version) => {
  test("the fluent API: all of it is there, without a server", async () => {
    const { run, children, log } = await ended(
      version,
      `
import math, os, sys
import mlflow
mlflow.set_experiment("vision/β")
with mlflow.start_run(run_name="base line", tags={"team": "vision"}, description="first") as r:
    mlflow.log_param("lr", 0.1)
    mlflow.log_params({"layers": 3, "opt": "adam", "long": "x" * 5000})
    for step in range(20):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_metrics({"acc": 0.9, "nan": math.nan, "up": math.inf}, step=19)
    mlflow.set_tags({"a": 1, "b": "two"})
    mlflow.delete_tag("b")
    mlflow.log_dict({"a": [1, 2]}, "conf/a.json")
    mlflow.log_text("hello", "notes/n.txt")
    os.makedirs("out/deep", exist_ok=True)
    for name in ("out/x.bin", "out/deep/y.bin"):
        with open(name, "wb") as file: file.write(os.urandom(1000))
    mlflow.log_artifact("out/x.bin")
    mlflow.log_artifacts("out", "folder")
    with mlflow.start_run(run_name="inner", nested=True) as inner:
        mlflow.log_metric("z", 7)
    client = mlflow.MlflowClient()
    got = client.get_run(r.info.run_id)
    assert got.data.params["layers"] == "3" and got.data.metrics["acc"] == 0.9 and got.info.run_name == "base line", got
    assert got.data.tags["a"] == "1" and "b" not in got.data.tags and got.data.tags["mlflow.note.content"] == "first"
    assert math.isnan(got.data.metrics["nan"]) and got.data.metrics["up"] > 1e300
    assert mlflow.get_experiment(got.info.experiment_id).name == "vision/β"
    assert [m.step for m in client.get_metric_history(r.info.run_id, "loss")] == list(range(20))
    assert sorted(f.path for f in client.list_artifacts(r.info.run_id)) == ["conf", "folder", "notes", "x.bin"]
    assert [f.path for f in client.list_artifacts(r.info.run_id, "folder/deep")] == ["folder/deep/y.bin"]
    with open(mlflow.artifacts.download_artifacts(run_id=r.info.run_id, artifact_path="folder/deep/y.bin"), "rb") as file:
        assert file.read() == open("out/deep/y.bin", "rb").read()
    best = client.search_runs([got.info.experiment_id], "metrics.loss < 0.1 and params.opt = 'adam'", order_by=["metrics.loss ASC"])
    assert [b.info.run_id for b in best] == [r.info.run_id]
    for wrong in (lambda: mlflow.log_param("lr", 0.2), lambda: mlflow.log_metric("../up", 1), lambda: client.get_run("0" * 32)):
        try: wrong()
        except mlflow.exceptions.MlflowException as error: print("REFUSED", error.error_code)
with mlflow.start_run(run_name="second"):
    mlflow.log_metric("z", 8)
`,
    );
    expect(log.match(/REFUSED \w+/g)).toEqual([
      "REFUSED INVALID_PARAMETER_VALUE",
      "REFUSED INVALID_PARAMETER_VALUE",
      "REFUSED RESOURCE_DOES_NOT_EXIST",
    ]);
    expect(run).toMatchObject({ name: "base line", state: "finished", deleted: false });
    expect((await stack.run(run.id)).experiment).toBe("vision/β");
    expect(latest(run)).toEqual({ loss: 0.05, acc: 0.9, nan: Number.NaN, up: Number.POSITIVE_INFINITY });
    expect(await series(run.id, "loss")).toEqual(
      Array.from({ length: 20 }, (_, step) => [step, 1 / (step + 1)]),
    );
    expect(Object.fromEntries(run.parameters)).toMatchObject({
      lr: "0.1",
      layers: "3",
      opt: "adam",
      long: "x".repeat(5000),
    });
    const tags = Object.fromEntries(run.tags);
    expect(tags).toMatchObject({ a: "1", team: "vision", "runline.run": run.id });
    expect(tags).not.toHaveProperty("b");
    expect(await kept(run.id, "notes/n.txt")).toBe("hello");
    expect(JSON.parse(await kept(run.id, "conf/a.json"))).toEqual({ a: [1, 2] });
    expect([...children.keys()].sort()).toEqual(["inner", "second"]);
    expect(children.get("inner")).toMatchObject({ state: "finished", metrics: [{ key: "z", value: 7 }] });
    expect(Object.fromEntries(children.get("inner")?.tags ?? [])["mlflow.parentRunId"]).toBe(run.id);
    expect(children.get("second")).toMatchObject({ state: "finished", metrics: [{ key: "z", value: 8 }] });
  });

  test("the client API, as loggers of frameworks use it, and asynchronous logging", async () => {
    const { run, children } = await ended(
      version,
      `
import time
import mlflow
from mlflow.entities import Metric, Param, RunTag
client = mlflow.MlflowClient()
experiment = client.get_experiment_by_name("lightning_logs")
experiment = experiment.experiment_id if experiment else client.create_experiment("lightning_logs")
run = client.create_run(experiment, tags={"mlflow.runName": "fit"})
now = int(time.time() * 1000)
for step in range(3):
    client.log_batch(run.info.run_id, metrics=[Metric("m%d" % i, step + i, now, step) for i in range(1000)])
client.log_batch(run.info.run_id, params=[Param("p%d" % i, str(i)) for i in range(100)], tags=[RunTag("t%d" % i, str(i)) for i in range(100)])
client.set_terminated(run.info.run_id, "FINISHED")
with mlflow.start_run(run_name="async"):
    waiting = []
    if hasattr(mlflow, "flush_async_logging"):
        for step in range(200): mlflow.log_metric("loss", step, step=step, synchronous=False)
        mlflow.log_params({"q": 1}, synchronous=False)
        mlflow.flush_async_logging()
    else:
        for step in range(200): waiting.append(client.log_batch(mlflow.active_run().info.run_id, metrics=[Metric("loss", step, now, step)], synchronous=False))
        for each in waiting: each.wait()
`,
    );
    expect(run).toMatchObject({ name: "fit", state: "finished" });
    expect((await stack.run(run.id)).experiment).toBe("lightning_logs");
    expect(run.metrics).toHaveLength(1000);
    expect(await series(run.id, "m999")).toEqual([
      [0, 999],
      [1, 1000],
      [2, 1001],
    ]);
    expect(run.parameters.filter(([key]) => /^p\d+$/.test(key))).toHaveLength(100);
    const loss = await series(children.get("async")?.id ?? "", "loss");
    expect(loss.map(([step]) => step).toSorted((a = 0, b = 0) => a - b)).toEqual([...Array(200).keys()]);
  });

  test("processes of a sweep are runs of their own; those that share an id are one", async () => {
    const { run, children } = await ended(
      version,
      `
import os, subprocess, sys
import mlflow
if "RANK" not in os.environ: mlflow.set_experiment("sweep")
if len(sys.argv) > 1:
    with mlflow.start_run(run_name=sys.argv[1]):
        mlflow.log_param("lr", sys.argv[1])
        mlflow.log_metric("loss", int(sys.argv[1][-1]))
elif "RANK" in os.environ:
    with mlflow.start_run():
        for step in range(50): mlflow.log_metric("rank%s" % os.environ["RANK"], step, step=step)
else:
    with mlflow.start_run(run_name="all") as r:
        [p.wait() for p in [subprocess.Popen([sys.executable, __file__, "trial%d" % i]) for i in range(2)]]
        shared = [subprocess.Popen([sys.executable, __file__], env=dict(os.environ, RANK=str(i), MLFLOW_RUN_ID=r.info.run_id)) for i in range(2)]
        assert [p.wait() for p in shared] == [0, 0]
`,
    );
    expect(run).toMatchObject({ name: "all", state: "finished" });
    expect([...children.keys()].sort()).toEqual(["trial0", "trial1"]);
    for (const [name, child] of children) {
      expect(Object.fromEntries(child.parameters).lr).toBe(name);
      expect((await stack.run(child.id)).experiment).toBe("sweep");
    }
    for (const rank of ["rank0", "rank1"])
      expect(await series(run.id, rank)).toEqual(Array.from({ length: 50 }, (_, step) => [step, step]));
  });

  test("a script that fails takes its open runs with it; one that is killed too", async () => {
    const failing = `
import os, sys
import mlflow
mlflow.start_run(run_name="outer")
mlflow.log_metric("loss", 1)
child = mlflow.MlflowClient().create_run(mlflow.active_run().info.experiment_id, run_name="open", tags={"mlflow.parentRunId": mlflow.active_run().info.run_id})
mlflow.MlflowClient().log_metric(child.info.run_id, "z", 1)
if sys.argv[1] == "kill": os.kill(os.getpid(), 9)
raise ValueError("no")
`;
    const failed = await ended(version, failing, ["raise"]);
    expect(failed.run).toMatchObject({
      name: "outer",
      state: "failed",
      metrics: [{ key: "loss", value: 1 }],
    });
    expect(failed.children.get("open")).toMatchObject({ state: "failed", metrics: [{ key: "z", value: 1 }] });
    const killed = await ended(version, failing, ["kill"]);
    expect(killed.run).toMatchObject({ state: "failed" });
    expect([...killed.children.values()].map(({ state }) => state)).toEqual(
      [...killed.children.values()].map(() => "failed"),
    );
  });

  test("system metrics of the client", async () => {
    const { run } = await ended(
      version,
      `
import time
import mlflow
mlflow.set_system_metrics_sampling_interval(0.2)
mlflow.set_system_metrics_samples_before_logging(1)
with mlflow.start_run(log_system_metrics=True) as r:
    client = mlflow.MlflowClient()
    while not any(k.startswith("system/") for k in client.get_run(r.info.run_id).data.metrics): time.sleep(0.1)
`,
    );
    expect(run.metrics.map(({ key }) => key)).toContain("system/system_memory_usage_megabytes");
  });
});

describe("the newest client, whole", () => {
  test("autolog of a grid search, a logged model, its data set, figures and tables", async () => {
    const { run, children, log } = await ended(
      newestClient,
      `
import mlflow, mlflow.sklearn
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
X, y = load_iris(return_X_y=True, as_frame=True)
mlflow.sklearn.autolog(log_models=False)
with mlflow.start_run(run_name="grid"):
    GridSearchCV(LogisticRegression(max_iter=200), {"C": [0.1, 1, 10]}, cv=2).fit(X, y)
mlflow.sklearn.autolog(disable=True)
with mlflow.start_run(run_name="model") as r:
    data = mlflow.data.from_pandas(X, name="iris", source="iris.csv")
    mlflow.log_input(data, context="training")
    fitted = LogisticRegression(max_iter=200).fit(X, y)
    info = mlflow.sklearn.log_model(fitted, name="classifier", input_example=X.head(2), params={"C": 1})
    mlflow.log_metric("acc", 0.9, model_id=info.model_id, dataset=data)
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    mlflow.log_figure(figure, "plots/a.png")
    mlflow.log_table({"a": [1, 2]}, "t.json")
print("MODEL", info.model_id, r.info.run_id)
assert list(mlflow.pyfunc.load_model(info.model_uri).predict(X.head(3))) == list(fitted.predict(X.head(3)))
assert mlflow.sklearn.load_model("runs:/%s/classifier" % r.info.run_id).C == fitted.C
assert list(mlflow.load_table("t.json", run_ids=[r.info.run_id])["a"]) == [1, 2]
found = mlflow.search_runs(order_by=["metrics.acc DESC"])
assert found["tags.mlflow.runName"][0] == "model" and len(found) == 5, found
logged = mlflow.get_logged_model(info.model_id)
assert len(mlflow.pyfunc.load_model(info.model_uri).input_example) == 2
assert logged.metrics[0].dataset_name == "iris" and str(logged.status) == "READY", logged
assert [m.model_id for m in mlflow.search_logged_models(experiment_ids=[r.info.experiment_id], output_format="list")] == [info.model_id]
@mlflow.trace
def traced(x): return x + 1
traced(1)
try: mlflow.sklearn.log_model(fitted, name="again", registered_model_name="iris")
except mlflow.exceptions.MlflowException as error: print("REFUSED", error)
`,
    );
    expect(log).toMatch(/REFUSED .*No model registry is reachable from this run.*Register Model/);
    const [, modelId = "", runId = ""] = /MODEL (\S+) (\S+)/.exec(log) ?? [];
    expect(run).toMatchObject({ name: "grid", state: "finished" });
    expect(Object.fromEntries(run.parameters).best_C).toBe("10");
    const searched = [...children.values()].filter((child) => child.name !== "model");
    expect(searched.map((child) => Object.fromEntries(child.parameters).C).sort()).toEqual([
      "0.1",
      "1",
      "10",
    ]);
    expect(searched.every((child) => child.metrics.some(({ key }) => key === "mean_test_score"))).toBe(true);
    const model = children.get("model");
    expect(model).toMatchObject({
      id: runId,
      inputs: [{ name: "iris", tags: { "mlflow.data.context": "training" } }],
      modelOutputs: [{ model: modelId }],
    });
    expect(await stack.store.loggedModels.get(modelId)).toMatchObject({
      id: modelId,
      name: "classifier",
      runId,
    });
    expect(await kept(runId, `models/${modelId}/MLmodel`)).toContain("sklearn");
    const example = JSON.parse(await kept(runId, `models/${modelId}/input_example.json`)) as {
      readonly data: readonly unknown[];
    };
    expect(example.data).toHaveLength(2);
    expect((await kept(runId, "plots/a.png")).length).toBeGreaterThan(1000);
    const findings = await stack.store.runs.findings(run.id);
    expect(findings.map(({ code }) => code)).toEqual(["mlflow_not_registered", "mlflow_traces_not_kept"]);
  });
});
