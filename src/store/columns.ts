/** Reduces points to exact pixel columns: every extreme is kept, whatever the zoom. */

import type { SeriesColumns } from "../model/metric.ts";

/** The window of a chart: [x0, x1] over `width` columns. */
export interface ChartWindow {
  readonly x0: number;
  readonly x1: number;
  readonly width: number;
}

/**
 * Takes points in any order and in any number of parts; `columns` answers what one sort over all of them would: per column the
 * finite extremes with the x where they first occur, and the finite values at the least and greatest x (of points on one
 * x, the first and last to arrive).
 */
export class ColumnReducer {
  readonly #window: ChartWindow;
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
    this.#window = window;
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
    const { x0, x1, width } = this.#window;
    const lastColumn = width - 1;
    for (let at = 0; at < xs.length; at++) {
      const x = (xs[at] as number) - shift;
      if (!(x >= x0 && x <= x1)) continue;
      const value = values[at] as number;
      this.#take(Math.min(lastColumn, Math.floor((x - x0) * this.#scale)), x, value);
    }
  }

  #take(column: number, x: number, value: number): void {
    this.#counts[column] = (this.#counts[column] as number) + 1;
    if (x < (this.#x[column] as number)) this.#x[column] = x;
    if (value - value !== 0) {
      const bad = Number.isNaN(value) ? this.#nan : this.#inf;
      bad[column] = (bad[column] as number) + 1;
      return;
    }
    const least = this.#min[column] as number;
    if (value < least || (value === least && x < (this.#minX[column] as number))) {
      this.#min[column] = value;
      this.#minX[column] = x;
    }
    const most = this.#max[column] as number;
    if (value > most || (value === most && x < (this.#maxX[column] as number))) {
      this.#max[column] = value;
      this.#maxX[column] = x;
    }
    if (x < (this.#firstX[column] as number)) {
      this.#first[column] = value;
      this.#firstX[column] = x;
    }
    if (x >= (this.#lastX[column] as number)) {
      this.#last[column] = value;
      this.#lastX[column] = x;
    }
  }

  /** The columns that hold a point, in x order. */
  columns(series: Pick<SeriesColumns, "runId" | "attempt" | "key">): SeriesColumns {
    const filled: number[] = [];
    let count = 0;
    for (let column = 0; column < this.#window.width; column++) {
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
