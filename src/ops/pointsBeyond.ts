/** How many points lie beyond a range: counted one by one, as what is drawn knows only pixels. */

import type { SeriesRef } from "../model/metric.ts";
import type { Store } from "../store/store.ts";

export interface Beyond {
  readonly series: readonly Pick<SeriesRef, "runId" | "attempt">[];
  readonly key: string;
  readonly low: number;
  readonly high: number;
  /** Only points at these steps, ends included. */
  readonly steps?: { readonly from: number; readonly to: number };
}

/** Points below `low` or above `high`; NaN is neither. */
export async function pointsBeyond(
  { series, key, low, high, steps }: Beyond,
  metrics: Pick<Store["metrics"], "points">,
): Promise<number> {
  let count = 0;
  for (const { runId, attempt } of series) {
    const points = await metrics.points({ runId, attempt, key });
    for (const [at, value] of points.values.entries()) {
      const step = points.steps[at] ?? Number.NaN;
      const inside = steps === undefined || (step >= steps.from && step <= steps.to);
      if (inside && (value < low || value > high)) count++;
    }
  }
  return count;
}
