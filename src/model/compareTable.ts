/** The table of the comparison as it travels to its page: columns, not rows, so that ten thousand runs are a few strings. Pure. */

import { isBookkeeping, keyMetric } from "./keyMetric.ts";
import type { MetricColumnSummary, RunCode, RunHead, TableSummary } from "./runTable.ts";

/**
 * Numbers of many runs: base64 of little-endian doubles, of one where all are the same; `has` is base64 of one byte a run (0 or 1), null where
 * all have one.
 */
export interface NumberCells {
  readonly length: number;
  readonly numbers: string;
  readonly has: string | null;
}

/** Texts of many runs by their places in the list of different ones: base64 of little-endian 32-bit integers, −1 for a run without. */
export interface TextCells {
  readonly length: number;
  readonly texts: readonly string[];
  /** Of one where all are the same. */
  readonly at: string;
}

type Texts = "name" | "experiment" | "state" | "reason" | "host" | "script" | "note";
type Numbers = "attempt" | "exitCode" | "created" | "started" | "ended" | "asOf" | "findings" | "starred";

/** What every row has, by its field. */
export type HeadCells = { readonly [F in Texts]: TextCells } & { readonly [F in Numbers]: NumberCells };

export const headTexts = ["name", "experiment", "state", "reason", "host", "script", "note"] as const;
export const headNumbers = [
  ...(["attempt", "exitCode", "created", "started", "ended", "asOf", "findings", "starred"] as const),
] as const;

/** One column by its id, e.g. `metric:val/acc`. Extremes of a metric over each run only in small tables. */
export type ColumnCells =
  | {
      readonly id: string;
      readonly last: NumberCells;
      readonly low: NumberCells | null;
      readonly high: NumberCells | null;
    }
  | { readonly id: string; readonly values: TextCells };

export interface CompareTableData {
  /** Places in the question of runs that are not there (any more); all else is parallel to the others. */
  readonly missing: readonly number[];
  readonly heads: HeadCells;
  readonly summary: TableSummary;
  /** False: the summary is of some runs only, and the exact one is to be asked for. */
  readonly exact: boolean;
  /** Those that were wanted, and of the others as many as a page shows first. */
  readonly columns: readonly ColumnCells[];
  /** Of all runs where they are few, else null: they are asked for as they come into sight. */
  readonly details: CompareDetails | null;
}

/** What takes reading each run whole. */
export interface CompareDetails {
  /** Parallel to the runs asked for; null for one that is not there. */
  readonly runs: readonly (RunDetail | null)[];
  /** Metrics with at most one value in each of these runs: they have no curve. */
  readonly single: readonly string[];
}

export interface RunDetail {
  readonly trend: readonly number[];
  readonly code: RunCode | null;
}

/** At most so many runs' details are answered at once. */
export const mostDetails = 100;

/** Of more runs than this a page asks for the first rows before it asks for all of them. */
const glancedFrom = 1_000;
/** More than a tall window has. */
const glancedRows = 60;

/** A first look at the rows at the top; null where all of them come as quickly. */
export function glanceAsk(
  runIds: readonly string[],
): { readonly runIds: readonly string[]; readonly wanted: readonly []; readonly glance: true } | null {
  return runIds.length <= glancedFrom
    ? null
    : { runIds: runIds.slice(0, glancedRows), wanted: [], glance: true };
}

/** Fields of a filter or ids of columns that a page may want; others are not in the store's table. */
export const columnId = (kind: "metric" | "parameter" | "tag", key: string) => `${kind}:${key}`;

/** The kind and the key of a column's id; null for one that is made in the page. */
export function columnOf(
  id: string,
): { readonly kind: "metric" | "parameter" | "tag"; readonly key: string } | null {
  const at = id.indexOf(":");
  const kind = id.slice(0, at);
  if (kind !== "metric" && kind !== "parameter" && kind !== "tag") return null;
  return { kind, key: id.slice(at + 1) };
}

/** The column of the code, whose texts are `codeText`. */
export const codeId = "fact:code";

/** The tree, by which two runs have the same code whatever their commits are called, a space, and the name. */
export function codeText(code: RunCode): string {
  return `${code.tree} ${codeName(code)}`;
}

/** e.g. "4f2a1c9 + 2": the commit, and how many files had changed since. */
export function codeName({ id, head, changed_count }: Omit<RunCode, "tree">): string {
  const name = (head ?? id).replace(/^sha256:/, "").slice(0, 7);
  return changed_count > 0 ? `${name} + ${changed_count}` : name;
}

/** The metric that tells most of the runs apart: of those that at least half of the runs have that have any. */
export function keyMetricOf({ metrics }: Pick<TableSummary, "metrics">): string | null {
  const most = metrics.reduce((runs, metric) => Math.max(runs, metric.runs), 0);
  return keyMetric(metrics.filter(({ runs }) => runs * 2 >= most).map(({ key }) => key));
}

/** The key metric first, bookkeeping (learning rate, epoch) last, between them those that most runs have first. */
export function orderedMetrics(summary: TableSummary): readonly MetricColumnSummary[] {
  const key = keyMetricOf(summary);
  return [...summary.metrics].sort(
    (a, b) =>
      Number(b.key === key) - Number(a.key === key) ||
      Number(isBookkeeping(a.key)) - Number(isBookkeeping(b.key)) ||
      b.runs - a.runs,
  );
}

// Of a hundred metrics only some stand before the parameters, so that both are in sight.
export const firstMetrics = 4;

/** Ids of the columns in the order in which a table shows them; those that don't differ are the last to be wanted. */
export function columnsByPlace(summary: TableSummary): readonly string[] {
  const metrics = orderedMetrics(summary).map(({ key, differs }) => ({
    id: columnId("metric", key),
    differs,
  }));
  const texts = (kind: "parameter" | "tag") =>
    summary[`${kind}s`].map(({ key, differs }) => ({ id: columnId(kind, key), differs }));
  const all = [
    ...metrics.slice(0, firstMetrics),
    ...texts("parameter"),
    ...metrics.slice(firstMetrics),
    ...texts("tag"),
  ];
  return [...all.filter(({ differs }) => differs), ...all.filter(({ differs }) => !differs)].map(
    ({ id }) => id,
  );
}

/** A run as a row of the table. */
export type CompareRun = RunHead;
