/** Many runs as columns: what a table of runs shows, sorts and filters by. */

import { attributeOf, type FilterSubject } from "./filterMatch.ts";
import type { CodeSnapshot } from "./journal.ts";
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

/** All arrays are parallel to `runs`, newest first; null is what a run does not have. */
export interface RunTable {
  readonly runs: readonly RunHead[];
  readonly metrics: readonly MetricColumn[];
  readonly parameters: readonly TextColumn[];
  readonly tags: readonly TextColumn[];
  /** Only when it was asked for. */
  readonly code?: readonly (RunCode | null)[];
  /** Every column that the runs have, shown or not; only when it was asked for. */
  readonly summary?: TableSummary;
}

/** What tells the code of two runs apart. */
export type RunCode = Pick<CodeSnapshot, "tree" | "id" | "head" | "changed_count">;

/** One metric over all attempts, as in `MetricSummary`. */
export interface MetricColumn {
  readonly key: string;
  /** 1 where the run has the metric; elsewhere the figures are NaN and say nothing. */
  readonly has: Uint8Array;
  readonly last: Float64Array;
  /** Over all values, not only the last; both empty where they were not asked for. */
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/** Each kind by name; system metrics are not among them. */
export interface TableSummary {
  readonly metrics: readonly MetricColumnSummary[];
  readonly parameters: readonly ColumnSummary[];
  readonly tags: readonly ColumnSummary[];
}

export interface ColumnSummary {
  readonly key: string;
  /** How many of the runs have it; never 0. */
  readonly runs: number;
  /** Two of the runs don't say the same, as `sameCell` sees it: missing differs from present, 0.01 is 1e-2. Of a metric: its `last`. */
  readonly differs: boolean;
}

export interface MetricColumnSummary extends ColumnSummary {
  /** Least and greatest finite `last`; NaN when there is none. */
  readonly low: number;
  readonly high: number;
}

export interface TextColumn {
  readonly key: string;
  readonly values: readonly (string | null)[];
}

/** The rows of a table one after the other, for a filter: the subject of each is good until the next one is asked for. */
export function tableSubject(table: RunTable): (row: number) => FilterSubject {
  const metrics = new Map(table.metrics.map((column) => [column.key, column]));
  const [parameters, tags] = [table.parameters, table.tags].map(
    (columns) => new Map(columns.map(({ key, values }) => [key, values])),
  ) as [Map<string, TextColumn["values"]>, Map<string, TextColumn["values"]>];
  let at = 0;
  const subject: FilterSubject = {
    metric: (name) => {
      const column = metrics.get(name);
      return column?.has[at] === 1 ? (column.last[at] ?? null) : null;
    },
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
