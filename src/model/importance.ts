/** Which parameters a metric depends on, as far as the compared runs can tell. Pure. */

import { numberOf } from "./comparison.ts";
import { forestDefaults, forestImportance } from "./forest.ts";
import type { MetricSummary, Parameter } from "./run.ts";

export interface Importance {
  readonly metric: string;
  /** Runs that have a finite last value of the metric; everything here rests on them. */
  readonly runs: number;
  /** Share of the metric's spread that the parameters explain in runs that the model has not seen, 0 to 1. */
  readonly explained: number;
  /** The most important first. */
  readonly parameters: readonly ParameterImportance[];
}

export interface ParameterImportance {
  readonly key: string;
  /** 0 to 1, all parameters together 1 (or all 0 where nothing can be told). */
  readonly importance: number;
  /** Rank correlation with the metric, −1 to 1; null where the parameter is not a number. */
  readonly correlation: number | null;
  /** Different values among the runs. */
  readonly values: number;
}

/** What of a run is weighed: last values of metrics, and parameters. */
export interface WeighedRun {
  readonly metrics: Readonly<Record<string, Pick<MetricSummary, "last">>>;
  readonly parameters: Readonly<Record<string, Pick<Parameter, "value">>>;
}

/** Fewer runs than this say nothing about any parameter. */
export const fewestRuns = 8;

/** Parameters that differ between the runs, by how much a forest needs them to foretell the metric's last value. */
export function parameterImportance(runs: readonly WeighedRun[], metric: string): Importance {
  const known = runs.filter((run) => Number.isFinite(run.metrics[metric]?.last ?? Number.NaN));
  const target = known.map((run) => run.metrics[metric]?.last ?? 0);
  const keys = [...new Set(known.flatMap((run) => Object.keys(run.parameters)))].sort();
  const features = keys.map((key) => featureOf(known, key)).filter((feature) => feature.values > 1);
  if (known.length < fewestRuns) return { metric, runs: known.length, explained: 0, parameters: [] };
  // The forest sees ranks: a learning rate of 1e-4 and one of 1e-2 are as far apart as their neighbors make them.
  const rows = known.map((_run, row) => features.map(({ ranks }) => ranks[row] ?? 0));
  const forest = forestImportance(rows, target, forestDefaults);
  const total = forest.importance.reduce((sum, one) => sum + one, 0);
  const targetRanks = ranksOf(target);
  const parameters = features.map(({ key, ranks, numeric, values }, index) => ({
    key,
    importance: total > 0 ? (forest.importance[index] ?? 0) / total : 0,
    correlation: numeric ? correlation(ranks, targetRanks) : null,
    values,
  }));
  return {
    metric,
    runs: known.length,
    explained: forest.explained,
    parameters: parameters.sort((a, b) => b.importance - a.importance || (a.key < b.key ? -1 : 1)),
  };
}

/** A parameter as ranks: of its numbers, or of its texts by their first appearance in the alphabet; missing comes before all. */
function featureOf(runs: readonly WeighedRun[], key: string) {
  const texts = runs.map((run) => run.parameters[key]?.value ?? null);
  const numbers = texts.map((text) => (text === null ? null : numberOf(text)));
  const numeric = texts.every((text, index) => text === null || numbers[index] !== null);
  const words = [...new Set(texts)].sort();
  const codes = texts.map((text, index) =>
    text === null ? Number.NEGATIVE_INFINITY : numeric ? (numbers[index] ?? 0) : words.indexOf(text),
  );
  return { key, numeric, ranks: ranksOf(codes), values: new Set(codes).size };
}

/** Place of each value in the order of all; equal values share the mean of their places. */
function ranksOf(values: readonly number[]): readonly number[] {
  const order = [...values.keys()].sort((a, b) => {
    const [left, right] = [values[a] ?? 0, values[b] ?? 0];
    return left < right ? -1 : left > right ? 1 : 0;
  });
  const ranks = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] ?? -1] === values[order[from] ?? -1]) to++;
    for (let at = from; at <= to; at++) ranks[order[at] ?? -1] = (from + to) / 2;
    from = to + 1;
  }
  return ranks;
}

function correlation(a: readonly number[], b: readonly number[]): number | null {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [together, squaresA, squaresB] = [0, 0, 0];
  a.forEach((value, index) => {
    const [left, right] = [value - meanA, (b[index] ?? 0) - meanB];
    together += left * right;
    squaresA += left * left;
    squaresB += right * right;
  });
  const size = Math.sqrt(squaresA * squaresB);
  return size > 0 ? together / size : null;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
