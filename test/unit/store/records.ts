/** Runs and records in few words. */

import type { MetricRecord } from "../../../src/model/journal.ts";
import { runIdAt } from "../../../src/model/runId.ts";
import type { NewRun } from "../../../src/store/store.ts";

/** The id of the run number `number`; later numbers are later runs. */
export function runId(number: number): string {
  return runIdAt(1_700_000_000_000 + number * 1000, new Uint8Array(16).fill(number));
}

export function newRun(number: number, changes: Partial<NewRun> = {}): NewRun {
  return {
    id: runId(number),
    name: `run-${number}`,
    experiment: "tests",
    host: "here",
    argv: ["python", "train.py"],
    cwd: "/work",
    script: "train.py",
    code: null,
    created: 1_700_000_000_000 + number * 1000,
    directory: `/runs/${number}`,
    ...changes,
  };
}

export function metric(step: number, values: Record<string, number>, time = step): MetricRecord {
  return { kind: "metric", time, step, values, source: "stdout" };
}

export function digest(letter: string): string {
  return `sha256:${letter.repeat(64)}`;
}
