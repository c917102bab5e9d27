/** One chart of one metric: asks for the pixels it has, draws them, and answers pointer and keyboard. */

import { html, nothing, type PropertyValues } from "lit";
import type { ColumnsResult, SeriesColumns } from "../../src/model/metric.ts";
import { xText } from "./axis.ts";
import { ChartCanvas } from "./chartCanvas.ts";
import { type DrawingInput, drawingOf, frontLines, shownSeries } from "./chartDrawing.ts";
import { readingAt, smoothingUnit } from "./chartLine.ts";
import { type FrontLine, Overlay } from "./chartOverlay.ts";
import { ChartPointer, type ZoomRange } from "./chartPointer.ts";
import { badTexts, chartSummary, hiddenText, tableRows } from "./chartText.ts";
import { PageElement } from "./element.ts";
import type { Hover } from "./hover.ts";
import { icon, iconButton } from "./icon.ts";
import { type ChartRun, type ChartSettings, type MetricSource, touches } from "./metricSource.ts";
import { metricUnit } from "./metricUnit.ts";
import { Query } from "./query.ts";
import { onThemeChange, theme } from "./theme.ts";
import { hideTooltip, showTooltip } from "./tooltip.ts";

const tableLimit = 60;

export class MetricChart extends PageElement {
  static override properties = {
    source: { attribute: false },
    runs: { attribute: false },
    metric: { attribute: false },
    label: { attribute: false },
    settings: { attribute: false },
    hover: { attribute: false },
    zoom: { state: true },
    asTable: { state: true },
  };

  declare source: MetricSource;
  declare runs: readonly ChartRun[];
  declare metric: string;
  declare label: string;
  declare settings: ChartSettings;
  declare hover: Hover;
  declare zoom: ZoomRange | null;
  declare asTable: boolean;

  private readonly query = new Query<ColumnsResult>(this, (signal) => this.read(signal), "later");
  private readonly units = new Map<SeriesColumns["key"], number>();
  private readonly pointer = new ChartPointer(this);
  private canvas: ChartCanvas | undefined;
  private overlay: Overlay | undefined;
  private width = 0;
  private asked = "";
  private observed: Element | undefined;
  private drawn: ColumnsResult | undefined;
  private overview: ColumnsResult | null = null;
  private input: DrawingInput | undefined;
  private logarithmic = false;
  private unsubscribe: (() => void)[] = [];
  private readonly observer = new ResizeObserver(() => this.fit());

  constructor() {
    super();
    this.zoom = null;
    this.asTable = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.unsubscribe = [
      this.source.onChanged((changed) => {
        if (touches(changed, "metrics", this.runIds())) this.query.refresh();
      }),
      this.hover.subscribe(() => this.drawOverlay()),
      onThemeChange(() => this.redraw()),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.unsubscribe) end();
    this.observer.disconnect();
    this.observed = undefined;
    this.canvas?.destroy();
    this.canvas = undefined;
    this.overlay = undefined;
    hideTooltip(this);
  }

  protected override render(): unknown {
    const series = this.query.value?.series ?? [];
    const named = this.named(series);
    const badges = [...badTexts(series), this.settings.logarithmic ? hiddenText(series) : null].filter(
      (text) => text !== null,
    );
    return html`<section class="chart" aria-label=${this.metric}>
      <header class="chart-head">
        <h4 title=${this.metric}>${this.label}</h4>
        ${badges.map((text) => html`<span class="badge warn" title=${badgeHelp}>${text}</span>`)}
        <span class="grow"></span>
        <span class="readout" aria-live="off"></span>
        ${this.zoom === null ? nothing : iconButton("zoom-out", "Reset zoom (double click)", () => this.setZoom(null))}
        ${iconButton("table", "Show as table", () => this.toggleTable(), this.asTable)}
      </header>
      <div class="plot" ?hidden=${this.asTable} tabindex="0" role="img" aria-label=${chartSummary(this.metric, named)}
        @pointerdown=${this.pointer.down} @pointermove=${this.pointer.move} @pointerup=${this.pointer.up}
        @pointerleave=${this.pointer.leave} @dblclick=${() => this.setZoom(null)} @keydown=${this.pointer.key}
        @blur=${this.pointer.leave}>
        <canvas class="lines"></canvas><canvas class="overlay"></canvas>
        ${this.cover(series)}
      </div>
      ${this.asTable ? this.table(series) : nothing}
    </section>`;
  }

