/** Metrics that have one value a run (a test score at the end): their charts would be a dot, so they are shown as values. Pure. */

import { type Run, terminalStates } from "./run.ts";

/** Names of metrics with at most one point in every run. One that only running runs have may still become a curve. */
export function singleMetrics(runs: readonly Run[]): ReadonlySet<string> {
  const single = new Set<string>();
  const curves = new Set<string>();
  for (const run of runs)
    for (const [key, metric] of Object.entries(run.metrics)) {
      if (metric.count > 1) curves.add(key);
      else if (terminalStates.has(run.state)) single.add(key);
    }
  return new Set([...single].filter((key) => !curves.has(key)));
}
