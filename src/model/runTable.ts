/** Many runs as columns: what a table of runs shows, sorts and filters by. */

import { attributeOf, type FilterSubject } from "./filterMatch.ts";
import type { Run } from "./run.ts";

/** What every row has, whatever the columns. */
export type RunHead = Omit<
  Run,
  | "drained"
  | "argv"
  | "cwd"
  | "code"
  | "signal"
  | "tags"
  | "parameters"
  | "metrics"
  | "keyMetric"
  | "sparkline"
  | "directory"
>;

/** All arrays are parallel to `runs`, newest first; null is what a run does not have, NaN a value that is NaN. */
export interface RunTable {
  readonly runs: readonly RunHead[];
  readonly metrics: readonly MetricColumn[];
  readonly parameters: readonly TextColumn[];
  readonly tags: readonly TextColumn[];
}

/** One metric over all attempts, as in `MetricSummary`. */
export interface MetricColumn {
  readonly key: string;
  readonly last: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

export interface TextColumn {
  readonly key: string;
  readonly values: readonly (string | null)[];
}

/** The rows of a table one after the other, for a filter: the subject of each is good until the next one is asked for. */
export function tableSubject(table: RunTable): (row: number) => FilterSubject {
  const metrics = new Map(table.metrics.map(({ key, last }) => [key, last]));
  const [parameters, tags] = [table.parameters, table.tags].map(
    (columns) => new Map(columns.map(({ key, values }) => [key, values])),
  ) as [Map<string, TextColumn["values"]>, Map<string, TextColumn["values"]>];
  let at = 0;
  const subject: FilterSubject = {
    metric: (name) => metrics.get(name)?.[at] ?? null,
    parameter: (name) => parameters.get(name)?.[at] ?? null,
    tag: (name) => tags.get(name)?.[at] ?? null,
    attribute: (name) => {
      const run = table.runs[at];
      return run === undefined ? null : attributeOf(run, name);
    },
  };
  return (row) => {
    at = row;
    return subject;
  };
}
