/** The runs table by columns: each is read at once, from an index that holds it whole. */

import type { RunCode, RunTable, TextColumn } from "../../model/runTable.ts";
import type { TableQuery } from "../store.ts";
import type { Connection } from "./connection.ts";
import { MetricColumns } from "./metricColumns.ts";
import { type HeadRow, headOf } from "./runHead.ts";
import { tableSummary } from "./tableSummary.ts";

type Columns = Pick<TableQuery, "metrics" | "extremes" | "parameters" | "tags" | "code" | "summary">;

/** The columns asked for of the given rows. */
export function tableOf(
  connection: Connection,
  rows: readonly HeadRow[],
  { metrics, extremes = true, parameters, tags, code, summary }: Columns,
): RunTable {
  const runs = rows.map(({ key }) => key);
  const places = new Map(runs.map((key, at) => [key, at]));
  const keys = JSON.stringify(runs);
  const columns = new MetricColumns(connection, runs);
  return {
    runs: rows.map(headOf),
    metrics: columns.columns(metrics, extremes),
    parameters: textColumns(connection, "parameter", parameters, places, keys),
    tags: textColumns(connection, "tag", tags, places, keys),
    ...(code === true ? { code: codeColumn(connection, places, keys) } : {}),
    ...(summary === true ? { summary: tableSummary(connection, runs, columns) } : {}),
  };
}

interface CodeRow {
  readonly key: number;
  readonly tree: string | null;
  readonly id: string | null;
  readonly head: string | null;
  readonly changed_count: number | null;
}

/** Of a run whose code was not kept as a tree, null. */
function codeColumn(
  connection: Connection,
  places: ReadonlyMap<number, number>,
  keys: string,
): readonly (RunCode | null)[] {
  const column = Array<RunCode | null>(places.size).fill(null);
  const rows = connection.rows<CodeRow>(
    `select key, code ->> 'tree' as tree, code ->> 'id' as id, code ->> 'head' as head, code ->> 'changed_count' as changed_count
     from run where key in (select value from json_each(?)) and code is not null`,
    keys,
  );
  for (const { key, tree, id, head, changed_count } of rows) {
    const at = places.get(key);
    if (at !== undefined && tree !== null && id !== null)
      column[at] = { tree, id, head, changed_count: changed_count ?? 0 };
  }
  return column;
}

function textColumns(
  connection: Connection,
  table: "parameter" | "tag",
  names: readonly string[],
  places: ReadonlyMap<number, number>,
  keys: string,
): readonly TextColumn[] {
  const columns = new Map(names.map((name) => [name, Array<string | null>(places.size).fill(null)]));
  if (names.length === 0) return [];
  // As three texts: a hundred thousand rows would each be made into an object first.
  const found = connection.row<{ runs: string; names: string; texts: string }>(
    `select json_group_array(run) as runs, json_group_array(name) as names, json_group_array(value) as texts from ${table}
     where ${isDense(places) ? "run between ? and ?" : "run in (select value from json_each(?))"}
     and name in (select value from json_each(?))`,
    ...[...(isDense(places) ? endsOf(places) : [keys]), JSON.stringify(names)],
  );
  const [runs, of, texts] = [found?.runs, found?.names, found?.texts].map((text) =>
    JSON.parse(text ?? "[]"),
  ) as [number[], string[], (string | null)[]];
  for (let row = 0; row < runs.length; row++) {
    const at = places.get(runs[row] as number);
    const column = columns.get(of[row] as string);
    if (column !== undefined && at !== undefined) column[at] = texts[row] ?? null;
  }
  return names.map((key) => ({ key, values: columns.get(key) ?? [] }));
}

/** Do the runs lie so close together that reading all between the first and the last is quicker than finding each? */
function isDense(places: ReadonlyMap<number, number>): boolean {
  const [first, last] = endsOf(places);
  return places.size > 0 && last - first < 2 * places.size;
}

function endsOf(places: ReadonlyMap<number, number>): readonly [first: number, last: number] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const key of places.keys()) [first, last] = [Math.min(first, key), Math.max(last, key)];
  return [first, last];
}
