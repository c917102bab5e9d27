/**
 * The pyramid over the chunks of a series: what a chart needs of 32 points, of 64, of 128 … as buckets. A row holds the
 * 128 buckets of one chunk, or those of two rows of the level below, when both are there.
 *
 * A bucket says of its points all that a column says: count, bad ones, extremes, first and last finite value, each with its real x on both
 * axes. On an axis where its points do not come in order its ends are -Infinity and Infinity: it fits into no column, and its points
 * are read instead. That keeps every answer exact, whatever the order of arrival.
 */

import type { Points } from "./chunk.ts";

/** Points of a bucket of the first level. */
export const bucketPoints = 32;
/** Buckets that make one of the next level. */
export const fan = 2;
/** Buckets of a whole row. */
export const rowBuckets = 128;

export const bucketColumns = [
  ...(["count", "nan", "inf", "min", "max", "first", "last"] as const),
  ...(["stepLow", "stepHigh", "stepMin", "stepMax", "stepFirst", "stepLast"] as const),
  ...(["timeLow", "timeHigh", "timeMin", "timeMax", "timeFirst", "timeLast"] as const),
] as const;
export type BucketColumn = (typeof bucketColumns)[number];

/** Buckets as columns of one length. An empty one has its ends crossed; without a finite value the four values are NaN. */
export type Buckets = Readonly<Record<BucketColumn, Float64Array>>;

/** The six places of a bucket on one axis. */
export interface BucketAxis {
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
}

/** The row of a chunk: always 128 buckets, those past its last point empty. */
export function bucketsOf({ steps, times, values }: Points): Buckets {
  const buckets = emptyBuckets(rowBuckets);
  const [step, time] = axesOf(buckets);
  const { count, nan, inf, min, max, first, last } = buckets;
  for (let bucket = 0, from = 0; from < values.length; bucket++, from += bucketPoints) {
    const to = Math.min(values.length, from + bucketPoints);
    let [firstAt, lastAt, minAt, maxAt, nans] = [-1, -1, -1, -1, 0];
    let finite = 0;
    for (let at = from; at < to; at++) {
      const value = values[at] as number;
      if (value - value !== 0) {
        if (Number.isNaN(value)) nans++;
        continue;
      }
      if (finite++ === 0) {
        firstAt = at;
        minAt = at;
        maxAt = at;
      } else if (value < (values[minAt] as number)) minAt = at;
      else if (value > (values[maxAt] as number)) maxAt = at;
      lastAt = at;
    }
    count[bucket] = to - from;
    nan[bucket] = nans;
    inf[bucket] = to - from - nans - finite;
    if (finite > 0) {
      min[bucket] = values[minAt] as number;
      max[bucket] = values[maxAt] as number;
      first[bucket] = values[firstAt] as number;
      last[bucket] = values[lastAt] as number;
    }
    // Without a finite value nobody asks where it is; the ends are the cheapest to keep.
    if (finite === 0) [firstAt, lastAt, minAt, maxAt] = [from, to - 1, from, from];
    const places = { from, to, firstAt, lastAt, minAt, maxAt };
    put(step, bucket, steps, places);
    put(time, bucket, times, places);
  }
  return buckets;
}

interface Places {
  readonly from: number;
  readonly to: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly minAt: number;
  readonly maxAt: number;
}

function put(axis: BucketAxis, bucket: number, xs: Float64Array, places: Places): void {
  const { from, to, firstAt, lastAt, minAt, maxAt } = places;
  const ordered = isOrdered(xs, from, to);
  axis.low[bucket] = ordered ? (xs[from] as number) : Number.NEGATIVE_INFINITY;
  axis.high[bucket] = ordered ? (xs[to - 1] as number) : Number.POSITIVE_INFINITY;
  axis.min[bucket] = xs[minAt] as number;
  axis.max[bucket] = xs[maxAt] as number;
  axis.first[bucket] = xs[firstAt] as number;
  axis.last[bucket] = xs[lastAt] as number;
}

