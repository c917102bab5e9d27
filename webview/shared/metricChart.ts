/** One chart of one metric: asks for the pixels it has, draws them, and answers pointer and keyboard. */

import { html, nothing, type PropertyValues } from "lit";
import type { ColumnsResult, SeriesColumns } from "../../src/model/metric.ts";
import type { ZoomRange } from "../../src/protocol/chartLayout.ts";
import { axisKind, xText } from "./axis.ts";
import { type Band, bandOf, bandText, type ChartGroup } from "./chartBands.ts";
import { ChartCanvas } from "./chartCanvas.ts";
import { axisId, ChartData } from "./chartData.ts";
import { type DrawingInput, drawingOf, frontOf, shownSeries } from "./chartDrawing.ts";
import { saveBands, savePng, savePoints, saveSvg } from "./chartExport.ts";
import { readingAt } from "./chartLine.ts";
import type { ChartAct } from "./chartMove.ts";
import { type Front, Overlay } from "./chartOverlay.ts";
import type { Drawing } from "./chartPicture.ts";
import { ChartPointer } from "./chartPointer.ts";
import { badTexts, chartSummary, hiddenText, tableRows } from "./chartText.ts";
import { ClippedCount } from "./clippedCount.ts";
import { PageElement } from "./element.ts";
import type { Hover } from "./hover.ts";
import { icon, iconButton } from "./icon.ts";
import type { MenuItem } from "./menu.ts";
import { type ChartRun, type ChartSettings, type MetricSource, touches } from "./metricSource.ts";
import { metricUnit } from "./metricUnit.ts";
import { onThemeChange, theme } from "./theme.ts";
import { hideTooltip, showTooltip } from "./tooltip.ts";
import "./menu.ts";

const tableLimit = 60;
const dragType = "application/x-runline-chart";

export class MetricChart extends PageElement {
  static override properties = {
    source: { attribute: false },
    runs: { attribute: false },
    groups: { attribute: false },
    metric: { attribute: false },
    label: { attribute: false },
    settings: { attribute: false },
    hover: { attribute: false },
    zoom: { attribute: false },
    pinned: { attribute: false },
    full: { attribute: false },
    asTable: { state: true },
  };

  declare source: MetricSource;
  declare runs: readonly ChartRun[];
  /** Drawn as one line each, instead of their runs; empty for every run on its own. */
  declare groups: readonly ChartGroup[];
  declare metric: string;
  declare label: string;
  declare settings: ChartSettings;
  declare hover: Hover;
  /** What a person does to it (zoom, pin, full size, move) is told by the event `chart-act`. */
  declare zoom: ZoomRange | null;
  declare pinned: boolean;
  declare full: boolean;
  declare asTable: boolean;

  private readonly data = new ChartData(this, () => this);
  private readonly clipped = new ClippedCount(this, () => this);
  private readonly pointer = new ChartPointer(this);
  private canvas: ChartCanvas | undefined;
  private overlay: Overlay | undefined;
  /** Of the plot, in CSS pixels. */
  width = 0;
  private observed: Element | undefined;
  private drawn: ColumnsResult | undefined;
  private overview: ColumnsResult | null = null;
  private input: DrawingInput | undefined;
  private drawing: Drawing | undefined;
  private unsubscribe: (() => void)[] = [];
  private readonly observer = new ResizeObserver(() => this.fit());

