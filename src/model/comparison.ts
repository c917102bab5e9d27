/**
 * Runs side by side: one column per parameter, metric, tag or plain fact, one cell per run. Pure, shared by the Compare page and the CLI.
 *
 * A value that is missing in one run and present in another differs. Numbers are compared as numbers ("0.01" is "1e-2"), everything
 * else as the text it is; whole numbers too big for a double stay text, so that two different seeds never look equal.
 */

import type { Run } from "./run.ts";

const columnKinds = ["metric", "parameter", "fact", "tag"] as const;
export type ColumnKind = (typeof columnKinds)[number];

export interface ComparisonCell {
  /** As recorded, in full. */
  readonly text: string;
  /** The value as a number where it is one (NaN and ±Infinity of metrics included), else null. */
  readonly number: number | null;
}

export interface ComparisonColumn {
  readonly kind: ColumnKind;
  readonly key: string;
  /** One per run, in the order of the runs; null where the run has no such value. */
  readonly cells: readonly (ComparisonCell | null)[];
  readonly differs: boolean;
  /** Every present cell is a number. */
  readonly numeric: boolean;
}

export interface Comparison {
  readonly runs: readonly Run[];
  readonly columns: readonly ComparisonColumn[];
}

const decimal = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const wholeNumber = /^[+-]?\d+$/;

/** The number that a parameter's text stands for, or null where it is not exactly one. */
export function numberOf(text: string): number | null {
  const trimmed = text.trim();
  if (!decimal.test(trimmed)) return null;
  const value = Number(trimmed);
  if (!Number.isFinite(value) || (wholeNumber.test(trimmed) && !Number.isSafeInteger(value))) return null;
  return value;
}

/** Do two cells say the same? Missing equals only missing; NaN equals NaN. */
export function sameCell(left: ComparisonCell | null, right: ComparisonCell | null): boolean {
  if (left === null || right === null) return left === right;
  if (left.number !== null && right.number !== null)
    return left.number === right.number || (Number.isNaN(left.number) && Number.isNaN(right.number));
  return left.text === right.text;
}

/** All columns of the given runs: metrics first, then parameters, facts and tags, each kind by name. */
export function compareRuns(runs: readonly Run[]): Comparison {
  const columns = columnKinds.flatMap((kind) => {
    const valued = runs.map((run) => cellsOf[kind](run));
    const keys = [...new Set(valued.flatMap((cells) => [...cells.keys()]))];
    const ordered = kind === "fact" ? keys : keys.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return ordered.map((key) =>
      column(
        kind,
        key,
        valued.map((cells) => cells.get(key) ?? null),
      ),
    );
  });
  return { runs, columns };
}

/** The columns in which the runs are not all the same. With fewer than two runs: all. */
export function onlyDifferences(comparison: Comparison): Comparison {
  if (comparison.runs.length < 2) return comparison;
  return { runs: comparison.runs, columns: comparison.columns.filter((each) => each.differs) };
}

function column(kind: ColumnKind, key: string, cells: readonly (ComparisonCell | null)[]): ComparisonColumn {
  const first = cells[0] ?? null;
  return {
    kind,
    key,
    cells,
    differs: cells.some((cell) => !sameCell(first, cell)),
    numeric:
      cells.every((cell) => cell === null || cell.number !== null) && cells.some((cell) => cell !== null),
  };
}

type CellsByKey = ReadonlyMap<string, ComparisonCell>;
const textCell = (text: string): ComparisonCell => ({ text, number: null });

const cellsOf: { readonly [K in ColumnKind]: (run: Run) => CellsByKey } = {
  metric: (run) => mapped(run.metrics, (metric) => ({ text: String(metric.last), number: metric.last })),
  parameter: (run) => mapped(run.parameters, ({ value }) => ({ text: value, number: numberOf(value) })),
  tag: (run) => mapped(run.tags, textCell),
  fact: (run) => {
    const facts: Readonly<Record<string, string | null>> = {
      state: run.state,
      script: run.script,
      // Two snapshots of the same tree are the same code, whatever their commits are called.
      code: run.code === null ? null : run.code.tree,
      experiment: run.experiment,
      host: run.host,
    };
    const known = Object.entries(facts).filter((entry): entry is [string, string] => entry[1] !== null);
    return new Map(known.map(([key, text]) => [key, textCell(text)]));
  },
};

function mapped<T>(values: Readonly<Record<string, T>>, cell: (value: T) => ComparisonCell): CellsByKey {
  return new Map(Object.entries(values).map(([key, value]) => [key, cell(value)]));
}
