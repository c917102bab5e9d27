/** Reduces points to exact pixel columns: every extreme is kept, whatever the zoom. */

import type { SeriesColumns } from "../model/metric.ts";
import { firstAt, isAscending } from "./ascending.ts";

/** The window of a chart: [x0, x1] over `width` columns. */
export interface ChartWindow {
  readonly x0: number;
  readonly x1: number;
  readonly width: number;
}

/** Buckets of the pyramid as one axis sees them: the first `length` places of each column. */
export interface AxisBuckets {
  readonly length: number;
  readonly count: Float64Array;
  readonly nan: Float64Array;
  readonly inf: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  /** The ends of the bucket and the places of the four values. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly minX: Float64Array;
  readonly maxX: Float64Array;
  readonly firstX: Float64Array;
  readonly lastX: Float64Array;
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
    const column = () => new Float64Array(width);
    this.window = window;
    this.#scale = x1 > x0 ? width / (x1 - x0) : 0;
    this.#counts = new Uint32Array(width);
    [this.#x, this.#min, this.#max] = [column(), column(), column()];
    [this.#minX, this.#maxX] = [column(), column()];
    [this.#first, this.#firstX, this.#last, this.#lastX] = [column(), column(), column(), column()];
    this.#nan = new Uint32Array(width);
    this.#inf = new Uint32Array(width);
    this.reset();
  }

  /** Holds nothing again: for the next of many series on the same window. */
  reset(): void {
    this.#counts.fill(0);
    this.#x.fill(Number.POSITIVE_INFINITY);
    this.#min.fill(Number.POSITIVE_INFINITY);
    this.#max.fill(Number.NEGATIVE_INFINITY);
    this.#minX.fill(Number.NaN);
    this.#maxX.fill(Number.NaN);
    this.#first.fill(Number.NaN);
    this.#firstX.fill(Number.POSITIVE_INFINITY);
    this.#last.fill(Number.NaN);
    this.#lastX.fill(Number.NEGATIVE_INFINITY);
    this.#nan.fill(0);
    this.#inf.fill(0);
  }

  /** Adds points; `shift` is taken from each x (for relative time). Points outside the window are passed over. */
  add(xs: Float64Array, values: Float64Array, shift = 0, ascends = isAscending(xs)): void {
    if (ascends) this.#addAscending(xs, values, shift);
    else this.#addUnordered(xs, values, shift);
  }

