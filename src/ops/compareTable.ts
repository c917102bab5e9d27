/** Runs side by side, as the page of the comparison asks for them: what every row has, which columns there are, and some of them. */

import {
  type ColumnCells,
  type CompareDetails,
  type CompareTableData,
  columnId,
  columnOf,
  columnsByPlace,
  type HeadCells,
  headNumbers,
  headTexts,
  mostDetails,
  type NumberCells,
  type TextCells,
} from "../model/compareTable.ts";
import type { ColumnSummary, MetricColumn, RunHead, RunTable, TableSummary } from "../model/runTable.ts";
import { singleMetrics } from "../model/singleMetrics.ts";
import type { Store } from "../store/store.ts";

type Runs = Pick<Store["runs"], "list" | "table">;

export interface CompareAsk {
  readonly runIds: readonly string[];
  /** Ids of columns that are needed whatever their place. */
  readonly wanted: readonly string[];
}

/** Cells that are answered unasked: all of a small table, the first columns of a large one. */
const firstCells = 100_000;
/** Up to so many runs the columns of all are read before the first answer; of more, those of some. */
const mostSummed = 500;
const sampled = 12;
const nothing = { metrics: [], parameters: [], tags: [] };
/** Up to so many runs the extremes of metrics are told as well: they are only for tooltips. */
const fewRuns = 1_000;

/** The table of these runs, in the order of the ask. `runs` is null while nothing was ever run. */
export async function compareTable(
  { runIds, wanted }: CompareAsk,
  runs: Runs | null,
): Promise<CompareTableData> {
  const exact = runIds.length <= mostSummed;
  const summary = exact ? await compareSummary(runIds, runs) : await sampledSummary(runIds, runs);
  const first = columnsByPlace(summary).slice(0, Math.ceil(firstCells / Math.max(1, runIds.length)));
  const ids = [...new Set([...first, ...wanted])];
  const found = await tableOf(runIds, ids, runs);
  const { rows, missing } = rowsAsked(runIds, found.runs);
  return {
    missing,
    heads: headCells(rows.flatMap((row) => found.runs[row] ?? [])),
    summary,
    exact,
    columns: columnCells(found, rows),
    details: runIds.length > mostDetails ? null : await compareDetails(runIds, runs),
  };
}

/** Which columns these runs have, exactly; of ten thousand runs that takes a while. */
export async function compareSummary(runIds: readonly string[], runs: Runs | null): Promise<TableSummary> {
  return (await runs?.table({ ids: runIds, ...nothing, summary: true }))?.summary ?? nothing;
}

/** The columns of some of the runs, for a first look: all may differ, and no extremes are known. */
async function sampledSummary(runIds: readonly string[], runs: Runs | null): Promise<TableSummary> {
  const sample = [...runIds.slice(0, sampled), ...runIds.slice(-sampled)];
  const { metrics, parameters, tags } = await compareSummary(sample, runs);
  const open = <C extends ColumnSummary>(column: C): C => ({ ...column, differs: true });
  return {
    metrics: metrics.map((column) => ({ ...open(column), low: Number.NaN, high: Number.NaN })),
    parameters: parameters.map(open),
    tags: tags.map(open),
  };
}

/** Some columns of these runs; ids that are no columns of the store are left out. */
export async function compareColumns(
  { runIds, wanted }: CompareAsk,
  runs: Runs | null,
): Promise<readonly ColumnCells[]> {
  const found = await tableOf(runIds, wanted, runs);
  return columnCells(found, rowsAsked(runIds, found.runs).rows);
}

async function tableOf(
  runIds: readonly string[],
  wanted: readonly string[],
  runs: Runs | null,
): Promise<RunTable> {
  const of = (kind: "metric" | "parameter" | "tag") =>
    wanted.flatMap((id) => {
      const column = columnOf(id);
      return column?.kind === kind ? [column.key] : [];
    });
  const query = { ids: runIds, metrics: of("metric"), parameters: of("parameter"), tags: of("tag") };
  return (await runs?.table(query)) ?? { runs: [], ...nothing };
}

