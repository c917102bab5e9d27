/** Lines of a chart as strokes on a canvas. */

import type { ValueRange } from "./chartLine.ts";
import type { DrawnLine } from "./chartPicture.ts";

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** From places on the axes to pixels of the canvas; NaN stays NaN. */
export interface PixelScale {
  readonly frame: Frame;
  readonly toX: (x: number) => number;
  readonly toY: (y: number) => number;
}

export interface Ranges {
  readonly x: ValueRange;
  readonly y: ValueRange;
  readonly logarithmic: boolean;
}

// A canvas takes no places beyond these; what lies there is out of sight.
const furthest = 32_000;
// A line of a single point would not be seen.
const loneRadius = 2.5;

/** The same places as those of the ticks. */
export function pixelScale(frame: Frame, { x, y, logarithmic }: Ranges): PixelScale {
  const across = (frame.right - frame.left) / (x.max > x.min ? x.max - x.min : 1);
  const value = logarithmic ? Math.log10 : (y: number) => y;
  const [low, high] = [value(y.min), value(y.max)];
  const up = (frame.bottom - frame.top) / (high - low || 1);
  return {
    frame,
    toX: (place) => within(frame.left + (place - x.min) * across),
    toY: (place) => within(frame.bottom - (value(place) - low) * up),
  };
}

const within = (pixel: number) => Math.min(furthest, Math.max(-furthest, pixel));

/** The first lies below all others. */
export function strokeLines(
  context: CanvasRenderingContext2D,
  lines: readonly DrawnLine[],
  { frame, toX, toY }: PixelScale,
): void {
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top - 2, frame.right - frame.left + 2, frame.bottom - frame.top + 4);
  context.clip();
  for (const line of lines) strokeLine(context, line, toX, toY);
  context.restore();
}

/** One line, with gaps where its values are NaN. */
export function strokeLine(
  context: CanvasRenderingContext2D,
  { points, color, width, dash }: Pick<DrawnLine, "points" | "color" | "width" | "dash">,
  toX: (x: number) => number,
  toY: (y: number) => number,
): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.setLineDash([...dash]);
  context.beginPath();
  let drawing = false;
  for (const { x, y } of points) {
    const known = !Number.isNaN(y);
    if (known && drawing) context.lineTo(toX(x), toY(y));
    else if (known) context.moveTo(toX(x), toY(y));
    drawing = known;
  }
  context.stroke();
  const [only] = points;
  if (points.length !== 1 || only === undefined || Number.isNaN(only.y)) return;
  context.fillStyle = color;
  context.beginPath();
  context.arc(toX(only.x), toY(only.y), loneRadius, 0, 2 * Math.PI);
  context.fill();
}