  #addAscending(xs: Float64Array, values: Float64Array, shift: number): void {
    const { x0, x1 } = this.window;
    const isInside = (x: number) => x - shift >= x0;
    let [column, length] = [0, 1];
    const isBeyond = (x: number) => x - shift > x1 || this.#columnOf(x - shift) !== column;
    for (let at = firstAt(xs, 0, isInside); at < xs.length; ) {
      const x = (xs[at] as number) - shift;
      if (!(x <= x1)) return;
      column = this.#columnOf(x);
      // Neighboring columns mostly hold as many points.
      const to = firstAt(xs, at + 1, isBeyond, at + length);
      this.#addSpan(xs, values, shift, at, to, column);
      [at, length] = [to, to - at];
    }
  }

  /** Adds points by ascending x that lie in one column. */
  #addSpan(xs: Float64Array, values: Float64Array, shift: number, from: number, to: number, column: number) {
    let [min, max, minAt, maxAt, check] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, from, from, 0];
    for (let at = from; at < to; at++) {
      const value = values[at] as number;
      // Stays 0 while all are finite.
      check += value - value;
      if (value < min) {
        min = value;
        minAt = at;
      }
      if (value > max) {
        max = value;
        maxAt = at;
      }
    }
    if (check !== 0) {
      this.#addRun(xs, values, shift, from, column);
      return;
    }
    const [least, most] = [(xs[from] as number) - shift, (xs[to - 1] as number) - shift];
    this.#counts[column] = (this.#counts[column] as number) + to - from;
    if (least < (this.#x[column] as number)) this.#x[column] = least;
    this.#takeMin(column, (xs[minAt] as number) - shift, min);
    this.#takeMax(column, (xs[maxAt] as number) - shift, max);
    this.#takeFirst(column, least, values[from] as number);
    this.#takeLast(column, most, values[to - 1] as number);
  }

  #addUnordered(xs: Float64Array, values: Float64Array, shift: number): void {
    const { x0, x1 } = this.window;
    for (let at = 0; at < xs.length; ) {
      const x = (xs[at] as number) - shift;
      if (!(x >= x0 && x <= x1)) at++;
      else at = this.#addRun(xs, values, shift, at, this.#columnOf(x));
    }
  }

  #columnOf(x: number): number {
    return Math.min(this.window.width - 1, Math.floor((x - this.window.x0) * this.#scale));
  }

  /** Adds the points from a place on that lie in one column, and answers where they end: neighbors nearly always do. */
  #addRun(xs: Float64Array, values: Float64Array, shift: number, from: number, column: number): number {
    const { x0, x1 } = this.window;
    let [nan, inf, finite, least] = [0, 0, 0, Number.POSITIVE_INFINITY];
    let [min, minX, max, maxX, first, firstX, last, lastX] = [0, 0, 0, 0, 0, 0, 0, 0];
    let at = from;
    for (; at < xs.length; at++) {
      const x = (xs[at] as number) - shift;
      if (!(x >= x0 && x <= x1) || this.#columnOf(x) !== column) break;
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
   * Adds buckets `from` to before `to`, each whole, to the column that it begins in. One that reaches over an end of the window or is
   * wider than half a column goes to `descend`: its points have to be looked at one by one.
   */
  addBuckets(
    buckets: AxisBuckets,
    from: number,
    to: number,
    shift: number,
    descend: (at: number) => void,
  ): void {
    const { x0, x1 } = this.window;
    const { low, high } = buckets;
    const scale = this.#scale;
    for (let at = from; at < to; ) {
      const [begin, end] = [(low[at] as number) - shift, (high[at] as number) - shift];
      if (end < x0 || begin > x1) at++;
      else if (begin >= x0 && end <= x1 && (end - begin) * scale <= 0.5)
        at = this.#addBucketRun(buckets, shift, at, to, this.#columnOf(begin));
      else descend(at++);
    }
  }

  /** Adds the buckets from a place on that begin in one column and fit there, and answers where they end. */
  #addBucketRun(buckets: AxisBuckets, shift: number, from: number, to: number, column: number): number {
    const { low, high, minX, maxX, firstX, lastX } = buckets;
    const { x0, x1 } = this.window;
    const lastColumn = this.window.width - 1;
    const scale = this.#scale;
    let [count, nan, inf, least] = [0, 0, 0, Number.POSITIVE_INFINITY];
    let [min, max, minAt, maxAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, -1];
    let [first, last, firstAt, lastAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, -1];
    let at = from;
    for (; at < to; at++) {
      const begin = (low[at] as number) - shift;
      const end = (high[at] as number) - shift;
      if (!(begin >= x0 && end <= x1 && (end - begin) * scale <= 0.5)) break;
      if (Math.min(lastColumn, Math.floor((begin - x0) * scale)) !== column) break;
      count += buckets.count[at] as number;
      nan += buckets.nan[at] as number;
      inf += buckets.inf[at] as number;
      if (begin < least) least = begin;
      const lower = buckets.min[at] as number;
      const upper = buckets.max[at] as number;
      // Without a finite value all four are NaN.
      if (Number.isNaN(lower)) continue;
      if (lower < min || (lower === min && (minX[at] as number) < (minX[minAt] as number))) {
        min = lower;
        minAt = at;
      }
      if (upper > max || (upper === max && (maxX[at] as number) < (maxX[maxAt] as number))) {
        max = upper;
        maxAt = at;
      }
      if ((firstX[at] as number) < first) {
        first = firstX[at] as number;
        firstAt = at;
      }
      if ((lastX[at] as number) >= last) {
        last = lastX[at] as number;
        lastAt = at;
      }
    }
    this.#counts[column] = (this.#counts[column] as number) + count;
    this.#nan[column] = (this.#nan[column] as number) + nan;
    this.#inf[column] = (this.#inf[column] as number) + inf;
    if (least < (this.#x[column] as number)) this.#x[column] = least;
    if (minAt < 0) return at;
    this.#takeMin(column, (minX[minAt] as number) - shift, min);
    this.#takeMax(column, (maxX[maxAt] as number) - shift, max);
    this.#takeFirst(column, first - shift, buckets.first[firstAt] as number);
    this.#takeLast(column, last - shift, buckets.last[lastAt] as number);
    return at;
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
    const pick = (array: Float64Array | Uint32Array) => {
      const picked = new Array<number>(filled.length);
      for (let at = 0; at < filled.length; at++) picked[at] = array[filled[at] as number] as number;
      return picked;
    };
    const minX = pick(this.#minX);
    const finite = (array: Float64Array) => {
      const picked = pick(array);
      for (let at = 0; at < picked.length; at++) if (Number.isNaN(minX[at])) picked[at] = Number.NaN;
      return picked;
    };
    return {
      ...series,
      count,
      x: pick(this.#x),
      min: finite(this.#min),
      max: finite(this.#max),
      minX,
      maxX: pick(this.#maxX),
      first: pick(this.#first),
      last: pick(this.#last),
      nan: pick(this.#nan),
      inf: pick(this.#inf),
    };
  }
}
