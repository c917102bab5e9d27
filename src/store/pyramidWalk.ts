/** From the coarsest level that is fine enough for a chart down to single points where a bucket does not fit. */

import { type ChunkColumns, chunkPoints } from "./chunk.ts";
import type { AxisBuckets, ChartWindow, ColumnReducer } from "./columns.ts";
import { bucketPoints, fan, rowBuckets } from "./pyramid.ts";

/** What a walk reads of one series. Rows are numbered from 0 in their level, levels from 1; chunk `n` has row `n` of level 1. */
export interface PyramidReader {
  /** Chunks that have a row; the later ones are read as points. */
  readonly covered: number;
  /**
   * The rows of a level from a number on that may hold a point in the window, in order; null for one that can't be read. A row is good
   * until the next one of its level is asked for.
   */
  rows(level: number, from: number): Iterable<readonly [number: number, row: AxisBuckets | null]>;
  /** As above; `row` and `rows` don't disturb each other. */
  row(level: number, number: number): AxisBuckets | null;
  /** The chunks from a number on that may hold a point in the window, in order. */
  chunks(from: number): Iterable<ChunkColumns>;
  chunk(number: number): ChunkColumns | null;
  /** x of the points of a chunk on the axis of the chart, decoded into the start of an array. */
  xs(chunk: ChunkColumns, into: Float64Array): void;
}

/** How many rows of a level are there when the first `covered` chunks have theirs: a row is there when all are that it is made of. */
export function rowsOf(level: number, covered: number): number {
  return Math.floor(covered / fan ** (level - 1));
}

/** The coarsest level with buckets of at most half a column, 0 when only points are fine enough. `density`: points a column holds. */
export function levelFor(density: number, covered: number): number {
  let level = 0;
  while (bucketPoints * fan ** level <= density / 2 && rowsOf(level + 1, covered) > 0) level++;
  return level;
}

/** Points of a series that one column of the window holds, as if they were spread evenly over the series' range. */
export function densityOf(count: number, low: number, high: number, { x0, x1, width }: ChartWindow): number {
  const column = (x1 - x0) / width;
  return high > low ? Math.min(count, (count * column) / (high - low)) : count;
}

/** Adds everything of a series to the reducer, starting at a level. `shift` as in `ColumnReducer.add`. */
export function walk(reader: PyramidReader, level: number, reducer: ColumnReducer, shift: number): void {
  new Walk(reader, reducer, shift).from(level);
}

class Walk {
  readonly #reader: PyramidReader;
  readonly #reducer: ColumnReducer;
  readonly #shift: number;
  /** The row of each level that was read last: neighbors are asked for one after the other. */
  readonly #rows = new Map<number, readonly [number: number, row: AxisBuckets | null]>();
  /** Number of the chunk whose points are in the buffers; -1 for none. */
  #chunk = -1;
  #count = 0;
  #xs = new Float64Array(chunkPoints);
  #values = new Float64Array(chunkPoints);

  constructor(reader: PyramidReader, reducer: ColumnReducer, shift: number) {
    this.#reader = reader;
    this.#reducer = reducer;
    this.#shift = shift;
  }

  from(start: number): void {
    // Each level ends where its last row ends; what came later is in the rows of the levels below, and at last in chunks.
    const { covered } = this.#reader;
    let chunk = 0;
    for (let level = start; level >= 1; level--) {
      const span = fan ** (level - 1);
      if (rowsOf(level, covered) * span === chunk) continue;
      for (const [number, row] of this.#reader.rows(level, chunk / span)) this.#takeRow(level, number, row);
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
    this.#reducer.addBuckets(row, from, to, this.#shift, (at) => this.#descend(level, base + at));
  }

  #descend(level: number, bucket: number): void {
    if (level === 1) {
      const number = Math.floor(bucket / rowBuckets);
      const from = (bucket % rowBuckets) * bucketPoints;
      this.#takePoints(number, from, from + bucketPoints);
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
    if (columns.count > this.#xs.length)
      [this.#xs, this.#values] = [new Float64Array(columns.count), new Float64Array(columns.count)];
    this.#reader.xs(columns, this.#xs);
    columns.values(this.#values);
  }

  #add(from: number, to: number): void {
    this.#reducer.add(this.#xs.subarray(from, to), this.#values.subarray(from, to), this.#shift);
  }

  #row(level: number, number: number): AxisBuckets | null {
    const known = this.#rows.get(level);
    if (known?.[0] === number) return known[1];
    const row = this.#reader.row(level, number);
    this.#rows.set(level, [number, row]);
    return row;
  }
}
