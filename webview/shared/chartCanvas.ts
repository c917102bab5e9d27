/**
 * The canvas side of a chart: chart.js lays out and draws the axes. The lines are ready in pixel columns: they are stroked here, since its
 * data sets make an object of every point, which takes longer than all the rest.
 */

import { Chart, LinearScale, LogarithmicScale } from "chart.js";
import { stepOf, valueTicks, xTicks, xTickText } from "./axis.ts";
import { drawBands, drawMarks } from "./chartMarks.ts";
import type { Drawing } from "./chartPicture.ts";
import { strokeLines } from "./chartStroke.ts";
import { type PixelScale, pixelScale } from "./pixelScale.ts";
import type { Theme } from "./theme.ts";

Chart.register(LinearScale, LogarithmicScale);

const tickSize = 11;

export interface CanvasSize {
  readonly width: number;
  readonly height: number;
}

/** What chart.js hands to a hook of an axis, as far as it is used; the first call is in the chart's own constructor. */
interface TickedScale {
  readonly chart: CanvasSize;
  ticks: { value: number }[];
}

/** One chart on one canvas. Sizes are CSS pixels. */
export class ChartCanvas {
  private readonly chart: Chart<"line", []>;
  private drawing: Drawing;
  private theme: Theme;

  constructor(canvas: HTMLCanvasElement, { width, height }: CanvasSize, drawing: Drawing, theme: Theme) {
    this.drawing = drawing;
    this.theme = theme;
    // It takes its first size from here: drawn at another one first, everything would be drawn twice.
    Object.assign(canvas, { width, height });
    this.chart = new Chart<"line", []>(canvas, {
      type: "line",
      data: { datasets: [] },
      options: {
        animation: false,
        responsive: false,
        maintainAspectRatio: false,
        events: [],
        layout: { padding: { top: 6, right: 8 } },
        scales: { x: this.xScale(), y: this.yScale() },
      },
      plugins: [{ id: "lines", afterDatasetsDraw: (chart: Chart) => this.drawLines(chart) }],
    });
  }

  draw(drawing: Drawing, theme: Theme): void {
    this.drawing = drawing;
    this.theme = theme;
    this.chart.options.scales = { x: this.xScale(), y: this.yScale() };
    this.chart.update("none");
  }

  resize(width: number, height: number): void {
    if (width !== this.chart.width || height !== this.chart.height) this.chart.resize(width, height);
  }

  private drawLines(chart: Chart): void {
    const { bands, lines } = this.drawing;
    drawBands(chart, bands);
    strokeLines(chart.ctx, lines, pixelScale(chart.chartArea, this.drawing));
    drawMarks(chart, lines);
  }

  /** From the axes to CSS pixels, as it is drawn now. */
  scale(): PixelScale {
    return pixelScale(this.chart.chartArea, this.drawing);
  }

  /** CSS pixels. */
  size(): CanvasSize {
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
      afterBuildTicks: (scale: TickedScale) => {
        const count = Math.max(2, Math.floor((scale.chart.width - 60) / (axis === "step" ? 58 : 68)));
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
      afterBuildTicks: (scale: TickedScale) => {
        const count = Math.max(2, Math.floor(scale.chart.height / 30));
        scale.ticks = valueTicks(y, logarithmic, count, unit.tickBase(y.max)).map((value) => ({ value }));
      },
      // One width for all charts of a column keeps their frames aligned.
      afterFit: (scale: { width: number }) => {
        scale.width = Math.max(scale.width, 52);
      },
    };
  }
}
