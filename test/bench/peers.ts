/**
 * Runline beside TensorBoard and MLflow on the same data: series with single-point spikes, as training has them. How long it takes until
 * a chart of all of them can be drawn, and how many of the spikes it shows.
 */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openStack } from "../faults/stack.ts";
import { wholeCapture } from "../fixtures/runSpec.ts";
import { needClient, newestClient } from "../peers/mlflow/clients.ts";
import { needPythonPackages, runProgram } from "../peers/pythonPackages.ts";
import { writeEventFile } from "../peers/tensorboard/eventFile.ts";
import { firstPicture } from "../peers/tensorboard/server.ts";
import { type BenchRow, figure } from "./row.ts";
import { say } from "./say.ts";

const tensorboard = "tensorboard==2.21.0";

const series = 8;
// Of a million points each, reading and writing would take the others half an hour.
const points = 100_000;
const spikesEach = 10;
const tag = "loss";
const chartPixels = 1000;
const began = 1_700_000_000;
const interval = 0.04;
const title = `${series} × ${points / 1000} k points`;

/** A series as [step, value] pairs in whatever form a program hands it out. */
type Drawn = readonly (readonly [number, number])[];

interface Data {
  readonly folder: string;
  /** One folder per run with one event file in it. */
  readonly logs: string;
  /** All values of all series, one after the other, as 32-bit floats. */
  readonly valuesFile: string;
  readonly spikes: readonly ReadonlyMap<number, number>[];
}

export async function bench(): Promise<readonly BenchRow[]> {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "runline-bench-")));
  try {
    say(`  writing ${title} with ${series * spikesEach} spikes`);
    const data = makeData(folder);
    say("  Runline");
    const rows = [...(await ofRunline(data))];
    for (const [name, need, measure] of [
      [tensorboard, () => needPythonPackages([tensorboard], say), ofTensorBoard],
      [`mlflow==${newestClient}`, () => needClient(newestClient, say), ofMlflow],
    ] as const) {
      const python = await need();
      if ("missing" in python) say(`  skipped: ${name} needs ${python.missing}`);
      else {
        say(`  ${name}`);
        rows.push(...(await measure(data, python.ready)));
      }
    }
    return rows;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function makeData(folder: string): Data {
  const logs = path.join(folder, "logs");
  const valuesFile = path.join(folder, "values");
  const spikes = Array.from({ length: series }, (_, run) => {
    const values = noisy(run);
    const at = new Map<number, number>();
    for (let index = 0; index < spikesEach; index++)
      at.set(Math.floor(((index + 0.31 + 0.05 * run) / spikesEach) * points), 50 + index + 20 * run);
    for (const [step, value] of at) values[step] = value;
    const place = path.join(logs, `run${run}`);
    fs.mkdirSync(place, { recursive: true });
    writeEventFile(path.join(place, `events.out.tfevents.${began}.here.1.0`), tag, values, began, interval);
    fs.appendFileSync(valuesFile, Buffer.from(values.buffer));
    return at;
  });
  return { folder, logs, valuesFile, spikes };
}

/** A falling loss with noise, the same on every machine. */
function noisy(run: number): Float32Array {
  let state = run + 1;
  return Float32Array.from({ length: points }, (_, step) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 2 / (1 + step / 5000) + (state / 2 ** 32) * 0.2;
  });
}

function shown(data: Data, runs: readonly Drawn[]): number {
  return data.spikes.reduce((sum, spikes, run) => {
    const drawn = new Set(runs[run]?.map(([, value]) => value));
    return sum + [...spikes.values()].filter((value) => drawn.has(value)).length;
  }, 0);
}

const all = series * spikesEach;

function picture(name: string, seconds: number, spikes: number, budget = ""): BenchRow {
  return {
    name: `${title}: ${name}`,
    budget,
    measured: `${figure(seconds)} s, ${spikes} of ${all} spikes`,
    ok: budget === "" || spikes === all,
    value: seconds,
    unit: "s",
  };
}

/** Real runs whose script writes the files: recorded, followed, taken in, and asked for as a chart does. */
async function ofRunline(data: Data): Promise<readonly BenchRow[]> {
  const stack = await openStack(data.folder);
  try {
    const script = path.join(stack.workspace, "write_logs.py");
    fs.writeFileSync(script, "import shutil, sys\nshutil.copytree(sys.argv[1], 'logs/' + sys.argv[2])\n");
    const start = performance.now();
    const runIds: string[] = [];
    stack.follow();
    for (let run = 0; run < series; run++) {
      const args = [path.join(data.logs, `run${run}`), `run${run}`];
      runIds.push((await stack.launch({ script, arguments: args }, { capture: wholeCapture })).id);
    }
    for (const id of runIds) await stack.ended(id);
    const query = { runIds, keys: [tag], axis: "step", width: chartPixels } as const;
    const asked = performance.now();
    const { series: found } = await stack.store.metrics.columns(query);
    const done = performance.now();
    const runs = runIds.map((id) => {
      const columns = found.find(({ runId }) => runId === id);
      return (columns?.max ?? []).map((value, at) => [columns?.maxX[at] ?? 0, value] as const);
    });
    const spikes = shown(data, runs);
    return [
      picture("Runline, from the start of the runs", (done - start) / 1000, spikes, "all spikes"),
      picture("Runline, data in its store", (done - asked) / 1000, spikes, "all spikes"),
    ];
  } finally {
    await stack.close();
  }
}

async function ofTensorBoard(data: Data, programs: string): Promise<readonly BenchRow[]> {
  const names = data.spikes.map((_, run) => `run${run}`);
  const served = await firstPicture(programs, data.logs, tag, names, points - 1);
  const drawn = served.runs.map((run) => run.map(([, step, value]) => [step, value] as const));
  const script = path.join(import.meta.dirname, "../peers/tensorboard/load.py");
  const loaded = await json<{ seconds: number; runs: Record<string, Drawn> }>(programs, data.folder, [
    script,
    data.logs,
    tag,
  ]);
  const kept = names.map((name) => loaded.runs[name] ?? []);
  return [
    picture(`${tensorboard.replace("==", " ")}, from its start`, served.seconds, shown(data, drawn)),
    picture("its Python loader, EventAccumulator", loaded.seconds, shown(data, kept)),
  ];
}

interface History {
  readonly page: { readonly seconds: number; readonly runs: readonly Drawn[] };
  readonly whole: { readonly seconds: number; readonly runs: readonly Drawn[] };
  readonly logged_per_second: number;
}

async function ofMlflow(data: Data, programs: string): Promise<readonly BenchRow[]> {
  const script = path.join(import.meta.dirname, "../peers/mlflow/history.py");
  const args = [script, data.folder, data.valuesFile, String(series), String(points)];
  const { page, whole, logged_per_second } = await json<History>(programs, data.folder, args);
  return [
    picture(
      `mlflow ${newestClient}, data in its database, 320 points a run as its page asks`,
      page.seconds,
      shown(data, page.runs),
    ),
    picture("its whole metric history", whole.seconds, shown(data, whole.runs)),
    {
      name: "– its logging, in batches of 1,000",
      budget: "",
      measured: `${figure(logged_per_second)} points/s`,
      ok: true,
      value: logged_per_second,
      unit: "points/s",
    },
  ];
}

async function json<T>(programs: string, folder: string, args: readonly string[]): Promise<T> {
  const done = await runProgram([path.join(programs, "python"), ...args], folder);
  if ("failed" in done) throw new Error(done.failed);
  return JSON.parse(done.output) as T;
}
