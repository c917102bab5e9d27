/** A row of the pyramid as one axis sees it, decoded into arrays that are used again for the next one. */

import { openBuckets, type StoredBuckets } from "./bucketCodec.ts";
import type { AxisBuckets } from "./columns.ts";
import { type BucketColumn, rowBuckets } from "./pyramid.ts";

export class AxisRow implements AxisBuckets {
  length = 0;
  readonly count = new Float64Array(rowBuckets);
  readonly nan = new Float64Array(rowBuckets);
  readonly inf = new Float64Array(rowBuckets);
  readonly min = new Float64Array(rowBuckets);
  readonly max = new Float64Array(rowBuckets);
  readonly first = new Float64Array(rowBuckets);
  readonly last = new Float64Array(rowBuckets);
  readonly low = new Float64Array(rowBuckets);
  readonly high = new Float64Array(rowBuckets);
  readonly minX = new Float64Array(rowBuckets);
  readonly maxX = new Float64Array(rowBuckets);
  firstX: Float64Array = this.low;
  lastX: Float64Array = this.high;
  readonly #firstX = new Float64Array(rowBuckets);
  readonly #lastX = new Float64Array(rowBuckets);

  /** What each of the counts is filled with, null where they differ. */
  readonly #filled: Record<"count" | "nan" | "inf", number | null> = { count: 0, nan: 0, inf: 0 };

  /** Takes a stored row in the place of the one before; false when the bytes are damaged. */
  read(data: Uint8Array, axis: "step" | "time"): boolean {
    const row = openBuckets(data);
    if (row === null || row.length > rowBuckets) return false;
    this.length = row.length;
    for (const name of ["count", "nan", "inf"] as const) this.#readCounts(row, name);
    for (const name of ["min", "max", "first", "last"] as const) row.column(name, this[name]);
    const of = (end: string) => `${axis}${end}` as BucketColumn;
    row.column(of("Low"), this.low);
    row.column(of("High"), this.high);
    row.column(of("Min"), this.minX);
    row.column(of("Max"), this.maxX);
    this.firstX = row.isTwin(of("First")) ? this.low : row.column(of("First"), this.#firstX);
    this.lastX = row.isTwin(of("Last")) ? this.high : row.column(of("Last"), this.#lastX);
    return true;
  }

  #readCounts(row: StoredBuckets, name: "count" | "nan" | "inf"): void {
    const all = row.constant(name);
    if (all === null) row.column(name, this[name]);
    else if (all !== this.#filled[name]) this[name].fill(all);
    this.#filled[name] = all;
  }
}
