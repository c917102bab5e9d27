/** Reduces points to exact pixel columns: every extreme is kept, whatever the zoom. */

import type { SeriesColumns } from "../model/metric.ts";
import type { BucketAxis } from "./pyramid.ts";

/** The window of a chart: [x0, x1] over `width` columns. */
export interface ChartWindow {
  readonly x0: number;
  readonly x1: number;
  readonly width: number;
}

/** Buckets of the pyramid as one axis sees them; columns of one length. */
export interface AxisBuckets {
  readonly count: Float64Array;
  readonly nan: Float64Array;
  readonly inf: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly x: BucketAxis;
}

/** What is asked of one column at a time. All NaN where it holds no finite value. */
export interface ColumnFigures {
  /** Where the last finite value is. */
  readonly x: number;
  readonly last: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Takes points in any order and in any number of parts; `columns` answers what one sort over all of them would: per column the
 * finite extremes with the x where they first occur, and the finite values at the least and greatest x (of points on one
 * x, the first and last to arrive).
 */
export class ColumnReducer {
  readonly window: ChartWindow;
  readonly #scale: number;
  readonly #counts: Uint32Array;
  readonly #x: Float64Array;
  readonly #min: Float64Array;
  readonly #max: Float64Array;
  readonly #minX: Float64Array;
  readonly #maxX: Float64Array;
  readonly #first: Float64Array;
  readonly #firstX: Float64Array;
  readonly #last: Float64Array;
  readonly #lastX: Float64Array;
  readonly #nan: Uint32Array;
  readonly #inf: Uint32Array;

  constructor(window: ChartWindow) {
    const { width, x0, x1 } = window;
    const column = (value: number) => new Float64Array(width).fill(value);
    this.window = window;
    this.#scale = x1 > x0 ? width / (x1 - x0) : 0;
    this.#counts = new Uint32Array(width);
    this.#x = column(Number.POSITIVE_INFINITY);
    this.#min = column(Number.POSITIVE_INFINITY);
    this.#max = column(Number.NEGATIVE_INFINITY);
    this.#minX = column(Number.NaN);
    this.#maxX = column(Number.NaN);
    this.#first = column(Number.NaN);
    this.#firstX = column(Number.POSITIVE_INFINITY);
    this.#last = column(Number.NaN);
    this.#lastX = column(Number.NEGATIVE_INFINITY);
    this.#nan = new Uint32Array(width);
    this.#inf = new Uint32Array(width);
  }

  /** Adds points; `shift` is taken from each x (for relative time). Points outside the window are passed over. */
  add(xs: Float64Array, values: Float64Array, shift = 0): void {
    const { x0, x1, width } = this.window;
    const scale = this.#scale;
    const lastColumn = width - 1;
    for (let at = 0; at < xs.length; ) {
      const x = (xs[at] as number) - shift;
      if (!(x >= x0 && x <= x1)) at++;
      else at = this.#addRun(xs, values, shift, at, Math.min(lastColumn, Math.floor((x - x0) * scale)));
    }
  }

