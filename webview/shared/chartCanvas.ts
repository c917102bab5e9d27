/** The canvas side of a chart: chart.js draws lines and axes from ready points; events, tooltips and decimation are not its business. */

import {
  Chart,
  type ChartDataset,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
} from "chart.js";
import type { XAxis } from "../../src/model/metric.ts";
import type { Marker } from "../../src/model/runColor.ts";
import { valueTicks, xTicks, xTickText } from "./axis.ts";
import type { BadMark, Point, ValueRange } from "./chartLine.ts";
import type { MetricUnit } from "./metricUnit.ts";
import type { Theme } from "./theme.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale);

export interface DrawnLine {
  readonly points: Point[];
  readonly color: string;
  readonly width: number;
  readonly dash: readonly number[];
  /** Marks along the line that tell it apart without colour; null for none. */
  readonly marker: Marker | null;
  readonly bad: readonly BadMark[];
}

export interface Drawing {
  readonly lines: readonly DrawnLine[];
  readonly axis: XAxis;
  readonly x: ValueRange;
  readonly y: ValueRange;
  readonly logarithmic: boolean;
  readonly unit: MetricUnit;
}

const markerGap = 110;
// Marks of bad values that are closer than this are one.
const badGap = 10;
const tickSize = 11;

/** One chart on one canvas. Sizes are CSS pixels. */
export class ChartCanvas {
  private readonly chart: Chart<"line", Point[]>;
  private drawing: Drawing;
  private theme: Theme;

  constructor(canvas: HTMLCanvasElement, drawing: Drawing, theme: Theme) {
    this.drawing = drawing;
    this.theme = theme;
    this.chart = new Chart<"line", Point[]>(canvas, {
      type: "line",
      data: { datasets: [] },
      options: {
        animation: false,
        parsing: false,
        normalized: true,
        responsive: false,
        maintainAspectRatio: false,
        events: [],
        spanGaps: false,
        layout: { padding: { top: 6, right: 8 } },
        elements: { point: { radius: 0, hitRadius: 0 } },
      },
      plugins: [{ id: "marks", afterDatasetsDraw: (chart: Chart) => drawMarks(chart, this.drawing.lines) }],
    });
    this.draw(drawing, theme);
  }

  draw(drawing: Drawing, theme: Theme): void {
    this.drawing = drawing;
    this.theme = theme;
    this.chart.data.datasets = drawing.lines.map(dataset);
    this.chart.options.scales = { x: this.xScale(), y: this.yScale() };
    this.chart.update("none");
  }

  resize(width: number, height: number): void {
    this.chart.resize(width, height);
  }

  /** The frame of the lines within the canvas. */
  area(): { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number } {
    return this.chart.chartArea;
  }

  xAt(pixel: number): number {
    return this.chart.scales.x?.getValueForPixel(pixel) ?? 0;
  }

  pixelOfX(x: number): number {
    return this.chart.scales.x?.getPixelForValue(x) ?? 0;
  }

  pixelOfY(y: number): number {
    return this.chart.scales.y?.getPixelForValue(y) ?? 0;
  }

  destroy(): void {
    this.chart.destroy();
  }

  private tickFont() {
    return { family: this.theme.font, size: tickSize };
  }

  private xScale() {
    const { axis, x } = this.drawing;
    const length = x.max - x.min;
    return {
      type: "linear" as const,
      min: x.min,
      max: x.max > x.min ? x.max : x.min + 1,
      grid: { color: this.theme.grid, drawTicks: false },
      border: { display: false },
      ticks: {
        color: this.theme.quiet,
        font: this.tickFont(),
        maxRotation: 0,
        autoSkip: false,
        padding: 4,
        callback: (value: string | number) => xTickText(Number(value), axis, length),
      },
      afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
        const count = Math.max(2, Math.floor((this.chart.width - 60) / (axis === "step" ? 58 : 68)));
        scale.ticks = xTicks(x.min, x.max, axis, count).map((value) => ({ value }));
      },
    };
  }

  private yScale() {
    const { y, logarithmic, unit } = this.drawing;
    const type: "logarithmic" | "linear" = logarithmic ? "logarithmic" : "linear";
    return {
      type,
      min: y.min,
      max: y.max,
      grid: { color: this.theme.grid, drawTicks: false },
      border: { display: false },
      ticks: {
        color: this.theme.quiet,
        font: this.tickFont(),
        autoSkip: false,
        padding: 6,
        callback: (value: string | number) => unit.text(Number(value)),
      },
      afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
        const count = Math.max(2, Math.floor(this.chart.height / 30));
        scale.ticks = valueTicks(y, logarithmic, count, unit.tickBase(y.max)).map((value) => ({ value }));
      },
      // One width for all charts of a column keeps their frames aligned.
      afterFit: (scale: { width: number }) => {
        scale.width = Math.max(scale.width, 52);
      },
    };
  }
}

function drawMarks(chart: Chart, lines: readonly DrawnLine[]): void {
  const { ctx: context, chartArea: area, scales } = chart;
  lines.forEach((line, index) => {
    context.fillStyle = line.color;
    context.strokeStyle = line.color;
    context.lineWidth = 1.5;
    if (line.marker !== null) drawMarkers(chart, line, line.marker, index);
    const drawn = { nan: Number.NEGATIVE_INFINITY, inf: Number.NEGATIVE_INFINITY };
    for (const mark of line.bad) {
      const x = scales.x?.getPixelForValue(mark.x) ?? 0;
      if (x < drawn[mark.kind] + badGap) continue;
      drawn[mark.kind] = x;
      if (mark.kind === "nan") drawCross(context, x, area.bottom - 6);
      else drawShape(context, "triangle", x, area.top + 6, 3.5);
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

function dataset(line: DrawnLine): ChartDataset<"line", Point[]> {
  return {
    data: line.points,
    borderColor: line.color,
    borderWidth: line.width,
    borderDash: [...line.dash],
    borderJoinStyle: "round",
    pointRadius: line.points.length === 1 ? 2.5 : 0,
    pointBackgroundColor: line.color,
    pointBorderWidth: 0,
  };
}

function drawCross(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  context.moveTo(x - 3, y - 3);
  context.lineTo(x + 3, y + 3);
  context.moveTo(x + 3, y - 3);
  context.lineTo(x - 3, y + 3);
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
