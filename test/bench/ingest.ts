/** How fast the store takes points in and gives charts and tables out (design §12). Points as a script prints them: short decimals. */

import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { performance } from "node:perf_hooks";
import type { JournalRecord } from "../../src/model/journal.ts";
import { runIdAt } from "../../src/model/runId.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import type { Store } from "../../src/store/store.ts";
import { atLeast, atMost, type BenchRow, median } from "./row.ts";

const runs = 100;
const metrics = Array.from({ length: 20 }, (_, at) => (at === 0 ? "val_acc" : `metric_${at}`));
const steps = 5_000;
const batch = 2_500;
const longSteps = 100_000;
const manyRuns = 10_000;

export async function bench(): Promise<readonly BenchRow[]> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "runline-bench-"));
  try {
    return [
      ...(await ingest(path.join(folder, "ingest.db"))),
      await overview(path.join(folder, "overview.db")),
      ...(await tables(path.join(folder, "tables.db"))),
    ];
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

/** 10^7 points of 100 runs × 20 metrics through the same door as a journal. */
async function ingest(file: string): Promise<readonly BenchRow[]> {
  const store = await openSqliteStore(file);
  // Made once: this is about the store, not about making records.
  const batches = Array.from({ length: steps / batch }, (_, at) => logged(at * batch, batch, metrics));
  let spent = 0;
  for (let run = 0; run < runs; run++) {
    const id = await addRun(store, run);
    for (const records of batches) {
      const began = performance.now();
      await append(store, id, records);
      spent += performance.now() - began;
    }
  }
  await store.close();
  const points = runs * steps * metrics.length;
  const rate = points / (spent / 1000);
  const size = (await fs.stat(file)).size / points;
  return [
    atLeast("ingest of 10⁷ metric points", 5, rate / 1e6, "M points/s"),
    atMost("store file", 8, size, "B a point"),
  ];
}

/** One metric of 20 runs × 100 k points as a chart of 1,000 pixels. */
async function overview(file: string): Promise<BenchRow> {
  const store = await openSqliteStore(file);
  const runIds: string[] = [];
  for (let run = 0; run < 20; run++) {
    const id = await addRun(store, run);
    runIds.push(id);
    await append(store, id, logged(0, longSteps, ["loss"]));
  }
  const query = { runIds, keys: ["loss"], axis: "step", width: 1000 } as const;
  const measured = await timed(() => store.metrics.columns(query));
  await store.close();
  return atMost("overview of 20 runs × 100 k points", 150, measured, "ms");
}

/** Rows of a large table, and of what a tree shows of it. */
async function tables(file: string): Promise<readonly BenchRow[]> {
  const store = await openSqliteStore(file);
  for (let run = 0; run < manyRuns; run++)
    await append(store, await addRun(store, run), logged(0, 2, metrics));
  const all = await timed(() => store.runs.list({ limit: manyRuns }));
  const first = await timed(() => store.runs.list({}));
  await store.close();
  return [
    atMost("list of 10 k runs × 20 metrics", 1000, all, "ms"),
    atMost("first 500 of 10 k runs × 20 metrics", 50, first, "ms"),
  ];
}

async function addRun(store: Store, number: number): Promise<string> {
  const created = 1_700_000_000_000 + number;
  const id = runIdAt(created, new Uint8Array(16).fill(number));
  const place = { cwd: "/work", script: "train.py", directory: `/runs/${number}`, host: "here" };
  const run = {
    id,
    name: `run-${number}`,
    experiment: "bench",
    argv: ["python", "train.py"],
    code: null,
    created,
  };
  await store.runs.create({ ...run, ...place });
  return id;
}

function logged(from: number, count: number, keys: readonly string[]): JournalRecord[] {
  return Array.from({ length: count }, (_, at) => {
    const step = from + at;
    const values = Object.fromEntries(keys.map((key, place) => [key, value(step, place)]));
    return {
      kind: "metric",
      time: 1_700_000_000_000 + step * 40 + (step % 7),
      step,
      values,
      source: "stdout",
    };
  });
}

/** A falling, noisy value with four decimals. */
function value(step: number, place: number): number {
  const noise = Math.abs(Math.sin((step + place * 7919) * 12.9898) * 43758.5453) % 1;
  return Math.round((2 / (1 + step / 500) + noise * 0.2) * 1e4) / 1e4;
}

async function append(store: Store, id: string, records: readonly JournalRecord[]): Promise<void> {
  const from = await store.journal.cursor(id);
  const line = (from?.line ?? 0) + records.length;
  await store.journal.append(id, from, { offset: line, line, identity: "bench" }, records, []);
}

/** The middle of five, in milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < 5; at++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return median(times);
}
