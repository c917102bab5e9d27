/**
 * Outliers of a chart: which range shows the rest well, and how much lies beyond it. Nothing is left out of the data; only a smoothed line
 * passes over what is beyond. The range is one for all series of the chart, as its axis is. Pure.
 */

import type { SeriesColumns } from "../../src/model/metric.ts";
import { paddedRange } from "./axis.ts";
import { type ValueRange, valueRange } from "./chartLine.ts";

const tail = 0.02;
// A start of training that is two ranges away is still worth seeing; a single spike is not worth the rest.
const reach = 1;

/** The range in which nearly all values of one series lie, widened by its own length; null without values. */
export function ordinaryRange(columns: SeriesColumns, logarithmic: boolean): ValueRange | null {
  const values = [...columns.min, ...columns.max, ...columns.last]
    .filter((value) => Number.isFinite(value) && !(logarithmic && value <= 0))
    .map((value) => (logarithmic ? Math.log10(value) : value))
    .sort((a, b) => a - b);
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined) return null;
  const at = (share: number) => values[Math.round(share * (values.length - 1))] ?? 0;
  const [low, high] = [at(tail), at(1 - tail)];
  const length = Math.max(high - low, Math.abs(at(0.5)) * 0.1);
  const range = {
    min: Math.max(first, low - reach * length),
    max: Math.min(last, high + reach * length),
  };
  return logarithmic ? { min: 10 ** range.min, max: 10 ** range.max } : range;
}

/** The smallest range that holds the ordinary range of every series. */
export function clippedRange(all: readonly SeriesColumns[], logarithmic: boolean): ValueRange | null {
  let whole: ValueRange | null = null;
  for (const columns of all) {
    const range = ordinaryRange(columns, logarithmic);
    if (range === null) continue;
    whole =
      whole === null ? range : { min: Math.min(whole.min, range.min), max: Math.max(whole.max, range.max) };
  }
  return whole;
}

/** The range that a clipped chart of these series shows; null where it clips nothing. */
export function clippingRange(all: readonly SeriesColumns[], wantsLogarithmic: boolean): ValueRange | null {
  const logarithmic = wantsLogarithmic && valueRange(all, true) !== null;
  const range = paddedRange(clippedRange(all, logarithmic), logarithmic);
  return all.some((columns) => clippedPlaces(columns, range).length > 0) ? range : null;
}

export interface ClippedPlace {
  readonly x: number;
  readonly side: "above" | "below";
}

/** Where a series leaves the range, at the real positions of its extremes. */
export function clippedPlaces(columns: SeriesColumns, range: ValueRange): readonly ClippedPlace[] {
  const places: ClippedPlace[] = [];
  columns.max.forEach((value, index) => {
    if (value > range.max) places.push({ x: columns.maxX[index] ?? 0, side: "above" });
  });
  columns.min.forEach((value, index) => {
    if (value < range.min) places.push({ x: columns.minX[index] ?? 0, side: "below" });
  });
  return places;
}
