/**
 * Runline's server beside `mlflow server` on SQLite: the same client, the same calls, the same data (10,000 runs × 20 metrics and one
 * series of 100,000 points, put straight into either's tables). Budgets are ratios to the peer in processor time of the server, which a
 * busy machine does not change (issue 4, design §12); in front of it stands what a caller waits.
 */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { layoutOf } from "../../src/ops/layout.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { clientPrograms, newestClient } from "../peers/mlflow/clients.ts";
import { runProgram } from "../peers/pythonPackages.ts";
import { type Served, serveMlflow, serveRunline } from "./mlflowServers.ts";
import { atLeast, atMost, type BenchRow, figure, told } from "./row.ts";
import { say } from "./say.ts";
import { storeRuns } from "./storedRuns.ts";

const runs = 10_000;
const metrics = Array.from({ length: 20 }, (_, at) => `metric_${at}`);
const points = 100_000;
const experiment = "bench";

/** Milliseconds until the answer, and of processor time in the server: the second is the same on a busy machine. */
type Cost = readonly [wall: number, processor: number];

interface Calls {
  readonly create: Cost;
  readonly metric: Cost;
  readonly batch: Cost;
  readonly wide: Cost;
  readonly search: Cost;
  readonly ordered: Cost;
  readonly filtered: Cost;
  readonly walk: Cost;
  readonly history: Cost;
  readonly client: Readonly<Record<"metric" | "batch" | "ordered" | "history", Cost>>;
  readonly walked: number;
}

interface Measured {
  readonly calls: Calls;
  readonly startMs: number;
  readonly startProcessorMs: number;
  readonly megabytes: number;
}

export async function bench(): Promise<readonly BenchRow[]> {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "runline-bench-")));
  try {
    const programs = await clientPrograms(newestClient);
    const ours = await ofRunline(path.join(folder, "ours"), programs);
    const theirs = await ofMlflow(path.join(folder, "theirs"), programs);
    return rowsOf(ours, theirs);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function rowsOf(ours: Measured, theirs: Measured): readonly BenchRow[] {
  const [here, there] = [ours.calls, theirs.calls];
  const beside = (name: string, own: Cost, peer: Cost, least: number | null): BenchRow => {
    const [times, peers] = [own, peer].map((cost) => `${figure(cost[0])} (${figure(cost[1])})`);
    const what = `${name}: ${times} ms, mlflow server ${peers} ms`;
    // Less than one tick of the processor's clock in all calls together is no ratio.
    const ratio = peer[1] / Math.max(own[1], 0.1);
    return least === null ? told(what, ratio, "×") : atLeast(what, least, ratio, "×");
  };
  return [
    beside("create run", here.create, there.create, null),
    beside("log-metric", here.metric, there.metric, null),
    beside("log-batch of 1,000", here.batch, there.batch, 20),
    beside("log-batch of 1,000 metrics, each once", here.wide, there.wide, null),
    beside("search, newest 100 of 10 k runs × 20 metrics", here.search, there.search, 20),
    beside("search, 100 ordered by a metric", here.ordered, there.ordered, 100),
    beside("search, 100 by a metric and a parameter", here.filtered, there.filtered, 20),
    beside("walk all 10 k runs by 1,000", here.walk, there.walk, 20),
    beside("history, 25 k of 100 k points", here.history, there.history, 40),
    ...(
      [
        ["log-metric", "metric"],
        ["log-batch of 1,000", "batch"],
        ["search, 100 ordered by a metric", "ordered"],
        ["history, 25 k of 100 k points", "history"],
      ] as const
    ).map(([name, call]) => {
      const [own, peer] = [here.client[call][0], there.client[call][0]];
      const what = `– ${name} through the Python client: ${figure(own)} ms, mlflow server ${figure(peer)} ms`;
      return told(what, peer / own, "×");
    }),
    atMost("cold start until it answers, processor time", 300, ours.startProcessorMs, "ms"),
    told("– until the answer", ours.startMs, "ms"),
    told("– mlflow server, one worker", theirs.startMs, "ms"),
    atMost("resident memory after all this", 120, ours.megabytes, "MB"),
    told("– mlflow server, one worker", theirs.megabytes, "MB"),
  ];
}

async function ofRunline(folder: string, programs: string): Promise<Measured> {
  fs.mkdirSync(folder);
  const layout = layoutOf(folder);
  fs.mkdirSync(layout.runs, { recursive: true, mode: 0o700 });
  say("  Runline: writing 10,000 runs");
  const store = await openSqliteStore(layout.store);
  await storeRuns(store, { count: runs, metrics, steps: 1, directory: layout.runs });
  const [long = ""] = await storeRuns(store, {
    count: 1,
    metrics: ["loss"],
    steps: points,
    directory: layout.runs,
    first: runs,
  });
  await store.close();
  return measured(await serveRunline(folder), programs, long, 9);
}

async function ofMlflow(folder: string, programs: string): Promise<Measured> {
  fs.mkdirSync(folder);
  // The first start makes the tables.
  const first = await serveMlflow(folder, programs);
  const made = await fetch(`${first.url}/api/2.0/mlflow/experiments/create`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: experiment }),
  });
  if (!made.ok) throw new Error(await made.text());
  await first.stop();
  say("  mlflow server: writing 10,000 runs");
  const sizes = [runs, metrics.length, points].map(String);
  const fill = path.join(import.meta.dirname, "mlflow_fill.py");
  const filled = await runProgram(
    ["python3", fill, path.join(folder, "mlflow.db"), experiment, ...sizes],
    folder,
  );
  if ("failed" in filled) throw new Error(filled.failed);
  return measured(await serveMlflow(folder, programs), programs, filled.output.trim(), 2);
}

/** All calls against one server, which is stopped at the end. `often`: how many times what takes MLflow seconds. */
async function measured(server: Served, programs: string, long: string, often: number): Promise<Measured> {
  try {
    say(`  ${server.name}: calling`);
    const script = path.join(import.meta.dirname, "mlflow_calls.py");
    const environment = [`MLFLOW_TRACKING_TOKEN=${server.token}`, "MLFLOW_DISABLE_TELEMETRY=true"];
    const python = path.join(programs, "python");
    const done = await runProgram(
      [
        "env",
        ...environment,
        python,
        script,
        server.url,
        String(server.group),
        experiment,
        long,
        "loss",
        String(often),
      ],
      server.folder,
    );
    if ("failed" in done) throw new Error(done.failed);
    const calls = JSON.parse(done.output.trim().split("\n").at(-1) ?? "") as Calls;
    if (calls.walked < runs) throw new Error(`${server.name} has shown ${calls.walked} runs`);
    const { startMs, startProcessorMs } = server;
    return { calls, startMs, startProcessorMs, megabytes: server.megabytes() };
  } finally {
    await server.stop();
  }
}
