/** From the coarsest level that is fine enough for a chart down to single points where a bucket does not fit. */

import { AxisRow } from "./axisRow.ts";
import { type ChunkColumns, chunkPoints } from "./chunk.ts";
import type { AxisBuckets, ChartWindow, ColumnReducer } from "./columns.ts";
import { bucketPoints, fan, rowBuckets } from "./pyramid.ts";

/** What a walk reads of one series. Rows are numbered from 0 in their level, levels from 1; chunk `n` has row `n` of level 1. */
export interface PyramidReader {
  /** Chunks that have a row; the later ones are read as points. */
  readonly covered: number;
  /** The rows of a level from a number on that may hold a point in the window, in order. */
  rows(level: number, from: number): Iterable<StoredRow>;
  /** One row of a level; null where there is none. */
  row(level: number, number: number): Uint8Array | null;
  /** The chunks from a number on that may hold a point in the window, in order. */
  chunks(from: number): Iterable<ChunkColumns>;
  chunk(number: number): ChunkColumns | null;
  readonly axis: "step" | "time";
}

export interface StoredRow {
  readonly number: number;
  readonly data: Uint8Array;
}

/** Points of a bucket of a level. */
const pointsOf = (level: number) => bucketPoints * fan ** (level - 1);

/** How many rows of a level are there when the first `covered` chunks have theirs: a row is there when all are that it is made of. */
export function rowsOf(level: number, covered: number): number {
  return Math.floor(covered / fan ** (level - 1));
}

/** The coarsest level with buckets of at most half a column, 0 when only points are fine enough. `density`: points a column holds. */
export function levelFor(density: number, covered: number): number {
  let level = 0;
  while (pointsOf(level + 1) <= density / 2 && rowsOf(level + 1, covered) > 0) level++;
  return level;
}

/** Points of a series that one column of the window holds, as if they were spread evenly over the series' range. */
export function densityOf(count: number, low: number, high: number, { x0, x1, width }: ChartWindow): number {
  const column = (x1 - x0) / width;
  return high > low ? Math.min(count, (count * column) / (high - low)) : count;
}

/** Arrays that the walks of many series use one after the other. */
export class WalkSpace {
  xs = new Float64Array(chunkPoints);
  values = new Float64Array(chunkPoints);
  /** For the rows that come one after the other, and for those that are looked up, by their level. */
  readonly listed = new AxisRow();
  readonly #found: AxisRow[] = [];

  /** Room for a chunk of so many points. */
  grow(count: number): void {
    if (count > this.xs.length) [this.xs, this.values] = [new Float64Array(count), new Float64Array(count)];
  }

  found(level: number): AxisRow {
    this.#found[level] ??= new AxisRow();
    return this.#found[level];
  }
}

/** Adds everything of a series to the reducer, starting at a level. `shift` as in `ColumnReducer.add`. */
export function walk(
  reader: PyramidReader,
  level: number,
  reducer: ColumnReducer,
  shift: number,
  space: WalkSpace,
): void {
  new Walk(reader, reducer, shift, space).from(level);
}

class Walk {
  readonly #reader: PyramidReader;
  readonly #reducer: ColumnReducer;
  readonly #shift: number;
  readonly #space: WalkSpace;
  /** The row of each level that was read last: neighbors are asked for one after the other. */
  readonly #rows = new Map<number, readonly [number: number, row: AxisBuckets | null]>();
  /** Number of the chunk whose points are in the space; -1 for none. */
  #chunk = -1;
  #count = 0;
  #ascends = false;

  constructor(reader: PyramidReader, reducer: ColumnReducer, shift: number, space: WalkSpace) {
    this.#reader = reader;
    this.#reducer = reducer;
    this.#shift = shift;
    this.#space = space;
  }