/** Two buckets as one, over a whole row: what the row gives to the level above it. */
export function coarser(fine: Buckets): Buckets {
  const length = Math.ceil(fine.count.length / fan);
  const coarse = emptyBuckets(length);
  const [steps, times] = axesOf(fine);
  const [step, time] = axesOf(coarse);
  for (let bucket = 0; bucket < length; bucket++) {
    const [from, to] = [bucket * fan, Math.min(fine.count.length, (bucket + 1) * fan)];
    let [firstAt, lastAt, minAt, maxAt, count, nan, inf] = [-1, -1, -1, -1, 0, 0, 0];
    for (let at = from; at < to; at++) {
      count += fine.count[at] as number;
      nan += fine.nan[at] as number;
      inf += fine.inf[at] as number;
      if (Number.isNaN(fine.min[at])) continue;
      if (firstAt < 0) {
        firstAt = at;
        minAt = at;
        maxAt = at;
      } else {
        if ((fine.min[at] as number) < (fine.min[minAt] as number)) minAt = at;
        if ((fine.max[at] as number) > (fine.max[maxAt] as number)) maxAt = at;
      }
      lastAt = at;
    }
    coarse.count[bucket] = count;
    coarse.nan[bucket] = nan;
    coarse.inf[bucket] = inf;
    if (firstAt >= 0) {
      coarse.min[bucket] = fine.min[minAt] as number;
      coarse.max[bucket] = fine.max[maxAt] as number;
      coarse.first[bucket] = fine.first[firstAt] as number;
      coarse.last[bucket] = fine.last[lastAt] as number;
    }
    for (const [axis, of] of [
      [step, steps],
      [time, times],
    ] as const) {
      const [low, high] = endsOf(of, fine.count, from, to);
      axis.low[bucket] = low;
      axis.high[bucket] = high;
      axis.min[bucket] = of.min[firstAt < 0 ? from : minAt] as number;
      axis.max[bucket] = of.max[firstAt < 0 ? from : maxAt] as number;
      axis.first[bucket] = of.first[firstAt < 0 ? from : firstAt] as number;
      axis.last[bucket] = of.last[firstAt < 0 ? from : lastAt] as number;
    }
  }
  return coarse;
}

/** One row after the other. */
export function joinBuckets(parts: readonly Buckets[]): Buckets {
  const length = parts.reduce((sum, { count }) => sum + count.length, 0);
  return columnsBy((name) => {
    const all = new Float64Array(length);
    let at = 0;
    for (const part of parts) {
      all.set(part[name], at);
      at += part[name].length;
    }
    return all;
  });
}

/** Columns made one by one. */
export function columnsBy(make: (name: BucketColumn) => Float64Array): Buckets {
  const buckets: Partial<Record<BucketColumn, Float64Array>> = {};
  for (const name of bucketColumns) buckets[name] = make(name);
  return buckets as Buckets;
}

function axesOf(buckets: Buckets): readonly [step: BucketAxis, time: BucketAxis] {
  const { stepLow, stepHigh, stepMin, stepMax, stepFirst, stepLast } = buckets;
  const { timeLow, timeHigh, timeMin, timeMax, timeFirst, timeLast } = buckets;
  return [
    { low: stepLow, high: stepHigh, min: stepMin, max: stepMax, first: stepFirst, last: stepLast },
    { low: timeLow, high: timeHigh, min: timeMin, max: timeMax, first: timeFirst, last: timeLast },
  ];
}

const values: ReadonlySet<BucketColumn> = new Set(["min", "max", "first", "last"]);

function emptyBuckets(length: number): Buckets {
  // One block for all columns: allocating is what costs here.
  const block = new Float64Array(length * bucketColumns.length);
  let at = 0;
  return columnsBy((name) => {
    const column = block.subarray(at, at + length);
    at += length;
    if (name === "stepLow" || name === "timeLow") return column.fill(Number.POSITIVE_INFINITY);
    if (name === "stepHigh" || name === "timeHigh") return column.fill(Number.NEGATIVE_INFINITY);
    return values.has(name) ? column.fill(Number.NaN) : column;
  });
}

function isOrdered(xs: Float64Array, from: number, to: number): boolean {
  for (let at = from + 1; at < to; at++) if ((xs[at] as number) < (xs[at - 1] as number)) return false;
  return true;
}

/** Ends of several buckets as of one; open when one of them is, or when they don't follow each other. */
function endsOf(
  { low, high }: BucketAxis,
  count: Float64Array,
  from: number,
  to: number,
): readonly [low: number, high: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = from; at < to; at++) {
    if (count[at] === 0) continue;
    if ((low[at] as number) < most) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    if (least > most) least = low[at] as number;
    most = high[at] as number;
  }
  return [least, most];
}
