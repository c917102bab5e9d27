/** Small marks on a chart: those that tell lines apart, and those of values that no line can show. */

import type { Chart } from "chart.js";
import type { Marker } from "../../src/model/runColor.ts";
import { spacedMarks } from "./chartLine.ts";
import type { DrawnBand, DrawnLine } from "./chartPicture.ts";

const markerGap = 110;

/** The areas below all lines. */
export function drawBands(
  { ctx: context, chartArea: area, scales }: Chart,
  bands: readonly DrawnBand[],
): void {
  const pixelX = (x: number) => scales.x?.getPixelForValue(x) ?? 0;
  const pixelY = (y: number) => scales.y?.getPixelForValue(y) ?? 0;
  context.save();
  context.beginPath();
  context.rect(area.left, area.top, area.right - area.left, area.bottom - area.top);
  context.clip();
  for (const band of bands) fillBand(context, band, pixelX, pixelY);
  context.restore();
}

/** One area, with a gap where either edge is not known. */
export function fillBand(
  context: CanvasRenderingContext2D,
  { x, low, high, color }: DrawnBand,
  toX: (x: number) => number,
  toY: (y: number) => number,
): void {
  const known = (at: number) => Number.isFinite((low[at] ?? Number.NaN) + (high[at] ?? Number.NaN));
  const toEdge = (at: number, edge: readonly number[]) =>
    context.lineTo(toX(x[at] ?? 0), toY(edge[at] ?? Number.NaN));
  context.fillStyle = color;
  context.beginPath();
  for (let from = 0; from < x.length; from++) {
    if (!known(from)) continue;
    let to = from;
    while (known(to + 1)) to++;
    context.moveTo(toX(x[from] ?? 0), toY(high[from] ?? Number.NaN));
    for (let at = from + 1; at <= to; at++) toEdge(at, high);
    for (let at = to; at >= from; at--) toEdge(at, low);
    context.closePath();
    from = to;
  }
  context.fill();
}

/** Markers of all lines, and what the lines can't show. */
export function drawMarks(chart: Chart, lines: readonly DrawnLine[]): void {
  const { ctx: context, chartArea: area, scales } = chart;
  lines.forEach((line, index) => {
    context.fillStyle = line.color;
    context.strokeStyle = line.color;
    context.lineWidth = 1.5;
    if (line.marker !== null) drawMarkers(chart, line, line.marker, index);
    for (const gap of line.gaps)
      drawGap(
        context,
        scales.x?.getPixelForValue(gap.from) ?? 0,
        scales.x?.getPixelForValue(gap.to) ?? 0,
        area,
      );
    for (const { kind, at } of spacedMarks(line.bad, (x) => scales.x?.getPixelForValue(x) ?? 0)) {
      if (kind === "nan") drawCross(context, at, area.bottom - 6);
      else if (kind === "inf") drawShape(context, "triangle", at, area.top + 6, 3.5);
      else drawArrow(context, at, kind === "above" ? area.top + 1 : area.bottom - 1, kind);
    }
  });
}

/** Marks at even distances, shifted from line to line so that they do not pile up. */
function drawMarkers(
  { ctx, chartArea, scales }: Chart,
  line: DrawnLine,
  marker: Marker,
  index: number,
): void {
  let next = chartArea.left + 12 + ((index * 37) % markerGap);
  for (const point of line.points) {
    const x = scales.x?.getPixelForValue(point.x) ?? 0;
    if (x < next || Number.isNaN(point.y)) continue;
    drawShape(ctx, marker, x, scales.y?.getPixelForValue(point.y) ?? 0, 3);
    next = x + markerGap;
  }
}

/** A part that can't be read: a bracket below the place where the line is not. */
function drawGap(
  context: CanvasRenderingContext2D,
  from: number,
  to: number,
  { left, right, bottom }: { readonly left: number; readonly right: number; readonly bottom: number },
): void {
  const [begin, end] = [Math.max(left, from), Math.min(right, Math.max(to, from + 4))];
  if (end < begin) return;
  context.beginPath();
  context.moveTo(begin, bottom - 8);
  context.lineTo(begin, bottom - 3);
  context.lineTo(end, bottom - 3);
  context.lineTo(end, bottom - 8);
  context.stroke();
}

function drawCross(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  context.moveTo(x - 3, y - 3);
  context.lineTo(x + 3, y + 3);
  context.moveTo(x + 3, y - 3);
  context.lineTo(x - 3, y + 3);
  context.stroke();
}

/** A clipped value: an open arrow head at the edge that it lies beyond. */
function drawArrow(context: CanvasRenderingContext2D, x: number, y: number, side: "above" | "below"): void {
  const down = side === "above" ? 5 : -5;
  context.beginPath();
  context.moveTo(x - 4, y + down);
  context.lineTo(x, y);
  context.lineTo(x + 4, y + down);
  context.stroke();
}

/** A small filled shape; also used beside names, so that table, tooltip and chart show the same mark. */
export function drawShape(
  context: CanvasRenderingContext2D,
  marker: Marker,
  x: number,
  y: number,
  radius: number,
): void {
  context.beginPath();
  if (marker === "circle") context.arc(x, y, radius, 0, 2 * Math.PI);
  else if (marker === "square") context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
  else if (marker === "triangle") {
    context.moveTo(x, y - radius * 1.2);
    context.lineTo(x + radius * 1.1, y + radius);
    context.lineTo(x - radius * 1.1, y + radius);
  } else {
    context.moveTo(x, y - radius * 1.3);
    context.lineTo(x + radius * 1.3, y);
    context.lineTo(x, y + radius * 1.3);
    context.lineTo(x - radius * 1.3, y);
  }
  context.closePath();
  context.fill();
}