  /** What lies over an empty plot. */
  private cover(series: readonly SeriesColumns[]): unknown {
    const { failure, value, waiting } = this.query;
    if (failure !== undefined)
      return html`<div class="plot-cover" role="alert">
        <span>${icon("warning")} ${failure.message}</span>
        <button class="link" @click=${() => this.query.restart()}>Try again</button>
      </div>`;
    if (value === undefined)
      return waiting === "placeholder" || waiting === "long"
        ? html`<div class="plot-cover placeholder-plot" role="status">${waiting === "long" ? "Still reading …" : ""}</div>`
        : nothing;
    return series.length === 0 && (this.overview?.series.length ?? 0) === 0
      ? html`<div class="plot-cover quiet">No points yet</div>`
      : nothing;
  }

  private table(series: readonly SeriesColumns[]): unknown {
    const rows = tableRows(this.named(series), this.settings.axis, tableLimit);
    return html`<div class="chart-table" tabindex="0">
      <table>
        <caption class="only-read">${chartSummary(this.metric, this.named(series))}</caption>
        <thead><tr><th scope="col">run</th><th scope="col">at</th><th scope="col" class="number">value</th><th scope="col"></th></tr></thead>
        <tbody>${rows.map(
          (row) =>
            html`<tr><th scope="row" title=${row.name}>${row.name}</th><td>${row.place}</td><td class="number">${row.value}</td><td class="quiet">${row.note}</td></tr>`,
        )}</tbody>
      </table>
    </div>`;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("settings");
    if (before === undefined || before.axis === this.settings.axis) return;
    // A range of steps means nothing in seconds.
    this.zoom = null;
    this.units.clear();
  }

  protected override updated(changed: PropertyValues<this>): void {
    const plot = this.querySelector<HTMLElement>(".plot");
    if (plot !== null && plot !== this.observed) {
      this.observed = plot;
      this.observer.observe(plot);
    }
    const wanted = JSON.stringify([this.metric, this.settings.axis, this.runIds(), this.zoom]);
    if (wanted !== this.asked) {
      this.asked = wanted;
      if (this.width > 0) this.query.restart();
    }
    if (this.query.value !== this.drawn || changed.has("settings") || changed.has("runs")) this.redraw();
  }

  private read(signal: AbortSignal) {
    const width = Math.min(8192, Math.max(1, Math.round(this.width * devicePixelRatio)));
    const range = this.zoom === null ? {} : { x0: this.zoom.x0, x1: this.zoom.x1 };
    return this.source.columns(
      { runIds: this.runIds(), keys: [this.metric], axis: this.settings.axis, width, ...range },
      signal,
    );
  }

  private fit(): void {
    const plot = this.querySelector<HTMLElement>(".plot");
    if (plot === null || plot.clientWidth === 0) return;
    const grown = Math.abs(plot.clientWidth - this.width) > 1;
    this.width = plot.clientWidth;
    this.canvas?.resize(plot.clientWidth, plot.clientHeight);
    this.overlay?.resize(plot.clientWidth, plot.clientHeight);
    if (grown) this.query.restart();
    this.redraw();
  }

  private redraw(): void {
    const result = this.query.value;
    const lines = this.querySelector<HTMLCanvasElement>("canvas.lines");
    const over = this.querySelector<HTMLCanvasElement>("canvas.overlay");
    if (result === undefined || lines === null || over === null || this.width === 0) return;
    this.drawn = result;
    if (this.zoom === null) {
      this.overview = result;
      for (const columns of result.series) this.units.set(seriesId(columns), smoothingUnit(columns));
    }
    this.input = {
      result,
      overview: this.zoom === null ? null : this.overview,
      runs: this.runs,
      settings: this.settings,
      unit: metricUnit(this.metric),
      theme: theme(),
      unitOf: (columns) => this.units.get(seriesId(columns)) ?? smoothingUnit(columns),
    };
    const drawing = drawingOf(this.input);
    this.logarithmic = drawing.logarithmic;
    if (this.canvas === undefined) {
      const plot = lines.parentElement;
      this.canvas = new ChartCanvas(lines, drawing, theme());
      this.overlay = new Overlay(over);
      this.canvas.resize(this.width, plot?.clientHeight ?? 0);
      this.overlay.resize(this.width, plot?.clientHeight ?? 0);
    } else this.canvas.draw(drawing, theme());
    this.drawOverlay();
  }

