/** Which of several runs was best, and by what. */

import { metricDirection } from "../model/direction.ts";
import type { Run } from "../model/run.ts";

export interface BestRun {
  readonly run: Run;
  readonly metric: string;
  readonly value: number;
}

/**
 * The best finished run by the key metric that most of the runs share. A metric counts with its last value, as the tables show it;
 * NaN and infinities never win. Null when no run has a usable value.
 */
export function bestRun(runs: readonly Run[]): BestRun | null {
  const finished = runs.filter((run) => run.state === "finished");
  const metric = commonKeyMetric(finished);
  if (metric === null) return null;
  const sign = metricDirection(metric) === "up" ? 1 : -1;
  let best: BestRun | null = null;
  for (const run of finished) {
    const value = run.metrics[metric]?.last;
    if (value === undefined || !Number.isFinite(value)) continue;
    if (best === null || sign * value > sign * best.value) best = { run, metric, value };
  }
  return best;
}

/** The key metric of most runs; of the newest run among equals (runs come newest first). */
export function commonKeyMetric(runs: readonly Run[]): string | null {
  const votes = new Map<string, number>();
  for (const { keyMetric } of runs)
    if (keyMetric !== null) votes.set(keyMetric, (votes.get(keyMetric) ?? 0) + 1);
  let winner: string | null = null;
  for (const [key, count] of votes) if (winner === null || count > (votes.get(winner) ?? 0)) winner = key;
  return winner;
}
