/** Pixel columns of one series → what a chart draws and what its tooltip reads. Pure. */

import type { MissingPoints, SeriesColumns } from "../../src/model/metric.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A place with a value that the line can't show: not a number, or beyond the shown range. */
export interface BadMark {
  readonly x: number;
  readonly kind: "nan" | "inf" | "above" | "below";
}

/** A part of the axis where points of a line can't be read. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

const at = (values: readonly number[], index: number): number => values[index] ?? Number.NaN;

/**
 * The line through every extreme: in each column first, lowest and highest in their real order, last. A column without any finite
 * value is a gap (y is NaN). On a logarithmic axis values of zero and below can't be drawn and are gaps too.
 */
export function linePoints(columns: SeriesColumns, logarithmic: boolean): Point[] {
  const points: Point[] = [];
  const push = (x: number, y: number) => {
    const last = points.at(-1);
    if (logarithmic && y <= 0) return;
    if (last === undefined || last.x !== x || last.y !== y) points.push({ x, y });
  };
  for (let index = 0; index < columns.x.length; index++) {
    const low = at(columns.min, index);
    const high = at(columns.max, index);
    const start = at(columns.x, index);
    if (Number.isNaN(low) || (logarithmic && high <= 0)) {
      points.push({ x: start, y: Number.NaN });
      continue;
    }
    const lowX = at(columns.minX, index);
    const highX = at(columns.maxX, index);
    push(Math.min(start, lowX, highX), at(columns.first, index));
    if (lowX <= highX) push(lowX, low);
    push(highX, high);
    if (lowX > highX) push(lowX, low);
    push(Math.max(start, lowX, highX), at(columns.last, index));
  }
  return points;
}

/**
 * A zoomed line with the nearest real point of the whole series at each side, so that it runs on to the edges of the chart and does
 * not vanish between two points.
 */
export function withNeighbors(
  points: readonly Point[],
  overview: SeriesColumns | undefined,
  range: { readonly x0: number; readonly x1: number },
  logarithmic: boolean,
): Point[] {
  if (overview === undefined) return [...points];
  const all = linePoints(overview, logarithmic);
  const before = all.findLast((point) => point.x < range.x0);
  const after = all.find((point) => point.x > range.x1);
  return [...(before ? [before] : []), ...points, ...(after ? [after] : [])];
}

/** The smoothed line as the store has computed it from all points. */
export function smoothPoints({ smooth }: SeriesColumns, logarithmic: boolean): Point[] {
  if (smooth === undefined) return [];
  return smooth.x.map((x, index) => {
    const y = at(smooth.y, index);
    return { x, y: logarithmic && y <= 0 ? Number.NaN : y };
  });
}

/** Ranges of the axis in which stored points can't be read and nothing else is: there a line has a gap. */
export function gapsOf({ missing = [], x }: SeriesColumns): readonly MissingPoints[] {
  return missing.filter(({ from, to }) => !x.some((place) => place >= from && place <= to));
}

/** The points with a gap in each of the ranges. */
export function withGaps(points: readonly Point[], gaps: readonly MissingPoints[]): Point[] {
  const all = [...points];
  for (const { from } of gaps) {
    const after = all.findIndex(({ x }) => x > from);
    if (after > 0) all.splice(after, 0, { x: from, y: Number.NaN });
  }
  return all;
}

/** Where NaN and infinities were logged; at most one mark of each kind a column. */
export function badMarks(columns: SeriesColumns): readonly BadMark[] {
  const marks: BadMark[] = [];
  for (let index = 0; index < columns.x.length; index++) {
    const x = at(columns.x, index);
    if (at(columns.nan, index) > 0) marks.push({ x, kind: "nan" });
    if (at(columns.inf, index) > 0) marks.push({ x, kind: "inf" });
  }
  return marks;
}

/** What a series says at a place: the nearest real point, and the range that its pixel column covers. */
export interface Reading {
  readonly x: number;
  /** NaN where the column holds no number. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The reading nearest to x, or null for an empty series. */
export function readingAt(columns: SeriesColumns, x: number): Reading | null {
  const index = nearestIndex(columns.x, x);
  if (index < 0) return null;
  const low = at(columns.min, index);
  const high = at(columns.max, index);
  const start = at(columns.x, index);
  const candidates = [
    { x: start, value: at(columns.first, index) },
    { x: at(columns.minX, index), value: low },
    { x: at(columns.maxX, index), value: high },
  ].filter((candidate) => Number.isFinite(candidate.x));
  const [nearest] = candidates.sort((a, b) => Math.abs(a.x - x) - Math.abs(b.x - x));
  return { x: nearest?.x ?? start, value: nearest?.value ?? Number.NaN, low, high };
}

/** Index of the entry nearest to x in ascending values; -1 where there is none. */
export function nearestIndex(values: readonly number[], x: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(values, middle) < x) low = middle + 1;
    else high = middle;
  }
  if (low > 0 && x - at(values, low - 1) <= at(values, low) - x) return low - 1;
  return values.length === 0 ? -1 : low;
}

export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

/** The range of the values that can be drawn, or null where there are none. */
export function valueRange(all: readonly SeriesColumns[], logarithmic: boolean): ValueRange | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  const take = (value: number) => {
    if (!Number.isFinite(value) || (logarithmic && value <= 0)) return;
    if (value < min) min = value;
    if (value > max) max = value;
  };
  for (const columns of all) {
    for (const value of columns.min) take(value);
    for (const value of columns.max) take(value);
    if (logarithmic) for (const value of columns.first) take(value);
    if (logarithmic) for (const value of columns.last) take(value);
  }
  return min <= max ? { min, max } : null;
}

// Marks that are closer than this are one.
const markGap = 10;
const never = Number.NEGATIVE_INFINITY;

/** What a line can't show, by its pixels: of marks of a kind that are too close to each other the first. */
export function spacedMarks(
  bad: readonly BadMark[],
  toX: (x: number) => number,
): readonly { readonly kind: BadMark["kind"]; readonly at: number }[] {
  const drawn = { nan: never, inf: never, above: never, below: never };
  return bad.flatMap(({ kind, x }) => {
    const at = toX(x);
    if (at < drawn[kind] + markGap) return [];
    drawn[kind] = at;
    return [{ kind, at }];
  });
}
