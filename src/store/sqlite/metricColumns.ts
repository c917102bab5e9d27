/** Metrics of many runs as columns: of ended runs from their tiles, of the others from their summary rows. */

import type { MetricColumn } from "../../model/runTable.ts";
import { type Tile, tileRuns } from "../columnTile.ts";
import type { Connection } from "./connection.ts";
import { fewRuns, figuresOf, lastOf, metricsOfTiles, tiledRuns } from "./runTiles.ts";

interface SeriesRow {
  readonly run: number;
  readonly last: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

export class MetricColumns {
  readonly #connection: Connection;
  readonly #length: number;
  /** tile → where its runs are in the answer, -1 for those that are not. */
  readonly #tiles = new Map<number, Int32Array>();
  /** Where the other runs are, and their keys as JSON. */
  readonly #loose = new Map<number, number>();
  #looseKeys: string;

  /** Of runs by their keys, in the order of the answer. */
  constructor(connection: Connection, runs: readonly number[]) {
    this.#connection = connection;
    this.#length = runs.length;
    const tiled = runs.length > fewRuns ? tiledRuns(connection) : new Set<number>();
    for (const [at, run] of runs.entries()) {
      if (!tiled.has(run)) {
        this.#loose.set(run, at);
        continue;
      }
      const tile = Math.floor(run / tileRuns);
      const places = this.#tiles.get(tile) ?? new Int32Array(tileRuns).fill(-1);
      places[run % tileRuns] = at;
      this.#tiles.set(tile, places);
    }
    this.#looseKeys = JSON.stringify([...this.#loose.keys()]);
  }

  /** The column of a name; nobody has a metric that there is not. */
  column(key: string): MetricColumn {
    const none = () => new Float64Array(this.#length).fill(Number.NaN);
    const column = { key, has: new Uint8Array(this.#length), last: none(), min: none(), max: none() };
    const found = this.#connection.row<{ id: number }>("select id from metric_name where name = ?", key);
    if (found === undefined) return column;
    for (const [tile, places] of this.#tiles) {
      const figures = figuresOf(this.#connection, tile, found.id);
      if (figures === null) this.#leave(tile, places);
      if (figures == null) continue;
      const [last] = figures.last.columns as [Float64Array];
      const [min, max] = figures.extremes.columns as [Float64Array, Float64Array];
      eachPlace(figures.last, places, (at, place) => {
        column.has[at] = 1;
        column.last[at] = last[place] as number;
        column.min[at] = min[place] as number;
        column.max[at] = max[place] as number;
      });
    }
    for (const row of this.#looseRows(found.id)) take(column, this.#loose.get(row.run) ?? -1, row);
    return column;
  }

  /** Gives `visit` the last value of every run that has the metric. */
  eachLast(metric: number, visit: (last: number) => void): void {
    for (const [tile, places] of this.#tiles) {
      const stored = lastOf(this.#connection, tile, metric);
      if (stored === null) this.#leave(tile, places);
      if (stored == null) continue;
      const [last] = stored.columns as [Float64Array];
      eachPlace(stored, places, (_, place) => visit(last[place] as number));
    }
    let before: SeriesRow | undefined;
    for (const row of this.#looseRows(metric)) {
      // Attempts come oldest first: the last one counts.
      if (before !== undefined && before.run !== row.run) visit(before.last ?? Number.NaN);
      before = row;
    }
    if (before !== undefined) visit(before.last ?? Number.NaN);
  }

  /** Metrics that some of the runs may have, without the system's, by name. */
  metrics(): readonly { readonly id: number; readonly name: string }[] {
    const some = [...metricsOfTiles(this.#connection, [...this.#tiles.keys()]), ...this.#looseMetrics()];
    return this.#connection.rows<{ id: number; name: string }>(
      `select id, name from metric_name where id in (select value from json_each(?)) and substr(name, 1, 7) <> 'system/' order by name`,
      JSON.stringify(some),
    );
  }

  /** What a damaged tile was made of can still be read, from here on. */
  #leave(tile: number, places: Int32Array): void {
    this.#tiles.delete(tile);
    for (const [place, at] of places.entries()) if (at >= 0) this.#loose.set(tile * tileRuns + place, at);
    this.#looseKeys = JSON.stringify([...this.#loose.keys()]);
  }

  #looseRows(metric: number): Iterable<SeriesRow> {
    if (this.#loose.size === 0) return [];
    return this.#connection.rows<SeriesRow>(
      `select series.run, last, min, max from json_each(?) as asked cross join series
       on series.run = asked.value and metric = ? order by series.run, attempt`,
      ...[this.#looseKeys, metric],
    );
  }

  #looseMetrics(): readonly number[] {
    if (this.#loose.size === 0) return [];
    const rows = this.#connection.rows<{ metric: number }>(
      "select distinct metric from series where run in (select value from json_each(?))",
      this.#looseKeys,
    );
    return rows.map(({ metric }) => metric);
  }
}

/** The runs of a tile that are in the answer: where they are in it, and in the columns of the tile. */
function eachPlace(tile: Tile, places: Int32Array, visit: (at: number, place: number) => void): void {
  for (let place = 0; place < tile.places.length; place++) {
    const at = places[tile.places[place] as number] as number;
    if (at >= 0) visit(at, place);
  }
}

/** Attempts come oldest first, as in `mergeSummaries`; a null of the store is NaN. */
function take({ has, last, min, max }: MetricColumn, at: number, row: SeriesRow): void {
  if (at < 0) return;
  has[at] = 1;
  last[at] = row.last ?? Number.NaN;
  if (row.min !== null && !((min[at] as number) <= row.min)) min[at] = row.min;
  if (row.max !== null && !((max[at] as number) >= row.max)) max[at] = row.max;
}
