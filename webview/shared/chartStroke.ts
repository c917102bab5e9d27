/** Lines of a chart as strokes on a canvas. */

import type { DrawnLine } from "./chartPicture.ts";
import type { PixelScale } from "./pixelScale.ts";

// A line of a single point would not be seen.
const loneRadius = 2.5;

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
