/** The runs table by columns: each is read at once, from an index that holds it whole. */

import type { Selectable } from "kysely";
import type { RunState } from "../../model/run.ts";
import type { RunHead, RunTable, TextColumn } from "../../model/runTable.ts";
import type { RunTable as RunRows } from "../schema.ts";
import type { TableQuery } from "../store.ts";
import type { Connection } from "./connection.ts";
import { MetricColumns } from "./metricColumns.ts";
import { tableSummary } from "./tableSummary.ts";

export const headColumns = [
  ...([
    "key",
    "id",
    "name",
    "experiment",
    "state",
    "reason",
    "host",
    "script",
    "attempt",
    "exit_code",
  ] as const),
  ...(["created", "started", "ended", "as_of", "note", "starred", "findings", "drained"] as const),
] as const;
type HeadRow = Pick<Selectable<RunRows>, (typeof headColumns)[number]>;

/** The columns asked for of the given rows. */
export function tableOf(
  connection: Connection,
  rows: readonly HeadRow[],
  { metrics, parameters, tags, summary }: Pick<TableQuery, "metrics" | "parameters" | "tags" | "summary">,
): RunTable {
  const runs = rows.map(({ key }) => key);
  const places = new Map(runs.map((key, at) => [key, at]));
  const keys = JSON.stringify(runs);
  const columns = new MetricColumns(connection, runs);
  return {
    runs: rows.map(headOf),
    metrics: metrics.map((key) => columns.column(key)),
    parameters: textColumns(connection, "parameter", parameters, places, keys),
    tags: textColumns(connection, "tag", tags, places, keys),
    ...(summary === true ? { summary: tableSummary(connection, runs, columns) } : {}),
  };
}

function headOf({ key: _, drained: __, exit_code, as_of, starred, state, ...same }: HeadRow): RunHead {
  return { ...same, state: state as RunState, exitCode: exit_code, asOf: as_of, starred: starred === 1 };
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
  const rows = connection.rows<{ run: number; name: string; value: string | null }>(
    `select run, name, value from ${table} where run in (select value from json_each(?))
     and name in (select value from json_each(?))`,
    ...[keys, JSON.stringify(names)],
  );
  for (const { run, name, value } of rows) {
    const [column, at] = [columns.get(name), places.get(run)];
    if (column !== undefined && at !== undefined) column[at] = value;
  }
  return names.map((key) => ({ key, values: columns.get(key) ?? [] }));
}
