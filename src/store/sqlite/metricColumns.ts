/** Metrics of many runs as columns: of ended runs from their tiles, of the others from their summary rows. */

import type { MetricColumn, MetricColumnSummary } from "../../model/runTable.ts";
import { TileReader, tileRuns } from "../columnTile.ts";
import { LastValues } from "../lastValues.ts";
import type { Connection } from "./connection.ts";
import { fewRuns, tiledRuns } from "./runTiles.ts";

interface SeriesRow {
  readonly run: number;
  readonly last: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

interface Name {
  readonly id: number;
  readonly name: string;
}

const noFigures = new Float64Array(0);

export class MetricColumns {
  readonly #connection: Connection;
  readonly #length: number;
  /** tile → where its runs are in the answer, -1 for those that are not. */
  readonly #tiles = new Map<number, Int32Array>();
  /** Where the other runs are, and their keys as JSON. */
  readonly #loose = new Map<number, number>();
  #looseKeys: string;
  readonly #last = new TileReader();
  readonly #extremes = new TileReader();

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

  /** The columns of these names; nobody has a metric that there is not. Without `extremes` only with their last values. */
  columns(keys: readonly string[], extremes: boolean): readonly MetricColumn[] {
    if (keys.length === 0) return [];
    const columns = new Map(keys.map((key) => [key, this.#none(key, extremes)]));
    const names = this.#connection.rows<Name>(
      "select id, name from metric_name where name in (select value from json_each(?))",
      JSON.stringify(keys),
    );
    const byId = new Map(names.map(({ id, name }) => [id, columns.get(name) as MetricColumn]));
    for (const [tile, places] of this.#tiles)
      if (!this.#takeTile(tile, places, byId, extremes)) this.#leave(tile, places);
    for (const [id, column] of byId)
      for (const row of this.#looseRows(id)) take(column, this.#loose.get(row.run) ?? -1, row);
    return keys.map((key) => columns.get(key) as MetricColumn);
  }

  /** What the last values of every metric say that some of the runs have, without the system's, by name. */
  summaries(): readonly MetricColumnSummary[] {
    const found = new Map<number, LastValues>();
    const of = (metric: number) => {
      const known = found.get(metric) ?? new LastValues();
      found.set(metric, known);
      return known;
    };
    for (const [tile, places] of this.#tiles) {
      if (this.#sumTile(tile, places, of)) continue;
      // What it was made of can still be read.
      this.#leave(tile, places);
      return this.summaries();
    }
    for (const metric of this.#looseMetrics()) {
      const values = of(metric);
      let before: SeriesRow | undefined;
      for (const row of this.#looseRows(metric)) {
        // Attempts come oldest first: the last one counts.
        if (before !== undefined && before.run !== row.run) values.add(before.last ?? Number.NaN);
        before = row;
      }
      if (before !== undefined) values.add(before.last ?? Number.NaN);
    }
    const names = this.#connection.rows<Name>(
      `select id, name from metric_name where id in (select value from json_each(?)) and substr(name, 1, 7) <> 'system/' order by name`,
      JSON.stringify([...found.keys()]),
    );
    return names.flatMap(({ id, name }) => found.get(id)?.summary(name, this.#length) ?? []);
  }

  #none(key: string, extremes: boolean): MetricColumn {
    const none = () => new Float64Array(this.#length).fill(Number.NaN);
    const [last, min, max] = [none(), extremes ? none() : noFigures, extremes ? none() : noFigures];
    return { key, has: new Uint8Array(this.#length), last, min, max };
  }

  /** Puts what a tile has of some metrics into their columns; false when it is damaged. */
  #takeTile(
    tile: number,
    places: Int32Array,
    columns: ReadonlyMap<number, MetricColumn>,
    extremes: boolean,
  ): boolean {
    const rows = this.#connection.rows<{ metric: number; last: Uint8Array; extremes?: Uint8Array }>(
      `select metric, last${extremes ? ", extremes" : ""} from column_tile
       where tile = ? and metric in (select value from json_each(?))`,
      ...[tile, JSON.stringify([...columns.keys()])],
    );
    for (const row of rows) {
      const column = columns.get(row.metric);
      if (column === undefined) continue;
      if (!this.#last.read(row.last)) return false;
      const { has, last, min, max } = column;
      scatter(this.#last, 0, places, last);
      for (let place = 0; place < this.#last.count; place++) {
        const at = places[this.#last.places[place] as number] as number;
        if (at >= 0) has[at] = 1;
      }
      if (row.extremes === undefined) continue;
      if (!this.#extremes.read(row.extremes)) return false;
      scatter(this.#extremes, 0, places, min);
      scatter(this.#extremes, 1, places, max);
    }
    return true;
  }

  #sumTile(tile: number, places: Int32Array, of: (metric: number) => LastValues): boolean {
    const rows = this.#connection.rows<{ metric: number; last: Uint8Array }>(
      "select metric, last from column_tile where tile = ?",
      tile,
    );
    const { places: inTile, columns } = this.#last;
    for (const row of rows) {
      if (!this.#last.read(row.last)) return false;
      const [last] = columns;
      const values = of(row.metric);
      for (let place = 0; place < this.#last.count; place++)
        if ((places[inTile[place] as number] as number) >= 0) values.add(last[place] as number);
    }
    return true;
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

/** A column of a tile into the answer: where each of its runs is there, -1 for one that is not. */
function scatter(tile: TileReader, column: 0 | 1, places: Int32Array, into: Float64Array): void {
  const { count, places: inTile } = tile;
  const figures = tile.columns[column];
  for (let place = 0; place < count; place++) {
    const at = places[inTile[place] as number] as number;
    if (at >= 0) into[at] = figures[place] as number;
  }
}

/** Attempts come oldest first, as in `mergeSummaries`; a null of the store is NaN. */
function take({ has, last, min, max }: MetricColumn, at: number, row: SeriesRow): void {
  if (at < 0) return;
  has[at] = 1;
  last[at] = row.last ?? Number.NaN;
  if (min.length === 0) return;
  if (row.min !== null && !((min[at] as number) <= row.min)) min[at] = row.min;
  if (row.max !== null && !((max[at] as number) >= row.max)) max[at] = row.max;
}