  /** Adds the points from a place on that lie in one column, and answers where they end: neighbors nearly always do. */
  #addRun(xs: Float64Array, values: Float64Array, shift: number, from: number, column: number): number {
    const { x0, x1, width } = this.window;
    const scale = this.#scale;
    const lastColumn = width - 1;
    let [nan, inf, finite, least] = [0, 0, 0, Number.POSITIVE_INFINITY];
    let [min, minX, max, maxX, first, firstX, last, lastX] = [0, 0, 0, 0, 0, 0, 0, 0];
    let at = from;
    for (; at < xs.length; at++) {
      const x = (xs[at] as number) - shift;
      if (!(x >= x0 && x <= x1) || Math.min(lastColumn, Math.floor((x - x0) * scale)) !== column) break;
      if (x < least) least = x;
      const value = values[at] as number;
      if (value - value !== 0) {
        if (Number.isNaN(value)) nan++;
        else inf++;
        continue;
      }
      if (finite++ === 0) {
        min = max = first = last = value;
        minX = maxX = firstX = lastX = x;
        continue;
      }
      if (value < min || (value === min && x < minX)) {
        min = value;
        minX = x;
      }
      if (value > max || (value === max && x < maxX)) {
        max = value;
        maxX = x;
      }
      if (x < firstX) {
        first = value;
        firstX = x;
      }
      if (x >= lastX) {
        last = value;
        lastX = x;
      }
    }
    this.#counts[column] = (this.#counts[column] as number) + at - from;
    this.#nan[column] = (this.#nan[column] as number) + nan;
    this.#inf[column] = (this.#inf[column] as number) + inf;
    if (least < (this.#x[column] as number)) this.#x[column] = least;
    if (finite === 0) return at;
    this.#takeMin(column, minX, min);
    this.#takeMax(column, maxX, max);
    this.#takeFirst(column, firstX, first);
    this.#takeLast(column, lastX, last);
    return at;
  }

  /**
   * Adds a bucket whole, to the column that it begins in, when it lies in the window and is at most half a column wide; nothing to
   * do for one outside. Answers false when its points have to be looked at one by one.
   */
  addBucket(buckets: AxisBuckets, at: number, shift: number): boolean {
    const { x0, x1, width } = this.window;
    const low = (buckets.x.low[at] as number) - shift;
    const high = (buckets.x.high[at] as number) - shift;
    if (high < x0 || low > x1) return true;
    if (!(low >= x0 && high <= x1 && (high - low) * this.#scale <= 0.5)) return false;
    const column = Math.min(width - 1, Math.floor((low - x0) * this.#scale));
    this.#counts[column] = (this.#counts[column] as number) + (buckets.count[at] as number);
    this.#nan[column] = (this.#nan[column] as number) + (buckets.nan[at] as number);
    this.#inf[column] = (this.#inf[column] as number) + (buckets.inf[at] as number);
    if (low < (this.#x[column] as number)) this.#x[column] = low;
    const min = buckets.min[at] as number;
    if (Number.isNaN(min)) return true;
    this.#takeMin(column, (buckets.x.min[at] as number) - shift, min);
    this.#takeMax(column, (buckets.x.max[at] as number) - shift, buckets.max[at] as number);
    this.#takeFirst(column, (buckets.x.first[at] as number) - shift, buckets.first[at] as number);
    this.#takeLast(column, (buckets.x.last[at] as number) - shift, buckets.last[at] as number);
    return true;
  }

  #takeMin(column: number, x: number, value: number): void {
    const least = this.#min[column] as number;
    if (value > least || (value === least && !(x < (this.#minX[column] as number)))) return;
    this.#min[column] = value;
    this.#minX[column] = x;
  }

  #takeMax(column: number, x: number, value: number): void {
    const most = this.#max[column] as number;
    if (value < most || (value === most && !(x < (this.#maxX[column] as number)))) return;
    this.#max[column] = value;
    this.#maxX[column] = x;
  }

  #takeFirst(column: number, x: number, value: number): void {
    if (!(x < (this.#firstX[column] as number))) return;
    this.#first[column] = value;
    this.#firstX[column] = x;
  }

  #takeLast(column: number, x: number, value: number): void {
    if (x < (this.#lastX[column] as number)) return;
    this.#last[column] = value;
    this.#lastX[column] = x;
  }

  /** One column; null when it holds no point. */
  at(column: number): ColumnFigures | null {
    if (this.#counts[column] === 0) return null;
    const x = this.#lastX[column] as number;
    const isBad = x === Number.NEGATIVE_INFINITY;
    const { NaN: none } = Number;
    return {
      x: isBad ? none : x,
      last: isBad ? none : (this.#last[column] as number),
      min: isBad ? none : (this.#min[column] as number),
      max: isBad ? none : (this.#max[column] as number),
    };
  }

  /** The columns that hold a point, in x order. */
  columns(series: Pick<SeriesColumns, "runId" | "attempt" | "key">): SeriesColumns {
    const filled: number[] = [];
    let count = 0;
    for (let column = 0; column < this.window.width; column++) {
      const points = this.#counts[column] as number;
      if (points > 0) filled.push(column);
      count += points;
    }
    const pick = (array: Float64Array | Uint32Array) => filled.map((column) => array[column] as number);
    const finite = (array: Float64Array) =>
      filled.map((column) =>
        Number.isNaN(this.#minX[column] as number) ? Number.NaN : (array[column] as number),
      );
    return {
      ...series,
      count,
      x: pick(this.#x),
      min: finite(this.#min),
      max: finite(this.#max),
      minX: pick(this.#minX),
      maxX: pick(this.#maxX),
      first: pick(this.#first),
      last: pick(this.#last),
      nan: pick(this.#nan),
      inf: pick(this.#inf),
    };
  }
}
