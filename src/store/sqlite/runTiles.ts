/**
 * Keeps the metrics of runs that have ended as columns (`columnTile.ts`): what a table of very many runs is read from. Done in slices of
 * some milliseconds each, so that whoever asks something else meanwhile does not wait.
 */

import { terminalStates } from "../../model/run.ts";
import { encodeTile, tileRuns } from "../columnTile.ts";
import type { Connection } from "./connection.ts";

/** So many ended runs of one tile have to be without it before it is written anew. */
const enough = 64;

/** Up to so many runs are looked up one by one: tiles would cost more than they save. */
export const fewRuns = 100;

/** Rows of series that one slice reads: about five milliseconds. */
const rowsOfSlice = 4_000;
/** Names of metrics that it looks at: a project may have a hundred thousand of which a tile has few. */
const namesOfSlice = 500;

/** The runs that can be read from tiles: a run whose metrics changed since is not among them. */
export function tiledRuns(connection: Connection): ReadonlySet<number> {
  // As one text: ten thousand rows would each be made into an object first.
  const found = connection.row<{ runs: string }>("select json_group_array(run) as runs from tiled");
  return new Set(JSON.parse(found?.runs ?? "[]") as number[]);
}

interface SeriesRow {
  readonly metric: number;
  readonly run: number;
  readonly last: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** A tile on its way. */
interface OpenTile {
  readonly tile: number;
  /** All runs that it is to hold, and those of them that it did not yet. */
  readonly runs: ReadonlySet<number>;
  readonly added: readonly number[];
  /** What they were when it was begun. */
  readonly state: string;
  /** Number of the metric that was written last. */
  metric: number;
}

/** Writes the tiles that are missing, a slice at a time. */
export class TileWriter {
  readonly #connection: Connection;
  /** Tells this writer from those of other windows: the last that began a tile is the only one to write. */
  readonly #token = Math.floor(Math.random() * 2 ** 48);
  #open: OpenTile | null = null;
  #waiting: number[] | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Works a slice; answers whether there may be more to do. Nobody sees anything of a tile before it is whole. */
  slice(): boolean {
    if (this.#open !== null) {
      this.#open = this.#write(this.#open);
      return true;
    }
    this.#waiting ??= tilesToWrite(this.#connection);
    const tile = this.#waiting.shift();
    if (tile !== undefined) this.#open = this.#begin(tile);
    else this.#waiting = null;
    return tile !== undefined;
  }

  #begin(tile: number): OpenTile | null {
    let open: OpenTile | null = null;
    this.#connection.keep(() => {
      open = opened(this.#connection, tile);
      if (open === null) return;
      this.#connection.change("insert or replace into meta (name, value) values ('tiles', ?)", this.#token);
    });
    return open;
  }

  /** The tile while something of it is to come; null when it is whole, or can't become so. */
  #write(open: OpenTile): OpenTile | null {
    const { tile, runs, added, state } = open;
    let next: OpenTile | null = null;
    this.#connection.keep(() => {
      const writer = this.#connection.row<{ value: number }>("select value from meta where name = 'tiles'");
      if (writer?.value !== this.#token) return;
      const metric = writeColumns(this.#connection, open);
      if (metric !== null) next = { ...open, metric };
      // Runs that went on meanwhile, or were purged, may be in it in two states.
      else if (stateOf(this.#connection, tile, runs) === state)
        for (const run of added) this.#connection.change("insert or ignore into tiled (run) values (?)", run);
    });
    return next;
  }
}

/** Tiles of which enough ended runs could be kept and are not; by the index of states alone, which tells little too many. */
function tilesToWrite(connection: Connection): number[] {
  const rows = connection.rows<{ tile: number }>(
    `select key / ${tileRuns} as tile from run where state in (select value from json_each(?))
     and key not in (select run from tiled) group by tile having count(*) >= ${enough}`,
    JSON.stringify([...terminalStates]),
  );
  return rows.map(({ tile }) => tile);
}

function opened(connection: Connection, tile: number): OpenTile | null {
  const rows = connection.rows<{ key: number; tiled: number }>(
    `select key, key in (select run from tiled) as tiled from run
     where key between ? and ? and (drained = 1 or key in (select run from tiled))`,
    ...endsOf(tile),
  );
  const runs = new Set(rows.map(({ key }) => key));
  const added = rows.filter(({ tiled }) => tiled === 0).map(({ key }) => key);
  if (added.length < enough) return null;
  return { tile, runs, added, state: stateOf(connection, tile, runs), metric: 0 };
}

/** Which runs there are, and how far their journals are taken in: metrics change by nothing else. */
function stateOf(connection: Connection, tile: number, runs: ReadonlySet<number>): string {
  const rows = connection.rows<{ key: number; id: string; offset: number | null; line: number | null }>(
    `select key, id, offset, line from run left join cursor on cursor.run = run.key
     where key between ? and ? order by key`,
    ...endsOf(tile),
  );
  return JSON.stringify(
    rows.map(({ key, id, offset, line }) => (runs.has(key) ? [key, id, offset, line] : [key, id])),
  );
}

const endsOf = (tile: number) => [tile * tileRuns, (tile + 1) * tileRuns - 1] as const;

/** Writes some metrics of a tile; answers the number of the last of them, null when there are no more. */
function writeColumns(connection: Connection, { tile, runs, metric }: OpenTile): number | null {
  const names = connection.rows<{ id: number }>(
    `select id from metric_name where id > ? order by id limit ${namesOfSlice}`,
    metric,
  );
  let read = 0;
  for (const { id } of names) {
    read += writeColumn(connection, tile, id, runs);
    if (read >= rowsOfSlice) return id;
  }
  return names.length < namesOfSlice ? null : (names.at(-1)?.id ?? null);
}

/** Writes one metric of a tile: the figures of those of its runs that have it. Answers how many rows it read. */
function writeColumn(
  connection: Connection,
  tile: number,
  metric: number,
  runs: ReadonlySet<number>,
): number {
  const [from, to] = endsOf(tile);
  const rows = connection.rows<SeriesRow>(
    `select metric, run, last, min, max from series indexed by series_by_metric
     where metric = ? and run between ? and ? order by run, attempt`,
    ...[metric, from, to],
  );
  const column = new OpenColumn();
  for (const row of rows) if (runs.has(row.run)) column.add(row.run - from, row);
  if (column.places.length === 0)
    connection.change("delete from column_tile where tile = ? and metric = ?", tile, metric);
  else
    connection.change(
      "insert or replace into column_tile (tile, metric, last, extremes) values (?, ?, ?, ?)",
      ...[tile, metric, column.last(), column.extremes()],
    );
  return rows.length;
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
