/**
 * `runline run` with MLflow's newest client and nothing else: no server was started, no address set. What a run can't do alone (registry,
 * prompts, traces, evaluation) whoever started it does.
 */

import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { start } from "../cli/commandLine.ts";
import { clientPrograms, newestClient } from "./clients.ts";

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), "runline-run-command-")));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 20 }));

const script = `
import mlflow, mlflow.sklearn
from mlflow.genai.scorers import scorer
from sklearn.linear_model import LogisticRegression

fitted = LogisticRegression().fit([[0], [1]], [0, 1])
mlflow.set_experiment("flowers")
with mlflow.start_run(run_name="fit"):
    mlflow.log_metric("acc", 1)
    mlflow.sklearn.log_model(fitted, name="model", registered_model_name="iris", pip_requirements=["scikit-learn"])
client = mlflow.MlflowClient()
client.set_registered_model_alias("iris", "champion", 1)
assert mlflow.sklearn.load_model("models:/iris@champion").coef_ == fitted.coef_

# An experiment that nobody but this script knows yet.
made = mlflow.set_experiment("questions")
mlflow.genai.register_prompt("greet", "Hello {{name}}")
@mlflow.trace
def answer(name): return mlflow.genai.load_prompt("prompts:/greet@latest").format(name=name)
for name in "abc": answer(name)
mlflow.flush_trace_async_logging()
traces = mlflow.search_traces(locations=[made.experiment_id], return_type="list")
assert sorted(each.data.response for each in traces) == ['"Hello a"', '"Hello b"', '"Hello c"'], traces
mlflow.log_feedback(trace_id=traces[0].info.trace_id, name="good", value=True)
@scorer
def is_short(outputs): return len(outputs) < 8
judged = mlflow.genai.evaluate(data=[{"inputs": {"name": "Bo"}}, {"inputs": {"name": "D"}}], predict_fn=answer, scorers=[is_short])
assert judged.metrics == {"is_short/mean": 0.5}, judged.metrics
print("ALL", "DONE")
`;

/** What the command answers in JSON. */
async function answered(...args: readonly string[]): Promise<unknown> {
  const { code, out, error } = await start(folder, [...args, "--json"]).done;
  if (code !== 0) throw new Error(error);
  return JSON.parse(out);
}

test("registers, promotes, loads, prompts, traces and evaluates", async () => {
  const python = path.join(await clientPrograms(newestClient), "python");
  await writeFile(path.join(folder, "fit.py"), script);
  const quiet = { MLFLOW_DISABLE_TELEMETRY: "true", MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0" };
  const { code, out, error } = await start(folder, ["run", "--python", python, "fit.py"], quiet).done;
  expect(out + error).toContain("ALL DONE");
  expect(code).toBe(0);
  expect(await answered("models")).toMatchObject([
    { name: "greet" },
    { name: "iris", aliases: [{ alias: "champion", version: 1 }], versions: [{ version: 1 }] },
  ]);
  expect(await answered("runs")).toMatchObject([
    { state: "finished", experiment: "questions", metrics: { "is_short/mean": { last: 0.5 } } },
    { name: "fit", state: "finished", experiment: "flowers", metrics: { acc: { last: 1 } } },
  ]);
}, 300_000);