function columnCells(found: RunTable, rows: readonly number[]): readonly ColumnCells[] {
  const texts = (kind: "parameter" | "tag") =>
    found[`${kind}s`].map(({ key, values }) => ({
      id: columnId(kind, key),
      values: textCells(rows.map((row) => values[row] ?? null)),
    }));
  return [
    ...found.metrics.map((column) => metricCells(column, rows)),
    ...texts("parameter"),
    ...texts("tag"),
  ];
}

/** What takes reading each run whole; of the first of them where more are asked for. */
export async function compareDetails(runIds: readonly string[], runs: Runs | null): Promise<CompareDetails> {
  const ids = runIds.slice(0, mostDetails);
  const found = (await runs?.list({ ids, limit: ids.length })) ?? [];
  const byId = new Map(found.map((run) => [run.id, run]));
  return {
    runs: ids.map((id) => {
      const run = byId.get(id);
      if (run === undefined) return null;
      const { tree, id: snapshot, head, changed_count } = run.code ?? {};
      const code =
        tree === undefined || snapshot === undefined || head === undefined || changed_count === undefined
          ? null
          : { tree, id: snapshot, head, changed_count };
      return { trend: run.sparkline, code };
    }),
    single: [...singleMetrics(found)],
  };
}

/** Rows of the store in the order of the ask, and the places in it of runs that are not there. */
function rowsAsked(runIds: readonly string[], runs: readonly RunHead[]) {
  const places = new Map(runs.map(({ id }, row) => [id, row]));
  const found = runIds.map((id) => places.get(id));
  return {
    rows: found.filter((row) => row !== undefined),
    missing: found.flatMap((row, at) => (row === undefined ? [at] : [])),
  };
}

function headCells(runs: readonly RunHead[]): HeadCells {
  const texts = headTexts.map((field) => [field, textCells(runs.map((run) => run[field]))]);
  const numbers = headNumbers.map((field) => [field, numberCells(runs.map((run) => numberOf(run[field])))]);
  return Object.fromEntries([...texts, ...numbers]) as HeadCells;
}

const numberOf = (value: number | boolean | null) => (value === null ? null : Number(value));

function metricCells({ key, has, last, min, max }: MetricColumn, rows: readonly number[]): ColumnCells {
  const few = rows.length <= fewRuns;
  const present = Uint8Array.from(rows, (row) => has[row] ?? 0);
  const all = present.includes(0) ? base64(present) : null;
  const cells = (values: Float64Array): NumberCells => ({
    length: rows.length,
    numbers: base64(once(Float64Array.from(rows, (row) => values[row] ?? Number.NaN))),
    has: all,
  });
  return {
    id: columnId("metric", key),
    last: cells(last),
    low: few ? cells(min) : null,
    high: few ? cells(max) : null,
  };
}

function numberCells(values: readonly (number | null)[]): NumberCells {
  const has = Uint8Array.from(values, (value) => (value === null ? 0 : 1));
  const numbers = Float64Array.from(values, (value) => value ?? Number.NaN);
  return {
    length: values.length,
    numbers: base64(once(numbers)),
    has: has.includes(0) ? base64(has) : null,
  };
}

function textCells(values: readonly (string | null)[]): TextCells {
  const places = new Map<string, number>();
  const at = Int32Array.from(values, (value) => {
    if (value === null) return -1;
    const known = places.get(value) ?? places.size;
    places.set(value, known);
    return known;
  });
  return { length: values.length, texts: [...places.keys()], at: base64(once(at)) };
}

/** Most runs share their host, script and state: then one stands for all. */
function once<A extends Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>>(values: A): A {
  const [first] = values;
  return values.every((value) => Object.is(value, first)) ? (values.slice(0, 1) as A) : values;
}

const base64 = ({ buffer }: { readonly buffer: ArrayBuffer }) => Buffer.from(buffer).toString("base64");
