/** A series as one chart sees it: its values over the x of that chart. */

import type { SeriesRef } from "../model/metric.ts";
import { isAscending } from "./ascending.ts";
import type { ColumnReducer } from "./columns.ts";

export interface LinePoint {
  readonly x: number;
  readonly value: number;
}

/** Points of a line by ascending x; points of one x in order of arrival. */
export interface LinePoints {
  readonly xs: Float64Array;
  readonly values: Float64Array;
}

export interface Line {
  readonly of: SeriesRef;
  readonly count: number;
  /** Range of x over all points; crossed (Infinity, -Infinity) when there is none. */
  readonly low: number;
  readonly high: number;
  /** Adds the points that lie in the reducer's window. `coarsely` allows buckets of half a column where they are there. */
  reduce(reducer: ColumnReducer, coarsely: boolean): void;
  points(): LinePoints;
  /** The finite value nearest to x on the left (below x) or on the right (above x). */
  nearest(x: number, side: "left" | "right"): LinePoint | null;
}

/** A line that is held as a whole. */
export function lineOf(of: SeriesRef, points: LinePoints): Line {
  const { xs, values } = points;
  return {
    of,
    count: xs.length,
    low: xs[0] ?? Number.POSITIVE_INFINITY,
    high: xs.at(-1) ?? Number.NEGATIVE_INFINITY,
    reduce: (reducer) => reducer.add(xs, values),
    points: () => points,
    nearest: (x, side) => {
      const fits = (at: number) => isBeside(xs[at], x, side) && Number.isFinite(values[at]);
      const at =
        side === "left"
          ? xs.findLastIndex((_, place) => fits(place))
          : xs.findIndex((_, place) => fits(place));
      return at < 0 ? null : { x: xs[at] as number, value: values[at] as number };
    },
  };
}

/** The finite value of unsorted points that is nearest to x on a side; of points on one x, the last to arrive. */
export function nearestOf(
  xs: Float64Array,
  values: Float64Array,
  x: number,
  side: "left" | "right",
): LinePoint | null {
  let found: LinePoint | null = null;
  for (let at = 0; at < xs.length; at++) {
    const here = xs[at] as number;
    if (!isBeside(here, x, side) || !Number.isFinite(values[at])) continue;
    if (found === null || (side === "left" ? here >= found.x : here <= found.x))
      found = { x: here, value: values[at] as number };
  }
  return found;
}

function isBeside(here: number | undefined, x: number, side: "left" | "right"): boolean {
  return here !== undefined && (side === "left" ? here < x : here > x);
}

/** Points by ascending x, in order of arrival where x is equal. */
export function inOrder({ xs, values }: LinePoints): LinePoints {
  if (isAscending(xs)) return { xs, values };
  const order = orderOf(xs);
  return {
    xs: Float64Array.from(order, (at) => xs[at] as number),
    values: Float64Array.from(order, (at) => values[at] as number),
  };
}

/** Places by ascending x, stable. */
export function orderOf(xs: Float64Array): Uint32Array {
  return Uint32Array.from(xs, (_, at) => at).sort(
    (left, right) => (xs[left] as number) - (xs[right] as number) || left - right,
  );
}
