/** Keeps the metrics of runs that have ended as columns (`columnTile.ts`): what a table of very many runs is read from. */

import { encodeTile, openTile, type Tile, tileRuns } from "../columnTile.ts";
import type { Connection } from "./connection.ts";

/** So many ended runs of one tile have to be without it before it is written anew. */
const enough = 64;

/** Up to so many runs are looked up one by one: tiles would cost more than they save. */
export const fewRuns = 100;

export interface RunKey {
  readonly key: number;
  /** 1 when nothing more is to come from its journal. */
  readonly drained: number;
}

/** The runs that can be read from tiles: a run whose metrics changed since is not among them. */
export function tiledRuns(connection: Connection): ReadonlySet<number> {
  return new Set(connection.rows<{ run: number }>("select run from tiled").map(({ run }) => run));
}

/** The last values of a metric in a tile; undefined when no run of it has the metric, null when the bytes are damaged. */
export function lastOf(connection: Connection, tile: number, metric: number): Tile | null | undefined {
  const row = connection.row<{ last: Uint8Array }>(
    "select last from column_tile where tile = ? and metric = ?",
    ...[tile, metric],
  );
  return row === undefined ? undefined : openTile(row.last);
}

/** The same with minimum and maximum. */
export function figuresOf(
  connection: Connection,
  tile: number,
  metric: number,
): { readonly last: Tile; readonly extremes: Tile } | null | undefined {
  const row = connection.row<{ last: Uint8Array; extremes: Uint8Array }>(
    "select last, extremes from column_tile where tile = ? and metric = ?",
    ...[tile, metric],
  );
  if (row === undefined) return undefined;
  const [last, extremes] = [openTile(row.last), openTile(row.extremes)];
  return last === null || extremes === null ? null : { last, extremes };
}

/** Numbers of the metrics that any run of the tiles has. */
export function metricsOfTiles(connection: Connection, tiles: readonly number[]): readonly number[] {
  const rows = connection.rows<{ metric: number }>(
    "select distinct metric from column_tile where tile in (select value from json_each(?))",
    JSON.stringify(tiles),
  );
  return rows.map(({ metric }) => metric);
}

/** The tiles of which enough ended runs could be kept and are not, with those runs. Few runs are read as they are. */
export function tilesToWrite(
  connection: Connection,
  runs: readonly RunKey[],
): ReadonlyMap<number, readonly number[]> {
  const missing = new Map<number, number[]>();
  if (runs.length <= fewRuns) return missing;
  const tiled = tiledRuns(connection);
  for (const { key, drained } of runs) {
    if (drained !== 1 || tiled.has(key)) continue;
    const tile = Math.floor(key / tileRuns);
    const known = missing.get(tile);
    if (known === undefined) missing.set(tile, [key]);
    else known.push(key);
  }
  return new Map([...missing].filter(([, keys]) => keys.length >= enough));
}

interface SeriesRow {
  readonly metric: number;
  readonly run: number;
  readonly last: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** Writes a tile with the runs that it has and the given ones. */
export function writeTile(connection: Connection, tile: number, added: readonly number[]): void {
  const [from, to] = [tile * tileRuns, (tile + 1) * tileRuns - 1];
  connection.keep(() => {
    const before = connection.rows<{ run: number }>(
      "select run from tiled where run between ? and ?",
      from,
      to,
    );
    const runs = new Set([...before.map(({ run }) => run), ...added]);
    connection.change("delete from column_tile where tile = ?", tile);
    const rows = connection.rows<SeriesRow>(
      `select metric, run, last, min, max from metric_name cross join series indexed by series_by_metric
       on metric = metric_name.id and run between ? and ? order by metric, run, attempt`,
      ...[from, to],
    );
    let column = new OpenColumn();
    for (const [at, row] of rows.entries()) {
      if (runs.has(row.run)) column.add(row.run - from, row);
      if (rows[at + 1]?.metric === row.metric) continue;
      if (column.places.length > 0)
        connection.change(
          "insert into column_tile (tile, metric, last, extremes) values (?, ?, ?, ?)",
          ...[tile, row.metric, column.last(), column.extremes()],
        );
      column = new OpenColumn();
    }
    for (const run of added) connection.change("insert or ignore into tiled (run) values (?)", run);
  });
}

/** Rows of one metric by run, attempts oldest first, as one figure a run. */
class OpenColumn {
  readonly places: number[] = [];
  readonly #last: number[] = [];
  readonly #min: number[] = [];
  readonly #max: number[] = [];

  /** As in `mergeSummaries`; a null of the store is NaN. */
  add(place: number, { last, min, max }: SeriesRow): void {
    if (this.places.at(-1) !== place) {
      this.places.push(place);
      this.#last.push(last ?? Number.NaN);
      this.#min.push(min ?? Number.NaN);
      this.#max.push(max ?? Number.NaN);
      return;
    }
    const at = this.places.length - 1;
    this.#last[at] = last ?? Number.NaN;
    if (min !== null && !((this.#min[at] as number) <= min)) this.#min[at] = min;
    if (max !== null && !((this.#max[at] as number) >= max)) this.#max[at] = max;
  }

  last(): Uint8Array {
    return encodeTile({ places: this.places, columns: [Float64Array.from(this.#last)] });
  }

  extremes(): Uint8Array {
    const columns = [Float64Array.from(this.#min), Float64Array.from(this.#max)];
    return encodeTile({ places: this.places, columns });
  }
}
