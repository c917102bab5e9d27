/** Runs side by side, as the page of the comparison asks for them: what every row has, which columns there are, and some of them. */

import { setImmediate } from "node:timers/promises";
import {
  type ColumnCells,
  type CompareDetails,
  type CompareTableData,
  codeId,
  codeText,
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
import type {
  ColumnSummary,
  MetricColumn,
  RunCode,
  RunHead,
  RunTable,
  TableSummary,
} from "../model/runTable.ts";
import { singleMetrics } from "../model/singleMetrics.ts";
import type { Store } from "../store/store.ts";

type Runs = Pick<Store["runs"], "list" | "table" | "prepareTables">;

export interface CompareAsk {
  readonly runIds: readonly string[];
  /** Ids of columns that are needed whatever their place. */
  readonly wanted: readonly string[];
  /** Only the first rows of many, for a picture at once: without details, and as if all of their columns differed. */
  readonly glance?: boolean | undefined;
}

/** Cells that are answered unasked: all of a small table, the first columns of a large one. */
const firstCells = 100_000;
/** In a first look: the columns that a wide window has. */
const glancedCells = 2_000;
/** Up to so many runs the columns of all are read before the first answer; of more, those of some. */
const mostSummed = 500;
const sampled = 12;
const nothing = { metrics: [], parameters: [], tags: [] };
/** Up to so many runs the extremes of metrics are told as well: they are only for tooltips. */
const fewRuns = 1_000;

/** The table of these runs, in the order of the ask. `runs` is null while nothing was ever run. */
export async function compareTable(
  { runIds, wanted, glance = false }: CompareAsk,
  runs: Runs | null,
): Promise<CompareTableData> {
  const exact = runIds.length <= mostSummed && !glance;
  const summary = exact ? await compareSummary(runIds, runs) : await sampledSummary(runIds, runs);
  const cells = glance ? glancedCells : firstCells;
  const first = columnsByPlace(summary).slice(0, Math.ceil(cells / Math.max(1, runIds.length)));
  // The code of very many runs is asked for when somebody wants to see it.
  const ids = [...new Set([...first, ...wanted, ...(exact ? [codeId] : [])])];
  const found = await tableOf(runIds, ids, runs);
  const { rows, missing } = rowsAsked(runIds, found.runs);
  return {
    missing,
    heads: headCells(rows.flatMap((row) => found.runs[row] ?? [])),
    summary,
    exact,
    columns: columnCells(found, rows),
    details: runIds.length > mostDetails || glance ? null : await compareDetails(runIds, runs),
  };
}

/** Which columns these runs have, exactly; of ten thousand runs that takes a while. */
export async function compareSummary(runIds: readonly string[], runs: Runs | null): Promise<TableSummary> {
  // What makes it quick may still be on its way: seconds of work, so others get their turn meanwhile.
  if (runIds.length > mostSummed) while (await runs?.prepareTables()) await setImmediate();
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
  const columns = { metrics: of("metric"), parameters: of("parameter"), tags: of("tag") };
  const extremes = runIds.length <= fewRuns;
  const code = wanted.includes(codeId);
  return (await runs?.table({ ids: runIds, extremes, code, ...columns })) ?? { runs: [], ...nothing };
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
    ...(found.code === undefined ? [] : [codeCells(found.code, rows)]),
  ];
}

function codeCells(code: readonly (RunCode | null)[], rows: readonly number[]): ColumnCells {
  const texts = rows.map((row) => {
    const own = code[row] ?? null;
    return own === null ? null : codeText(own);
  });
  return { id: codeId, values: textCells(texts) };
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
  const rows: number[] = [];
  const missing: number[] = [];
  for (const [at, id] of runIds.entries()) {
    const row = places.get(id);
    if (row === undefined) missing.push(at);
    else rows.push(row);
  }
  return { rows, missing };
}

function headCells(runs: readonly RunHead[]): HeadCells {
  const texts = headTexts.map((field) => [field, textCells(runs.map((run) => run[field]))]);
  const numbers = headNumbers.map((field) => [field, numberCells(runs.map((run) => run[field]))]);
  return Object.fromEntries([...texts, ...numbers]) as HeadCells;
}

function metricCells({ key, has, last, min, max }: MetricColumn, rows: readonly number[]): ColumnCells {
  const present = new Uint8Array(rows.length);
  for (let at = 0; at < rows.length; at++) present[at] = has[rows[at] as number] as number;
  const all = present.includes(0) ? base64(present) : null;
  const cells = (values: Float64Array): NumberCells | null => {
    if (values.length === 0) return null;
    const numbers = new Float64Array(rows.length);
    for (let at = 0; at < rows.length; at++) numbers[at] = values[rows[at] as number] as number;
    return { length: rows.length, numbers: base64(once(numbers)), has: all };
  };
  const none = { length: 0, numbers: "", has: null };
  return { id: columnId("metric", key), last: cells(last) ?? none, low: cells(min), high: cells(max) };
}

function numberCells(values: readonly (number | boolean | null)[]): NumberCells {
  const numbers = new Float64Array(values.length);
  const has = new Uint8Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? null;
    numbers[at] = value === null ? Number.NaN : Number(value);
    has[at] = value === null ? 0 : 1;
  }
  return {
    length: values.length,
    numbers: base64(once(numbers)),
    has: has.includes(0) ? base64(has) : null,
  };
}

function textCells(values: readonly (string | null)[]): TextCells {
  const places = new Map<string, number>();
  const at = new Int32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? null;
    if (value === null) {
      at[row] = -1;
      continue;
    }
    const known = places.get(value) ?? places.size;
    if (known === places.size) places.set(value, known);
    at[row] = known;
  }
  return { length: values.length, texts: [...places.keys()], at: base64(once(at)) };
}

/** Most runs share their host, script and state: then one stands for all. */
function once<A extends Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>>(values: A): A {
  const [first] = values;
  for (let at = 1; at < values.length; at++) if (!Object.is(values[at], first)) return values;
  return values.slice(0, 1) as A;
}

const base64 = ({ buffer }: { readonly buffer: ArrayBuffer }) => Buffer.from(buffer).toString("base64");
