/** Runs as they were before they crossed as JSON, which writes NaN and infinity as null. */

import type { MetricSummary, Run } from "../../src/model/run.ts";

const number = (value: number | null): number => value ?? Number.NaN;

export function receivedRun(run: Run): Run {
  const metrics: Record<string, MetricSummary> = {};
  for (const [key, metric] of Object.entries(run.metrics))
    metrics[key] = { ...metric, last: number(metric.last), min: number(metric.min), max: number(metric.max) };
  return { ...run, metrics, sparkline: run.sparkline.map(number) };
}
