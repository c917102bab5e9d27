/**
 * How fast the store takes points in and gives charts out (design §12): 10⁸ points as a script prints them, short decimals, and charts of
 * 100 runs × 1 M points in single precision.
 */

import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import type { JournalRecord } from "../../src/model/journal.ts";
import { runIdAt } from "../../src/model/runId.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import type { Store } from "../../src/store/store.ts";
import { atLeast, atMost, type BenchRow } from "./row.ts";
import { short } from "./size.ts";
import { append } from "./storedRuns.ts";
import { timed } from "./timed.ts";

const runs = 100;
const batch = 2_500;
const metrics = Array.from({ length: 20 }, (_, at) => (at === 0 ? "val_acc" : `metric_${at}`));
const steps = short ? 5_000 : 50_000;
const longSteps = short ? 100_000 : 1_000_000;
const longBatch = 50_000;
const timeOf = (step: number) => 1_700_000_000_000 + step * 40 + (step % 7);

export async function bench(): Promise<readonly BenchRow[]> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "runline-bench-"));
  try {
    return [
      ...(await ingest(path.join(folder, "ingest.db"))),
      ...(await charts(path.join(folder, "charts.db"))),
    ];
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

/** Points of 100 runs × 20 metrics through the same door as a journal. */
async function ingest(file: string): Promise<readonly BenchRow[]> {
  const store = await openSqliteStore(file);
  const before = process.memoryUsage().rss;
  let [spent, most] = [0, before];
  for (let from = 0; from < steps; from += batch) {
    // Made apart from the clock: this is about the store, not about making records.
    const records = logged(from, batch, metrics, value);
    for (let run = 0; run < runs; run++) {
      const id = from === 0 ? await addRun(store, run) : idOf(run);
      const began = performance.now();
      await append(store, id, records);
      spent += performance.now() - began;
    }
    most = Math.max(most, process.memoryUsage().rss);
  }
  await store.close();
  const points = runs * steps * metrics.length;
  return [
    atLeast(`ingest of ${points.toExponential(0)} points`, 5, points / (spent / 1000) / 1e6, "M points/s"),
    atMost("– memory that it took", 500, (most - before) / 1e6, "MB"),
    atMost("store file", 8, (await fs.stat(file)).size / points, "B a point"),
  ];
}

/** One metric of 100 long runs in single precision, each with one spike, as charts of 1,000 pixels. */
async function charts(file: string): Promise<readonly BenchRow[]> {
  const store = await openSqliteStore(file);
  const runIds = Array.from({ length: runs }, (_, run) => idOf(run));
  const records = logged(0, longBatch, ["loss"], () => 0);
  const spike = (run: number) => Math.floor(((run * 7919 + 13) % 10_007) * (longSteps / 10_007));
  for (let run = 0; run < runs; run++) {
    const id = await addRun(store, run);
    const noisy = (step: number) => (step === spike(run) ? 1e6 : Math.fround(value(step, run) + 1 / 3));
    for (let from = 0; from < longSteps; from += longBatch)
      await append(store, id, lossOf(records, from, noisy));
  }
  const chart = { runIds, keys: ["loss"], axis: "step", width: 1000 } as const;
  const [x0, x1] = [longSteps * 0.4, longSteps * 0.6];
  const groups = [0, 1, 2, 3, 4].map((group) => ({
    name: `${group}`,
    runIds: runIds.slice(group * 20, group * 20 + 20),
  }));
  const overview = await timed(() => store.metrics.columns(chart));
  const zoom = await timed(() => store.metrics.columns({ ...chart, x0, x1 }));
  const half = await timed(() => store.metrics.columns({ ...chart, x0, x1: x0 + longSteps / 2 }));
  const close = await timed(() => store.metrics.columns({ ...chart, x0, x1: x0 + longSteps / 20 }));
  const closer = await timed(() => store.metrics.columns({ ...chart, x0, x1: x0 + longSteps / 50 }));
  const bands = await timed(() => store.metrics.bands({ ...chart, groups }));
  const small = { ...chart, runIds: runIds.slice(0, 20) };
  const smooth = await timed(() =>
    store.metrics.columns({ ...small, smoothing: { kind: "ema", weight: 0.99 } }),
  );
  const { series } = await store.metrics.columns(chart);
  const seen = series.filter(({ max, maxX }, run) => maxX[max.indexOf(1e6)] === spike(run)).length;
  await store.close();
  const points = (await fs.stat(file)).size / (runs * longSteps);
  const what = `${runs} × ${longSteps.toLocaleString("en-US")}`;
  return [
    atMost("store file, single precision", 8, points, "B a point"),
    atMost(`overview of ${what}, 1,000 px`, 150, overview, "ms"),
    atMost("zoom to half of it", 60, half, "ms"),
    atMost("zoom to a fifth of it", 60, zoom, "ms"),
    atMost("zoom to a twentieth of it", 60, close, "ms"),
    atMost("zoom to a fiftieth of it", 60, closer, "ms"),
    atMost("bands of 5 groups of 20 of it", 250, bands, "ms"),
    atMost("20 of the runs, smoothed", short ? 150 : 1000, smooth, "ms"),
    atLeast("spikes of one point in the overview", runs, seen, "of 100"),
  ];
}

function idOf(number: number): string {
  return runIdAt(1_700_000_000_000 + number, new Uint8Array(16).fill(number));
}

async function addRun(store: Store, number: number): Promise<string> {
  const id = idOf(number);
  await store.runs.create({
    ...{
      id,
      name: `run-${number}`,
      experiment: "bench",
      host: "here",
      argv: ["python", "train.py"],
      cwd: "/work",
    },
    ...{ script: "train.py", code: null, created: 1_700_000_000_000 + number, directory: `/runs/${number}` },
  });
  return id;
}

function logged(
  from: number,
  count: number,
  keys: readonly string[],
  valueAt: (step: number, place: number) => number,
): JournalRecord[] {
  return Array.from({ length: count }, (_, at) => {
    const step = from + at;
    const values = Object.fromEntries(keys.map((key, place) => [key, valueAt(step, place)]));
    return { kind: "metric", time: timeOf(step), step, values, source: "stdout" };
  });
}

/** The same records again with other steps and values: making a hundred million of them would take longer than all else. */
function lossOf(
  records: readonly JournalRecord[],
  from: number,
  valueAt: (step: number) => number,
): readonly JournalRecord[] {
  for (const [at, record] of records.entries())
    Object.assign(record, {
      step: from + at,
      time: timeOf(from + at),
      values: { loss: valueAt(from + at) },
    });
  return records;
}

/** A falling, noisy value with four decimals. */
function value(step: number, place: number): number {
  const noise = Math.abs(Math.sin((step + place * 7919) * 12.9898) * 43758.5453) % 1;
  return Math.round((2 / (1 + step / 500) + noise * 0.2) * 1e4) / 1e4;
}