  from(start: number): void {
    const { listed } = this.#space;
    // Each level ends where its last row ends; what came later is in the rows of the levels below, and at last in chunks.
    const { covered } = this.#reader;
    let chunk = 0;
    for (let level = start; level >= 1; level--) {
      const span = fan ** (level - 1);
      if (rowsOf(level, covered) * span === chunk) continue;
      for (const { number, data } of this.#reader.rows(level, chunk / span))
        this.#takeRow(level, number, listed.read(data, this.#reader.axis) ? listed : null);
      chunk = rowsOf(level, covered) * span;
    }
    for (const columns of this.#reader.chunks(chunk)) {
      this.#decode(columns);
      this.#add(0, columns.count);
    }
  }

  #takeRow(level: number, number: number, row: AxisBuckets | null): void {
    if (row !== null) {
      this.#takeBuckets(level, row, number * rowBuckets, 0, row.length);
      return;
    }
    // A row that can't be read: what it was made of still can.
    if (level === 1) {
      this.#takePoints(number, 0, Number.POSITIVE_INFINITY);
      return;
    }
    for (let lower = number * fan; lower < (number + 1) * fan; lower++)
      this.#takeRow(level - 1, lower, this.#row(level - 1, lower));
  }

  /** Buckets `from` to before `to` of a row whose first is the `base`-th of the level. */
  #takeBuckets(level: number, row: AxisBuckets, base: number, from: number, to: number): void {
    this.#reducer.addBuckets(row, from, to, this.#shift, (at) => {
      const isCut = this.#isAtEnd(row, at) && pointsOf(level) <= chunkPoints;
      if (level === 1 || isCut) this.#takeBucketPoints(level, base + at);
      else this.#descend(level, base + at);
    });
  }

  /** Whether an end of the window is within a bucket: then it is within one of each level below, down to the points. */
  #isAtEnd({ low, high }: AxisBuckets, at: number): boolean {
    const { x0, x1 } = this.#reducer.window;
    const [begin, end] = [(low[at] as number) - this.#shift, (high[at] as number) - this.#shift];
    return (begin < x0 || end > x1) && Number.isFinite(end - begin);
  }

  /** A bucket with the points of one chunk or of a part of it. */
  #takeBucketPoints(level: number, bucket: number): void {
    const first = bucket * pointsOf(level);
    const from = first % chunkPoints;
    this.#takePoints(Math.floor(first / chunkPoints), from, from + pointsOf(level));
  }

  #descend(level: number, bucket: number): void {
    if (level === 1) {
      this.#takeBucketPoints(level, bucket);
      return;
    }
    const first = bucket * fan;
    const number = Math.floor(first / rowBuckets);
    const row = this.#row(level - 1, number);
    const from = first % rowBuckets;
    if (row !== null) this.#takeBuckets(level - 1, row, number * rowBuckets, from, from + fan);
    else for (let lower = first; lower < first + fan; lower++) this.#descend(level - 1, lower);
  }

  #takePoints(number: number, from: number, to: number): void {
    if (this.#chunk !== number) {
      this.#decode(this.#reader.chunk(number));
      this.#chunk = number;
    }
    this.#add(from, Math.min(to, this.#count));
  }

  #decode(columns: ChunkColumns | null): void {
    this.#chunk = -1;
    this.#count = columns?.count ?? 0;
    if (columns === null) return;
    const { axis } = this.#reader;
    this.#space.grow(columns.count);
    columns[`${axis}s`](this.#space.xs);
    columns.values(this.#space.values);
    this.#ascends = columns.ascends[axis];
  }

  #add(from: number, to: number): void {
    const { xs, values } = this.#space;
    // Without a word where it is not known: then a look at the points tells.
    const ascends = this.#ascends || undefined;
    this.#reducer.add(xs.subarray(from, to), values.subarray(from, to), this.#shift, ascends);
  }

  #row(level: number, number: number): AxisBuckets | null {
    const known = this.#rows.get(level);
    if (known?.[0] === number) return known[1];
    const data = this.#reader.row(level, number);
    const found = this.#space.found(level);
    const row = data !== null && found.read(data, this.#reader.axis) ? found : null;
    this.#rows.set(level, [number, row]);
    return row;
  }
}
