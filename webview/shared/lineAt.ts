/** Which line of a chart the pointer is on. Pure. */

import type { Point } from "./chartLine.ts";
import type { DrawnLine } from "./chartPicture.ts";

/** A line that is no further than this from the pointer, in pixels, is the one that is meant. */
const reach = 10;

/** The run or group whose line passes nearest to a pixel; null where none is near. `toPixel` answers NaN in the gaps of a line. */
export function lineAt(
  lines: readonly DrawnLine[],
  at: Point,
  toPixel: (point: Point) => Point,
): string | null {
  let best: { readonly of: string; readonly far: number } | null = null;
  for (const { of, points } of lines) {
    const far = distance(points, at, toPixel);
    if (far <= reach && (best === null || far < best.far)) best = { of, far };
  }
  return best?.of ?? null;
}

/** To the strokes around the place; a column of pixels has at most four points, in ascending order of columns. */
function distance(points: readonly Point[], at: Point, toPixel: (point: Point) => Point): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const point = points[middle];
    if (point !== undefined && toPixel(point).x < at.x - reach) low = middle + 1;
    else high = middle;
  }
  let nearest = Number.POSITIVE_INFINITY;
  let before: Point | undefined;
  for (let index = Math.max(0, low - 1); index < points.length; index++) {
    const point = points[index];
    if (point === undefined) break;
    const pixel = toPixel(point);
    nearest = Math.min(nearest, toStroke(at, before ?? pixel, pixel));
    before = Number.isNaN(pixel.y) ? undefined : pixel;
    if (pixel.x > at.x + reach) break;
  }
  return nearest;
}

/** Infinite for a gap. */
function toStroke(at: Point, from: Point, to: Point): number {
  const [width, height] = [to.x - from.x, to.y - from.y];
  const length = width ** 2 + height ** 2;
  const share = length === 0 ? 0 : ((at.x - from.x) * width + (at.y - from.y) * height) / length;
  const place = Math.min(1, Math.max(0, share));
  const far = Math.hypot(from.x + place * width - at.x, from.y + place * height - at.y);
  return Number.isNaN(far) ? Number.POSITIVE_INFINITY : far;
}
