/** A line smoothed over all its points, then one value a pixel column. */

import type { Smoothing, SmoothLine } from "../model/metric.ts";
import { smoothedAt } from "../model/smoothing.ts";
import { firstAt } from "./ascending.ts";
import type { ChartWindow } from "./columns.ts";
import type { LinePoints } from "./line.ts";

/** The smoothed value at the last finite point of each column of the window that has one; values beyond `within` do not count. */
export function smoothLine(
  points: LinePoints,
  window: ChartWindow,
  smoothing: Smoothing,
  within: Within = everything,
): SmoothLine {
  const { xs, values } = pointsWithin(points, within);
  const { x0, x1, width } = window;
  const scale = x1 > x0 ? width / (x1 - x0) : 0;
  const columnOf = (x: number) => Math.min(width - 1, Math.floor((x - x0) * scale));
  const places: number[] = [];
  let column = 0;
  const isBeyond = (x: number) => x > x1 || columnOf(x) !== column;
  for (let at = firstAt(xs, 0, (x) => x >= x0); at < xs.length; ) {
    const x = xs[at] as number;
    if (!(x <= x1)) break;
    column = columnOf(x);
    at = firstAt(xs, at + 1, isBeyond);
    places.push(at - 1);
  }
  return { x: places.map((at) => xs[at] as number), y: [...smoothedAt(values, places, smoothing)] };
}

interface Within {
  readonly low: number;
  readonly high: number;
}

const everything: Within = { low: -Number.MAX_VALUE, high: Number.MAX_VALUE };

/** NaN and the infinities are within nothing. */
function pointsWithin({ xs, values }: LinePoints, { low, high }: Within): LinePoints {
  let inside = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (value >= low && value <= high) inside++;
  }
  if (inside === values.length) return { xs, values };
  const kept = { xs: new Float64Array(inside), values: new Float64Array(inside) };
  for (let at = 0, to = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (!(value >= low && value <= high)) continue;
    kept.xs[to] = xs[at] as number;
    kept.values[to++] = value;
  }
  return kept;
}
