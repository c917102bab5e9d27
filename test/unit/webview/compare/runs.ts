/** A run as the comparison sees it, with the parts that a test is about. */

import type { MetricSummary, Run } from "../../../../src/model/run.ts";

const summary = (last: number): MetricSummary => ({
  ...{ last, lastStep: 9, min: last, minStep: 9, max: last, maxStep: 9 },
  ...{ count: 10, nan: 0, inf: 0 },
});

export function comparedRun(
  name: string,
  metrics: Readonly<Record<string, number>>,
  parameters: Readonly<Record<string, string>>,
  change: Partial<Run> = {},
): Run {
  return {
    ...{ id: name, name, experiment: "digits", state: "finished", reason: null, drained: true },
    ...{ host: "here", argv: ["python", "train.py"], cwd: "/w", script: "train.py", code: null, attempt: 1 },
    ...{ exitCode: 0, signal: null, created: 0, started: 0, ended: 60_000, asOf: 60_000 },
    ...{ note: "", starred: false, tags: {}, sparkline: [], findings: 0, directory: "/w/.runline/runs/x" },
    keyMetric: "val_acc",
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([key, value]) => [key, { value, source: "argparse" as const }]),
    ),
    metrics: Object.fromEntries(Object.entries(metrics).map(([key, value]) => [key, summary(value)])),
    ...change,
  };
}
