/** Runs of any number and size, written into a real store through the door that a journal takes. */

import * as path from "node:path";
import type { JournalRecord } from "../../src/model/journal.ts";
import { runIdAt } from "../../src/model/runId.ts";
import type { Store } from "../../src/store/store.ts";
import { say } from "./say.ts";

export interface StoredRuns {
  readonly count: number;
  readonly metrics: readonly string[];
  readonly steps: number;
  /** Folder of the run directories; they need not be there. */
  readonly directory: string;
  /** The number of the first one, where there are some already. */
  readonly first?: number;
}

const created = 1_700_000_000_000;
const batch = 10_000;
/** Runs between two lines of progress. */
const told = 2_500;
const parameters = ["learning_rate", "batch_size", "depth", "optimizer", "seed"];

/** Adds finished runs of `train.py`, each with its own parameters and falling, noisy metrics. Answers their ids in order. */
export async function storeRuns(store: Store, runs: StoredRuns): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let number = 0; number < runs.count; number++) {
    ids.push(await storeRun(store, runs, (runs.first ?? 0) + number));
    if (ids.length % told === 0) say(`  ${ids.length} of ${runs.count} runs are written`);
  }
  return ids;
}

async function storeRun(store: Store, runs: StoredRuns, number: number): Promise<string> {
  const time = created + number * 1000;
  const id = runIdAt(
    time,
    Uint8Array.from({ length: 16 }, (_, at) => (number * 31 + at * 7) & 255),
  );
  await store.runs.create({
    id,
    name: `run-${String(number).padStart(5, "0")}`,
    experiment: "bench",
    host: "here",
    argv: ["python", "train.py", "--seed", String(number)],
    cwd: path.dirname(runs.directory),
    script: "train.py",
    code: null,
    created: time,
    directory: path.join(runs.directory, id),
  });
  const given = parameters.map(
    (key, at): JournalRecord => ({
      kind: "parameter",
      time,
      key,
      value: String((number * (at + 3)) % 17),
      source: "argparse",
    }),
  );
  await append(store, id, [{ kind: "attempt", time, attempt: 1 }, ...given]);
  for (let step = 0; step < runs.steps; step += batch)
    await append(store, id, logged(runs, number, step, Math.min(runs.steps, step + batch), time));
  await store.runs.observe(id, {
    state: "finished",
    reason: null,
    drained: true,
    attempt: 1,
    started: time,
    ended: time + runs.steps * 40,
    exitCode: 0,
    signal: null,
    asOf: time + runs.steps * 40,
  });
  return id;
}

function logged(runs: StoredRuns, run: number, from: number, to: number, time: number): JournalRecord[] {
  return Array.from({ length: to - from }, (_, index) => {
    const step = from + index;
    const values = Object.fromEntries(runs.metrics.map((key, at) => [key, valueAt(step, run + at * 7919)]));
    return { kind: "metric", time: time + step * 40, step, values, source: "stdout" };
  });
}

/** A falling value with noise and four decimals. */
export function valueAt(step: number, seed: number): number {
  const noise = Math.abs(Math.sin((step + seed * 131) * 12.9898) * 43758.5453) % 1;
  return Math.round((2 / (1 + step / 500) + noise * 0.2) * 1e4) / 1e4;
}

/** Adds records to a run, as if they were the next lines of its journal. */
export async function append(store: Store, id: string, records: readonly JournalRecord[]): Promise<void> {
  const from = await store.journal.cursor(id);
  const line = (from?.line ?? 0) + records.length;
  await store.journal.append(id, from, { offset: line, line, identity: "bench" }, records, []);
}
