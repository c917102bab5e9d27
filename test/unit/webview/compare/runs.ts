/** A run as the comparison sees it, with the parts that a test is about. */

import { compareRuns } from "../../../../src/model/comparison.ts";
import type { MetricSummary, Run } from "../../../../src/model/run.ts";
import type { MetricColumn, TableSummary } from "../../../../src/model/runTable.ts";
import { compareTable } from "../../../../src/ops/compareTable.ts";
import { type ComparedRuns, comparedRuns } from "../../../../webview/compare/comparedRuns.ts";

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

/** The runs as the page has them: by way of the server's own answer, over runs that lie in memory. */
export async function knownRuns(runs: readonly Run[]): Promise<ComparedRuns> {
  const runIds = runs.map(({ id }) => id);
  return comparedRuns(runIds, await compareTable({ runIds, wanted: [] }, inMemory(runs)));
}

function inMemory(runs: readonly Run[]): Parameters<typeof compareTable>[1] {
  const asked = (ids: readonly string[] | undefined) => runs.filter(({ id }) => ids?.includes(id) ?? true);
  return {
    list: async ({ ids }) => asked(ids),
    prepareTables: async () => false,
    table: async ({ ids, metrics, parameters, tags, code, summary }) => {
      const found = asked(ids);
      return {
        runs: found,
        metrics: metrics.map((key) => metricOf(found, key)),
        parameters: parameters.map((key) => ({
          key,
          values: found.map((run) => run.parameters[key]?.value ?? null),
        })),
        tags: tags.map((key) => ({ key, values: found.map((run) => run.tags[key] ?? null) })),
        ...(code === true ? { code: found.map((run) => run.code) } : {}),
        ...(summary === true ? { summary: summaryOf(found) } : {}),
      };
    },
  };
}

function metricOf(runs: readonly Run[], key: string): MetricColumn {
  const of = (figure: "last" | "min" | "max") =>
    Float64Array.from(runs, (run) => run.metrics[key]?.[figure] ?? Number.NaN);
  const has = Uint8Array.from(runs, (run) => (run.metrics[key] === undefined ? 0 : 1));
  return { key, has, last: of("last"), min: of("min"), max: of("max") };
}

function summaryOf(runs: readonly Run[]): TableSummary {
  const columns = compareRuns(runs).columns.map(({ kind, key, cells, differs }) => {
    const present = cells.filter((cell) => cell !== null);
    const finite = present
      .map(({ number }) => number ?? Number.NaN)
      .filter((value) => Number.isFinite(value));
    const [low, high] =
      finite.length === 0 ? [Number.NaN, Number.NaN] : [Math.min(...finite), Math.max(...finite)];
    return { kind, key, runs: present.length, differs, low, high };
  });
  const of = (wanted: string) => columns.filter(({ kind }) => kind === wanted);
  return { metrics: of("metric"), parameters: of("parameter"), tags: of("tag") };
}
