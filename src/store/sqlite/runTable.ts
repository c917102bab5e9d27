/** The runs table by columns: each is read at once, from an index that holds it whole. */

import type { Selectable } from "kysely";
import type { RunState } from "../../model/run.ts";
import type { MetricColumn, RunHead, RunTable, TextColumn } from "../../model/runTable.ts";
import type { RunTable as RunRows } from "../schema.ts";
import type { TableQuery } from "../store.ts";
import type { Connection } from "./connection.ts";

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
  ...(["created", "started", "ended", "as_of", "note", "starred", "findings"] as const),
] as const;
type HeadRow = Pick<Selectable<RunRows>, (typeof headColumns)[number]>;

/** Up to so many runs are looked up one by one; a column of all runs is quicker for more. */
const fewRuns = 300;

/** The columns asked for of the given rows. */
export function tableOf(
  connection: Connection,
  rows: readonly HeadRow[],
  { metrics, parameters, tags }: Pick<TableQuery, "metrics" | "parameters" | "tags">,
): RunTable {
  const places = new Map(rows.map(({ key }, at) => [key, at]));
  const keys = JSON.stringify(rows.map(({ key }) => key));
  const some = rows.length > fewRuns ? null : keys;
  return {
    runs: rows.map(headOf),
    metrics: metrics.map((key) => metricColumn(connection, key, places, some)),
    parameters: textColumns(connection, "parameter", parameters, places, keys),
    tags: textColumns(connection, "tag", tags, places, keys),
  };
}

function headOf({ key: _, exit_code, as_of, starred, state, ...same }: HeadRow): RunHead {
  return { ...same, state: state as RunState, exitCode: exit_code, asOf: as_of, starred: starred === 1 };
}

interface SeriesRow {
  readonly run: number;
  readonly last: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

function metricColumn(
  connection: Connection,
  key: string,
  places: ReadonlyMap<number, number>,
  some: string | null,
): MetricColumn {
  const empty = () => Array<number | null>(places.size).fill(null);
  const [last, min, max] = [empty(), empty(), empty()];
  const metric = connection.row<{ id: number }>("select id from metric_name where name = ?", key)?.id;
  if (metric === undefined) return { key, last, min, max };
  const rows =
    some === null
      ? connection.rows<SeriesRow>(
          "select run, last, min, max from series where metric = ? order by run, attempt",
          metric,
        )
      : connection.rows<SeriesRow>(
          `select series.run, last, min, max from json_each(?) as asked cross join series
           on series.run = asked.value and metric = ? order by series.run, attempt`,
          ...[some, metric],
        );
  for (const row of rows) {
    const at = places.get(row.run);
    if (at === undefined) continue;
    // Attempts come oldest first, as in `mergeSummaries`; a null of the store is NaN.
    last[at] = row.last ?? Number.NaN;
    min[at] = extreme(min[at] ?? null, row.min ?? Number.NaN, -1);
    max[at] = extreme(max[at] ?? null, row.max ?? Number.NaN, 1);
  }
  return { key, last, min, max };
}

/** The one that lies further in the direction of the sign; NaN is none yet. */
function extreme(before: number | null, now: number, sign: -1 | 1): number {
  if (before === null || Number.isNaN(before)) return now;
  return (now - before) * sign > 0 ? now : before;
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
