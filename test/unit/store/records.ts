/** Records in few words. */

import type { MetricRecord } from "../../../src/model/journal.ts";

export function metric(step: number, values: Record<string, number>, time = step): MetricRecord {
  return { kind: "metric", time, step, values, source: "stdout" };
}

export function digest(letter: string): string {
  return `sha256:${letter.repeat(64)}`;
}