  constructor() {
    super();
    this.groups = [];
    this.zoom = null;
    this.pinned = false;
    this.full = false;
    this.asTable = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.unsubscribe = [
      this.source.onChanged((changed) => {
        if (touches(changed, "metrics", this.runIds())) this.data.query.refresh();
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
    const series = this.data.query.value?.series ?? [];
    const named = this.named(series);
    const unit = metricUnit(this.metric);
    return html`<section class="chart" aria-label=${this.metric} @dragover=${this.onDragOver} @drop=${this.onDrop}>
      <header class="chart-head" draggable="true" @dragstart=${this.onDragStart}>
        <h4 title=${this.metric}>${this.label}</h4>
        <span class="readout" aria-live="off"></span>
        ${this.badges(series)}
        <span class="grow"></span>
        <span class="chart-buttons">
          ${this.zoom === null ? nothing : iconButton("zoom-out", "Reset zoom (double click)", () => this.setZoom(null))}
          ${iconButton("table", "Show as table", () => this.toggleTable(), this.asTable)}
          ${iconButton(this.pinned ? "pinned" : "pin", this.pinned ? "Unpin" : "Pin to the top", () => this.act("pin"), this.pinned)}
          ${iconButton(this.full ? "screen-normal" : "screen-full", this.full ? "Normal size" : "Full size", () => this.act("full"))}
          <rl-menu .label=${`More for ${this.metric}`} .items=${this.menu(series)}></rl-menu>
        </span>
      </header>
      <div class="plot" ?hidden=${this.asTable} tabindex="0" role="img" aria-label=${chartSummary(this.metric, named, unit.text)}
        @pointerdown=${this.pointer.down} @pointermove=${this.pointer.move} @pointerup=${this.pointer.up}
        @pointerleave=${this.pointer.leave} @dblclick=${() => this.setZoom(null)} @keydown=${this.pointer.key}
        @blur=${this.pointer.leave}>
        <canvas class="lines"></canvas><canvas class="overlay"></canvas>
        ${this.cover(series)}
      </div>
      ${this.asTable ? this.table(series) : nothing}
    </section>`;
  }

  private badges(series: readonly SeriesColumns[]): unknown {
    const texts = [...badTexts(series), this.settings.logarithmic ? hiddenText(series) : null];
    const clipped = this.clipped.text;
    return html`${texts.map((text) => (text === null ? nothing : html`<span class="badge warn" title=${badgeHelp}>${text}</span>`))}
      ${clipped === null ? nothing : html`<button class="badge warn" title=${clipHelp} @click=${() => this.dispatchEvent(new CustomEvent("show-all", { bubbles: true }))}>${clipped}</button>`}`;
  }

  private menu(series: readonly SeriesColumns[]): readonly MenuItem[] {
    const chart = { metric: this.metric, source: this.source, runs: this.drawnRuns() };
    const drawing = this.drawing;
    const pictures =
      drawing === undefined
        ? []
        : [
            {
              label: "Save as PNG",
              icon: "file-media",
              run: () => void savePng(chart, this.querySelector("canvas.lines"), theme()),
            },
            {
              label: "Save as SVG",
              icon: "file-code",
              run: () => void saveSvg(chart, drawing, this.canvas?.size(), theme()),
            },
          ];
    return [
      ...pictures,
      ...(this.groups.length > 0
        ? [
            {
              label: "Save the means as CSV",
              icon: "table",
              run: () => void saveBands(chart, this.data.bands),
            },
          ]
        : [{ label: "Save all points as CSV", icon: "table", run: () => void savePoints(chart, series) }]),
      { label: "Move to the left", icon: "arrow-left", run: () => this.act("left") },
      { label: "Move to the right", icon: "arrow-right", run: () => this.act("right") },
    ];
  }

  private act(act: "pin" | "full" | "left" | "right"): void {
    this.tell({ act, metric: this.metric });
  }

  private tell(detail: ChartAct): void {
    this.dispatchEvent(new CustomEvent("chart-act", { detail, bubbles: true }));
  }

  private readonly onDragStart = (event: DragEvent): void => {
    event.dataTransfer?.setData(dragType, this.metric);
  };

  private readonly onDragOver = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes(dragType)) event.preventDefault();
  };

  private readonly onDrop = (event: DragEvent): void => {
    const metric = event.dataTransfer?.getData(dragType);
    if (!metric || metric === this.metric) return;
    event.preventDefault();
    this.tell({ act: "drop", metric, before: this.metric });
  };

  /** What lies over an empty plot. */
  private cover(series: readonly SeriesColumns[]): unknown {
    const { failure, value, waiting } = this.data.query;
    if (failure !== undefined)
      return html`<div class="plot-cover" role="alert">
        <span>${icon("warning")} ${failure.message}</span>
        <button class="link" @click=${() => this.data.query.restart()}>Try again</button>
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
    const { text } = metricUnit(this.metric);
    const rows = tableRows(this.named(series), axisKind(this.settings.axis), tableLimit, text);
    return html`<div class="chart-table" tabindex="0">
      <table>
        <caption class="only-read">${chartSummary(this.metric, this.named(series), text)}</caption>
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
    if (before === undefined || axisId(before.axis) === axisId(this.settings.axis)) return;
    // A range of steps means nothing in seconds.
    if (this.zoom !== null) this.setZoom(null);
  }

  protected override updated(changed: PropertyValues<this>): void {
    const plot = this.querySelector<HTMLElement>(".plot");
    if (plot !== null && plot !== this.observed) {
      this.observed = plot;
      this.observer.observe(plot);
      // Measured now, not a frame later: the points are on their way while the page is laid out.
      this.width = plot.clientWidth;
    }
    this.data.follow();
    if (this.data.query.value !== this.drawn || changed.has("settings") || changed.has("runs")) this.redraw();
  }

  private fit(): void {
    const plot = this.querySelector<HTMLElement>(".plot");
    if (plot === null || plot.clientWidth === 0) return;
    const grown = Math.abs(plot.clientWidth - this.width) > 1;
    this.width = plot.clientWidth;
    this.canvas?.resize(plot.clientWidth, plot.clientHeight);
    this.overlay?.resize(plot.clientWidth, plot.clientHeight);
    if (grown) this.data.query.restart();
    this.redraw();
  }

  private redraw(): void {
    const result = this.data.query.value;
    const lines = this.querySelector<HTMLCanvasElement>("canvas.lines");
    const over = this.querySelector<HTMLCanvasElement>("canvas.overlay");
    if (result === undefined || lines === null || over === null || this.width === 0) return;
    this.drawn = result;
    if (this.zoom === null) this.overview = result;
    this.input = {
      result,
      overview: this.zoom === null ? null : this.overview,
      runs: this.drawnRuns(),
      settings: this.settings,
      unit: metricUnit(this.metric),
      theme: theme(),
      bands: this.shownBands(),
    };
    const drawing = drawingOf(this.input);
    // The head tells what is clipped, and its menu saves what is drawn.
    if (drawing.clipped !== this.drawing?.clipped) this.requestUpdate();
    this.drawing = drawing;
    this.clipped.follow(result, drawing);
    if (this.canvas === undefined) {
      const plot = lines.parentElement;
      this.canvas = new ChartCanvas(lines, drawing, theme());
      this.overlay = new Overlay(over);
      this.canvas.resize(this.width, plot?.clientHeight ?? 0);
      this.overlay.resize(this.width, plot?.clientHeight ?? 0);
    } else this.canvas.draw(drawing, theme());
    this.drawOverlay();
  }

  /** What is brought forward, in pixels. */
  private front(chart: ChartCanvas): Front {
    const runs = new Set(this.hover.frontRuns);
    if (runs.size === 0 || this.input === undefined) return { lines: [], bands: [] };
    const groups = this.groups.filter((group) => group.runIds.some((id) => runs.has(id)));
    const ids = this.groups.length > 0 ? new Set(groups.map(({ name }) => name)) : runs;
    const { lines, bands } = frontOf(this.input, ids, this.drawing?.logarithmic ?? false);
    const toX = (x: number) => chart.pixelOfX(x);
    const toY = (y: number) => (Number.isNaN(y) ? y : chart.pixelOfY(y));
    return {
      lines: lines.map((line) => ({
        ...line,
        points: line.points.map(({ x, y }) => ({ x: toX(x), y: toY(y) })),
      })),
      bands: bands.map(({ x, low, high, color }) => ({
        ...{ x: x.map(toX), low: low.map(toY), high: high.map(toY), color },
      })),
    };
  }

  /** Crosshair, dots and texts at the shared place; the canvas below stays as it is. */
  drawOverlay(): void {
    const readout = this.querySelector(".readout");
    const { x, owner } = this.hover.place;
    const chart = this.canvas;
    if (readout === null || chart === undefined || this.overlay === undefined) return;
    const colors = theme();
    const unit = metricUnit(this.metric);
    const shown = shownSeries(this.drawn?.series ?? [], this.drawnRuns());
    const readings = x === null ? [] : shown.map((each) => ({ ...each, ...this.reading(each.columns, x) }));
    const dots = readings.map(({ run, reading }) => ({
      x: chart.pixelOfX(reading?.x ?? Number.NaN),
      y: chart.pixelOfY(reading?.value ?? Number.NaN),
      color: colors.runs[run.look.color],
    }));
    this.overlay.draw({
      area: chart.area(),
      x: x === null ? null : chart.pixelOfX(x),
      dots: dots.length > 40 ? [] : dots,
      front: this.front(chart),
      background: colors.background,
      selection: this.pointer.selection,
      color: colors.foreground,
    });
    const only = readings.length === 1 ? readings[0]?.reading : undefined;
    const single = shown.length === 1 ? shown[0]?.columns : undefined;
    const last = single === undefined ? undefined : (single.last.at(-1) ?? Number.NaN);
    readout.textContent = only
      ? `${unit.text(only.value)} · ${xText(only.x, axisKind(this.settings.axis))}`
      : x === null && last !== undefined
        ? unit.text(last)
        : "";
    if (owner !== this || x === null) hideTooltip(this);
    else
      showTooltip(
        this,
        this.pointer.client,
        xText(readings[0]?.reading?.x ?? x, axisKind(this.settings.axis)),
        readings,
        axisKind(this.settings.axis),
        unit.text,
      );
  }

  private reading(columns: SeriesColumns, x: number) {
    const band = this.shownBands().find((each) => each.group === columns.runId);
    const note = band === undefined ? {} : { note: bandText(band, x) };
    return { reading: readingAt(columns, x), ...note };
  }

  /** The groups where there are any, as if each were a run. */
  private drawnRuns(): readonly ChartRun[] {
    return this.groups.length > 0
      ? this.groups.map(({ name, look }) => ({ id: name, name, look }))
      : this.runs;
  }

  private shownBands(): readonly Band[] {
    const { bands } = this.settings;
    return this.groups.length === 0 || bands === "off"
      ? []
      : this.data.bands.map((columns) => bandOf(columns, bands));
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
    this.tell({ act: "zoom", metric: this.metric, zoom });
  }

  private toggleTable(): void {
    this.asTable = !this.asTable;
  }

  private runIds(): readonly string[] {
    return this.runs.map((run) => run.id);
  }

  private named(series: readonly SeriesColumns[]) {
    return shownSeries(series, this.drawnRuns()).map(({ run, columns, attempts }) => ({
      name: attempts > 1 ? `${run.name} (attempt ${columns.attempt})` : run.name,
      columns,
    }));
  }
}

const clipHelp =
  "Outliers beyond the shown range. They are marked at the edge of the chart and stay in the table. Click to show them.";
const badgeHelp =
  "Values that are not numbers. They are marked in the chart: a cross at the bottom for NaN, a triangle at the top for infinity.";

customElements.define("rl-metric-chart", MetricChart);
