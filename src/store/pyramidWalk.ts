/** From the coarsest level that is fine enough for a chart down to single points where a bucket does not fit. */

import type { ChunkColumns } from "./chunk.ts";
import type { AxisBuckets, ChartWindow, ColumnReducer } from "./columns.ts";
import { bucketPoints, fan, rowBuckets } from "./pyramid.ts";

/** What a walk reads of one series. Rows are numbered from 0 in their level, levels from 1; chunk `n` has row `n` of level 1. */
export interface PyramidReader {
  /** Chunks that have a row; the later ones are read as points. */
  readonly covered: number;
  /** The rows of a level from a number on that may hold a point in the window, in order; null for one that can't be read. */
  rows(level: number, from: number): Iterable<readonly [number: number, row: AxisBuckets | null]>;
  row(level: number, number: number): AxisBuckets | null;
  /** The chunks from a number on that may hold a point in the window, in order. */
  chunks(from: number): Iterable<ChunkColumns>;
  chunk(number: number): ChunkColumns | null;
  /** x of the points of a chunk on the axis of the chart. */
  xs(chunk: ChunkColumns): Float64Array;
}

/** How many rows of a level are there when the first `covered` chunks have theirs: only whole rows make a row of the next level. */
export function rowsOf(level: number, covered: number): number {
  return level <= 1 ? covered : Math.ceil(Math.floor(covered / fan ** (level - 2)) / fan);
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
  /** The row or chunk of each level that was read last: neighbors are asked for one after the other. */
  readonly #rows = new Map<number, readonly [number: number, row: AxisBuckets | null]>();
  #chunk: readonly [number: number, xs: Float64Array, values: Float64Array] | null = null;

  constructor(reader: PyramidReader, reducer: ColumnReducer, shift: number) {
    this.#reader = reader;
    this.#reducer = reducer;
    this.#shift = shift;
  }

  from(start: number): void {
    // Each level ends where its last row ends; what came later is in the rows of the levels below, and at last in chunks.
    let chunk = 0;
    for (let level = start; level >= 1; level--) {
      const span = fan ** (level - 1);
      for (const [number, row] of this.#reader.rows(level, Math.floor(chunk / span)))
        this.#takeRow(level, number, row);
      chunk = coveredBy(level, this.#reader.covered);
    }
    for (const columns of this.#reader.chunks(chunk))
      this.#reducer.add(this.#reader.xs(columns), columns.values(), this.#shift);
  }

  #takeRow(level: number, number: number, row: AxisBuckets | null): void {
    if (row !== null) {
      this.#takeBuckets(level, row, number * rowBuckets, 0, row.count.length);
      return;
    }
    // A row that can't be read: what it was made of still can.
    if (level === 1) {
      this.#takePoints(number, 0, Number.POSITIVE_INFINITY);
      return;
    }
    const end = Math.min((number + 1) * fan, coveredBy(level, this.#reader.covered) / fan ** (level - 2));
    for (let lower = number * fan; lower < end; lower++)
      this.#takeRow(level - 1, lower, this.#row(level - 1, lower));
  }

  /** Buckets `from` to before `to` of a row whose first is the `base`-th of the level. */
  #takeBuckets(level: number, row: AxisBuckets, base: number, from: number, to: number): void {
    for (let at = from; at < to; at++)
      if (!this.#reducer.addBucket(row, at, this.#shift)) this.#descend(level, base + at);
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
    if (this.#chunk?.[0] !== number) {
      const columns = this.#reader.chunk(number);
      const none = new Float64Array(0);
      this.#chunk =
        columns === null ? [number, none, none] : [number, this.#reader.xs(columns), columns.values()];
    }
    const [, xs, values] = this.#chunk;
    this.#reducer.add(xs.subarray(from, to), values.subarray(from, to), this.#shift);
  }

  #row(level: number, number: number): AxisBuckets | null {
    const known = this.#rows.get(level);
    if (known?.[0] === number) return known[1];
    const row = this.#reader.row(level, number);
    this.#rows.set(level, [number, row]);
    return row;
  }
}

/** Chunks that the rows of a level stand for. */
function coveredBy(level: number, covered: number): number {
  const span = fan ** Math.max(0, level - 2);
  return Math.floor(covered / span) * span;
}