  /** The lines of the run that is brought forward, in pixels. */
  private frontLines(chart: ChartCanvas): readonly FrontLine[] {
    const { frontRun } = this.hover;
    if (frontRun === null || this.input === undefined) return [];
    return frontLines(this.input, frontRun, this.logarithmic).map((line) => ({
      ...line,
      points: line.points.map(({ x, y }) => ({
        x: chart.pixelOfX(x),
        y: Number.isNaN(y) ? y : chart.pixelOfY(y),
      })),
    }));
  }

  /** Crosshair, dots and texts at the shared place; the canvas below stays as it is. */
  drawOverlay(): void {
    const readout = this.querySelector(".readout");
    const { x, owner } = this.hover.place;
    const chart = this.canvas;
    if (readout === null || chart === undefined || this.overlay === undefined) return;
    const colors = theme();
    const unit = metricUnit(this.metric);
    const shown = shownSeries(this.drawn?.series ?? [], this.runs);
    const readings =
      x === null ? [] : shown.map((each) => ({ ...each, reading: readingAt(each.columns, x) }));
    const dots = readings.map(({ run, reading }) => ({
      x: chart.pixelOfX(reading?.x ?? Number.NaN),
      y: chart.pixelOfY(reading?.value ?? Number.NaN),
      color: colors.runs[run.look.color],
    }));
    this.overlay.draw({
      area: chart.area(),
      x: x === null ? null : chart.pixelOfX(x),
      dots: dots.length > 40 ? [] : dots,
      front: this.frontLines(chart),
      background: colors.background,
      selection: this.pointer.selection,
      color: colors.foreground,
    });
    const only = readings.length === 1 ? readings[0]?.reading : undefined;
    const single = shown.length === 1 ? shown[0]?.columns : undefined;
    const last = single === undefined ? undefined : (single.last.at(-1) ?? Number.NaN);
    readout.textContent = only
      ? `${unit.text(only.value)} · ${xText(only.x, this.settings.axis)}`
      : x === null && last !== undefined
        ? unit.text(last)
        : "";
    if (owner !== this || x === null) hideTooltip(this);
    else
      showTooltip(
        this,
        this.pointer.client,
        xText(readings[0]?.reading?.x ?? x, this.settings.axis),
        readings,
        this.settings.axis,
        unit.text,
      );
  }

  /** Place on the axis under a pixel of the plot, or null outside the frame. */
  placeAt(pixel: number): number | null {
    const area = this.canvas?.area();
    if (this.canvas === undefined || area === undefined) return null;
    return this.canvas.xAt(Math.min(area.right, Math.max(area.left, pixel)));
  }

  /** The shown range of the axis. */
  range(): ZoomRange | null {
    return this.drawn === undefined ? null : { x0: this.drawn.x0, x1: this.drawn.x1 };
  }

  setZoom(zoom: ZoomRange | null): void {
    this.zoom = zoom;
  }

  private toggleTable(): void {
    this.asTable = !this.asTable;
  }

  private runIds(): readonly string[] {
    return this.runs.map((run) => run.id);
  }

  private named(series: readonly SeriesColumns[]) {
    return shownSeries(series, this.runs).map(({ run, columns, attempts }) => ({
      name: attempts > 1 ? `${run.name} (attempt ${columns.attempt})` : run.name,
      columns,
    }));
  }
}

const badgeHelp =
  "Values that are not numbers. They are marked in the chart: a cross at the bottom for NaN, a triangle at the top for infinity.";
const seriesId = (columns: SeriesColumns) => `${columns.runId} ${columns.attempt}`;

customElements.define("rl-metric-chart", MetricChart);
