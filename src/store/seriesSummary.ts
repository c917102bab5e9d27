/** What is kept of a series besides its points, brought forward with each batch, so that tables never read points. */

import type { MetricSummary } from "../model/run.ts";
import type { Points } from "./chunk.ts";

/** A summary in terms of storage: `null` stands for "no finite value yet" and for a last value of NaN. */
export interface SeriesSummary {
  last: number;
  lastStep: number;
  lastTime: number;
  min: number;
  minStep: number;
  max: number;
  maxStep: number;
  count: number;
  nan: number;
  inf: number;
  /** Range of steps and of times, for charts. */
  step0: number;
  step1: number;
  time0: number;
  time1: number;
}

export function emptySummary(): SeriesSummary {
  const { NaN: none, POSITIVE_INFINITY: high, NEGATIVE_INFINITY: low } = Number;
  return {
    ...{ last: none, lastStep: low, lastTime: low, min: none, minStep: none, max: none, maxStep: none },
    ...{ count: 0, nan: 0, inf: 0, step0: high, step1: low, time0: high, time1: low },
  };
}

/**
 * Takes points into a summary. `last` is the value at the greatest step (of points on one step, the last to arrive; where `byTime`, the
 * one with the greatest time, and then the greatest value: MLflow's rule); min and max are over finite values, with the step where they
 * first came up.
 */
export function addPoints(summary: SeriesSummary, { steps, times, values }: Points, byTime = false): void {
  // Members of an object are written many times slower than these, and this runs over every point.
  let { last, lastStep, lastTime, min, minStep, max, maxStep, nan, inf, step0, step1, time0, time1 } =
    summary;
  for (let at = 0; at < values.length; at++) {
    const step = steps[at] as number;
    const time = times[at] as number;
    const value = values[at] as number;
    if (step < step0) step0 = step;
    if (step > step1) step1 = step;
    if (time < time0) time0 = time;
    if (time > time1) time1 = time;
    if (step > lastStep || (step === lastStep && (!byTime || isLater(time, value, lastTime, last)))) {
      last = value;
      lastStep = step;
      lastTime = time;
    }
    if (Number.isNaN(value)) nan++;
    else if (!Number.isFinite(value)) inf++;
    else {
      // Written so that the first finite value replaces NaN.
      if (!(value >= min)) {
        min = value;
        minStep = step;
      }
      if (!(value <= max)) {
        max = value;
        maxStep = step;
      }
    }
  }
  const count = summary.count + values.length;
  Object.assign(summary, { last, lastStep, lastTime, min, minStep, max, maxStep, count, nan, inf });
  Object.assign(summary, { step0, step1, time0, time1 });
}

/** Of two values on one step. NaN counts as 0, as it does in MLflow. */
function isLater(time: number, value: number, lastTime: number, last: number): boolean {
  return time > lastTime || (time === lastTime && (value || 0) >= (last || 0));
}

/** The summary of one metric over attempts, which come oldest first: `last` is that of the latest attempt. */
export function mergeSummaries(older: MetricSummary | undefined, newer: MetricSummary): MetricSummary {
  if (older === undefined) return newer;
  const min = older.min <= newer.min || Number.isNaN(newer.min) ? older : newer;
  const max = older.max >= newer.max || Number.isNaN(newer.max) ? older : newer;
  return {
    ...{ last: newer.last, lastStep: newer.lastStep },
    ...{ min: min.min, minStep: min.minStep, max: max.max, maxStep: max.maxStep },
    ...{ count: older.count + newer.count, nan: older.nan + newer.nan, inf: older.inf + newer.inf },
  };
}
