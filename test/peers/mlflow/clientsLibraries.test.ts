/**
 * What MLflow's clients log by themselves for real libraries, evaluation and system metrics: from a script that Runline launches, and
 * straight to the server. Of the newest client both leave the same in the store.
 */

import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { capture, openStack, type Stack, until } from "../../faults/stack.ts";
import { type Running, start } from "../cli/commandLine.ts";
import { type ClientVersion, clientVersions, libraryPrograms, newestClient } from "./clients.ts";

// Importing the libraries takes many seconds, and a busy machine makes minutes of them.
vi.setConfig({ testTimeout: 600_000 });

const pythons = new Map<ClientVersion, string>();
// One after the other, and once: they are large.
beforeAll(async () => {
  for (const version of clientVersions)
    pythons.set(version, path.join(await libraryPrograms(version), "python"));
}, 900_000);

let stack: Stack;
let server: Running | null;
beforeEach(async () => {
  stack = await openStack();
  server = null;
  await copyFile(
    path.join(import.meta.dirname, "clients_libraries.py"),
    path.join(stack.workspace, "train_all.py"),
  );
});
afterEach(async () => {
  server?.child.kill("SIGINT");
  await server?.done;
  await stack.close();
});

type Seen = Readonly<
  Record<string, { readonly run: string; readonly same?: boolean; readonly accuracy?: number }>
>;

/** What the script says at its end; its last words where it did not come so far. */
function seenIn(log: string): Seen {
  const line = /^SEEN (.*)$/m.exec(log);
  if (line === null) throw new Error(log.slice(-3_000));
  return JSON.parse(line[1] ?? "") as Seen;
}

async function launched(version: ClientVersion, parts: readonly string[]): Promise<Seen> {
  stack.follow();
  const script = path.join(stack.workspace, "train_all.py");
  const { id } = await stack.launch(
    { script, arguments: parts, python: pythons.get(version) ?? "" },
    { capture: { ...capture, system_interval_seconds: 0, files: false, stdout: false } },
  );
  await stack.ended(id);
  return seenIn((await stack.log(id)).toString());
}

/** Runs it as from a terminal of a workspace that `runline serve` serves. */
async function logged(version: ClientVersion, parts: readonly string[]): Promise<Seen> {
  server = start(stack.workspace, ["serve", "--json"]);
  let printed = "";
  server.child.stdout?.on("data", (text: string) => {
    printed += text;
  });
  await server.seen("}\n");
  const { url, token } = JSON.parse(printed) as { url: string; token: string };
  const { stdout } = await promisify(execFile)(pythons.get(version) ?? "", ["train_all.py", ...parts], {
    cwd: stack.workspace,
    env: {
      ...process.env,
      MLFLOW_TRACKING_URI: url,
      MLFLOW_TRACKING_TOKEN: token,
      MLFLOW_DISABLE_TELEMETRY: "true",
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0",
    },
  });
  return seenIn(stdout);
}

/** What the store and the run directory say of one of its runs. */
async function stored(id: string) {
  const run = await until("the run to be over", async () => {
    const found = await stack.store.trackedRuns.get(id);
    return found?.state === "finished" ? found : null;
  });
  const counts = await Promise.all(
    run.metrics.map(async ({ key }) => {
      const { steps } = await stack.store.metrics.points({ runId: id, attempt: 1, key });
      // The newest client logs the last point once more, for the model that it logs then.
      return [key, new Set(steps).size] as const;
    }),
  );
  const folder = path.join(run.directory, "artifacts");
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];
  return {
    ...{ name: run.name, parameters: Object.fromEntries(run.parameters), counts: Object.fromEntries(counts) },
    metrics: Object.fromEntries(run.metrics.map(({ key, value }) => [key, value])),
    ...{ inputs: run.inputs, models: run.modelOutputs, files },
  };
}

const parts = ["xgboost", "lightgbm", "sklearn", "system"];
// The oldest client can't judge a model without MLflow's whole server beside it.
const more: Readonly<Record<ClientVersion, readonly string[]>> = {
  "2.9.2": [],
  "2.22.5": ["evaluate"],
  [newestClient]: ["evaluate", "lightning"],
};
/** Both come to the same (`recorderServer.test.ts`), so the older clients go one way each. */
const ways: Readonly<Record<ClientVersion, Readonly<Record<string, typeof launched>>>> = {
  "2.9.2": { "a launched script": launched },
  "2.22.5": { "the server": logged },
  [newestClient]: { "a launched script": launched, "the server": logged },
};

describe.each(clientVersions)("the client of MLflow %s", (version) => {
  test.each(Object.entries(ways[version]))("logs for its libraries to %s", async (_, way) => {
    const newest = version === newestClient;
    const seen = await way(version, [...parts, ...more[version]]);
    const of = async (part: string) => stored(seen[part]?.run ?? "");

    expect(seen.xgboost?.same).toBe(true);
    const boosted = await of("xgboost");
    expect(boosted).toMatchObject({
      name: "boosted",
      parameters: { max_depth: "2", objective: "binary:logistic", num_boost_round: "6" },
      counts: { "train-logloss": 6, "train-auc": 6 },
    });
    expect(boosted.files).toContain("feature_importance_weight.json");
    expect(boosted.files.filter((file) => file.endsWith("MLmodel"))).toHaveLength(1);
    expect(boosted.models).toHaveLength(newest ? 1 : 0);

    expect(await of("lightgbm")).toMatchObject({
      ...{ name: "light", parameters: { objective: "binary", num_boost_round: "5" } },
      counts: { "valid-auc": 5, "valid-binary_logloss": 5 },
    });

    const fitted = await of("sklearn");
    expect(fitted).toMatchObject({ name: "fitted", parameters: { C: "0.5" } });
    expect(fitted.metrics.training_score).toBeGreaterThan(0.5);
    expect(fitted.inputs).toMatchObject([{ tags: { "mlflow.data.context": "train" } }]);

    const memory = "system/system_memory_usage_megabytes";
    expect((await of("system")).counts[memory]).toBeGreaterThan(0);

    if (version === "2.9.2") return;
    const judged = await of("evaluate");
    expect(judged.metrics.accuracy_score).toBe(seen.evaluate?.accuracy);
    expect(judged.metrics).toMatchObject({ example_count: 120 });
    expect(judged.files.filter((file) => file.endsWith("confusion_matrix.png"))).toHaveLength(1);
    expect(judged.inputs).toHaveLength(1);

    if (!newest) return;
    expect(seen.lightning?.same).toBe(true);
    const net = await of("lightning");
    expect(net).toMatchObject({
      ...{ name: "net", parameters: { epochs: "3", optimizer_name: "SGD", lr: "0.1" } },
      counts: { loss: 3, val_loss: 3 },
    });
    expect(net.files).toContain("checkpoints/latest_checkpoint.pth");
    const [model] = net.models;
    expect(await stack.store.loggedModels.get(model?.model ?? "")).toMatchObject({
      ...{ name: "layer", runId: seen.lightning?.run },
    });
  });
});
