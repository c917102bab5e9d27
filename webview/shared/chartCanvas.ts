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
import { stepOf, valueTicks, xTicks, xTickText } from "./axis.ts";
import type { Point } from "./chartLine.ts";
import { drawBands, drawMarks } from "./chartMarks.ts";
import type { Drawing, DrawnLine } from "./chartPicture.ts";
import type { Theme } from "./theme.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale);

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
      plugins: [
        {
          id: "marks",
          beforeDatasetsDraw: (chart: Chart) => drawBands(chart, this.drawing.bands),
          afterDatasetsDraw: (chart: Chart) => drawMarks(chart, this.drawing.lines),
        },
      ],
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

  /** CSS pixels. */
  size(): { readonly width: number; readonly height: number } {
    return { width: this.chart.width, height: this.chart.height };
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

  get logarithmic(): boolean {
    return this.drawing.logarithmic;
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
        callback: (value: string | number, _at: number, ticks: readonly { value: number }[]) =>
          unit.tick(Number(value), logarithmic ? Number.NaN : stepOf(ticks.map((tick) => tick.value))),
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
