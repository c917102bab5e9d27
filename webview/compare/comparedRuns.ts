/** What the page knows of its runs: every row, which columns there are, and the values of those that have come. Pure. */

import {
  type ColumnCells,
  type CompareDetails,
  type CompareTableData,
  codeId,
  columnOf,
  type HeadCells,
  headNumbers,
  headTexts,
  type NumberCells,
  type RunDetail,
  type TextCells,
} from "../../src/model/compareTable.ts";
import { formatValue } from "../../src/model/format.ts";
import { type RunState, terminalStates } from "../../src/model/run.ts";
import type { RunHead, TableSummary } from "../../src/model/runTable.ts";
import {
  type Cells,
  codeColumn,
  decoded,
  numberColumn,
  parameterColumn,
  placesOf,
  textColumn,
} from "./columnCells.ts";

export type CompareRun = RunHead;

export interface ComparedRuns {
  readonly runs: readonly CompareRun[];
  /** Places of the runs by id. */
  readonly places: ReadonlyMap<string, number>;
  /** How many more are on their way: these are the first rows. */
  readonly coming: number;
  readonly heads: HeadCells;
  readonly summary: TableSummary;
  /** False: the summary is of some of the runs only. */
  readonly exact: boolean;
  /** Values of columns by id, as far as they have come. */
  readonly cells: ReadonlyMap<string, Cells>;
  /** By run id, as far as they have come; grows in place, as rows come into sight one by one. */
  readonly details: Map<string, RunDetail>;
  /** Metrics without a curve; null while that is not known. */
  readonly single: ReadonlySet<string> | null;
}

/** Rows of the runs that were asked for, from the first answer. What was known of details stays until it comes anew. */
export function comparedRuns(
  runIds: readonly string[],
  data: CompareTableData,
  before?: ComparedRuns,
  coming = 0,
): ComparedRuns {
  const missing = new Set(data.missing);
  const ids = runIds.filter((_id, at) => !missing.has(at));
  const runs = headRows(ids, data.heads);
  const kept = before !== undefined && before.coming === 0 && !data.exact && before.exact;
  const fresh: ComparedRuns = {
    runs,
    places: new Map(ids.map((id, at) => [id, at])),
    coming,
    heads: data.heads,
    summary: kept ? before.summary : data.summary,
    exact: kept || data.exact,
    cells: new Map(data.columns.map((column) => [column.id, cellsOf(column)])),
    details: new Map(lasting(runs, before)),
    single: data.details === null ? (before?.single ?? null) : new Set(data.details.single),
  };
  if (data.details !== null) addDetails(fresh, runIds, data.details);
  return fresh;
}

/** What is known of runs that have ended stays true. */
function lasting(runs: readonly CompareRun[], before: ComparedRuns | undefined) {
  return runs.flatMap(({ id, state }): [string, RunDetail][] => {
    const detail = terminalStates.has(state) ? before?.details.get(id) : undefined;
    return detail === undefined ? [] : [[id, detail]];
  });
}

/** With further columns. Null where they are of other runs: some have come or gone since. */
export function withColumns(known: ComparedRuns, columns: readonly ColumnCells[]): ComparedRuns | null {
  const made = columns.map((column) => [column.id, cellsOf(column)] as const);
  if (made.some(([, { length }]) => length !== known.runs.length)) return null;
  return { ...known, cells: new Map([...known.cells, ...made]) };
}

export function withSummary(known: ComparedRuns, summary: TableSummary): ComparedRuns {
  return { ...known, summary, exact: true };
}

/** Takes in what came of these runs. */
export function addDetails(
  { details }: ComparedRuns,
  runIds: readonly string[],
  { runs }: CompareDetails,
): void {
  for (const [at, detail] of runs.entries()) {
    const id = runIds[at];
    if (id !== undefined && detail !== null) details.set(id, detail);
  }
}

function headRows(ids: readonly string[], heads: HeadCells): readonly CompareRun[] {
  const text = Object.fromEntries(headTexts.map((field) => [field, textAt(heads[field])])) as TextReaders;
  const number = Object.fromEntries(
    headNumbers.map((field) => [field, numberAt(heads[field])]),
  ) as NumberReaders;
  return ids.map((id, row) => ({
    id,
    name: text.name(row) ?? "",
    experiment: text.experiment(row) ?? "",
    state: (text.state(row) ?? "unknown") as RunState,
    reason: text.reason(row),
    host: text.host(row) ?? "",
    script: text.script(row),
    attempt: number.attempt(row) ?? 1,
    exitCode: number.exitCode(row),
    created: number.created(row) ?? 0,
    started: number.started(row),
    ended: number.ended(row),
    asOf: number.asOf(row) ?? 0,
    note: text.note(row) ?? "",
    starred: number.starred(row) === 1,
    findings: number.findings(row) ?? 0,
  }));
}

type Reader<T> = (row: number) => T | null;
type TextReaders = Readonly<Record<(typeof headTexts)[number], Reader<string>>>;
type NumberReaders = Readonly<Record<(typeof headNumbers)[number], Reader<number>>>;

function textAt(cells: TextCells): Reader<string> {
  const places = placesOf(cells);
  return (row) => cells.texts[places[row] ?? -1] ?? null;
}

function numberAt(cells: NumberCells): Reader<number> {
  const { values, has } = decoded(cells);
  return (row) => (has === null || has[row] === 1 ? (values[row] ?? null) : null);
}

function cellsOf(column: ColumnCells): Cells {
  if ("last" in column) {
    const [low, high] = [column.low, column.high].map((cells) => (cells === null ? null : decoded(cells)));
    return numberColumn(decoded(column.last), (value, index) => ({
      number: value,
      shown: formatValue(value),
      text: `${value}${low && high ? `; lowest ${low.values[index]}, highest ${high.values[index]}` : ""}`,
    }));
  }
  if (column.id === codeId) return codeColumn(column.values);
  return columnOf(column.id)?.kind === "parameter"
    ? parameterColumn(column.values, formatValue)
    : textColumn(column.values);
}
