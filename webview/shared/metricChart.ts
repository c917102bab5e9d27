/** One chart of one metric: asks for the pixels it has, draws them, and answers pointer and keyboard. */

import { html, nothing, type PropertyValues } from "lit";
import type { ColumnsResult, SeriesColumns } from "../../src/model/metric.ts";
import type { ZoomRange } from "../../src/protocol/chartLayout.ts";
import { axisKind, xText } from "./axis.ts";
import { type Band, bandOf, bandText, type ChartGroup } from "./chartBands.ts";
import { ChartCanvas } from "./chartCanvas.ts";
import { axisId, ChartData } from "./chartData.ts";
import { type DrawingInput, drawingOf, type ShownSeries, shownSeries } from "./chartDrawing.ts";
import { saveBands, savePng, savePoints, saveSvg } from "./chartExport.ts";
import { chartHead, plotCover, tableTwin } from "./chartFace.ts";
import { ChartFront } from "./chartFront.ts";
import { readingAt } from "./chartLine.ts";
import type { ChartAct } from "./chartMove.ts";
import { FrontLayer, Overlay } from "./chartOverlay.ts";
import type { Drawing } from "./chartPicture.ts";
import { ChartPointer } from "./chartPointer.ts";
import { chartSummary, missingPoints, missingText, type NamedSeries, unreadableNames } from "./chartText.ts";
import { ClippedCount } from "./clippedCount.ts";
import { PageElement } from "./element.ts";
import type { Hover } from "./hover.ts";
import { Kept } from "./kept.ts";
import { lineAt } from "./lineAt.ts";
import type { MenuItem } from "./menu.ts";
import { type ChartRun, type ChartSettings, type MetricSource, touches } from "./metricSource.ts";
import { metricUnit } from "./metricUnit.ts";
import { onThemeChange, theme } from "./theme.ts";
import { hideTooltip, showTooltip } from "./tooltip.ts";
import { Watched } from "./watched.ts";

const dragType = "application/x-runline-chart";
// More dots than this on one crosshair hide each other.
const mostDots = 40;

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
  private readonly front = new ChartFront();
  private readonly shown = new Kept<readonly ShownSeries[]>();
  private canvas: ChartCanvas | undefined;
  private frontLayer: FrontLayer | undefined;
  private overlay: Overlay | undefined;
  /** Of the plot, in CSS pixels. */
  width = 0;
  private drawn: ColumnsResult | undefined;
  private overview: ColumnsResult | null = null;
  private input: DrawingInput | undefined;
  private drawing: Drawing | undefined;
  private unsubscribe: (() => void)[] = [];
  private readonly watched = new Watched(this, new ResizeObserver(() => this.fit()));

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
    this.canvas?.destroy();
    this.canvas = undefined;
    this.frontLayer = undefined;
    this.overlay = undefined;
    hideTooltip(this);
  }

  protected override render(): unknown {
    const series = this.data.query.value?.series ?? [];
    const named = this.named(series);
    const { metric, label, settings, asTable, pinned, full } = this;
    const { pointer } = this;
    // A range may lie beside the points of a run; the whole of a run may not be empty.
    const unreadable = this.zoom === null ? unreadableNames(named) : [];
    const head = chartHead({
      ...{ metric, label, series, settings, asTable, pinned, full },
      ...{ clipped: this.clipped.text, unreadable, missing: missingPoints(named) },
      zoomed: this.zoom !== null,
      menu: this.menu(series),
      onDragStart: (event) => event.dataTransfer?.setData(dragType, metric),
      showAll: () => this.dispatchEvent(new CustomEvent("show-all", { bubbles: true })),
      resetZoom: () => this.setZoom(null),
      toggleTable: () => this.toggleTable(),
      act: (act) => this.act(act),
    });
    return html`<section class="chart" aria-label=${metric} @dragover=${this.onDragOver} @drop=${this.onDrop}>
      ${head}
      <div class="plot" ?hidden=${asTable} tabindex="0" role="img" aria-label=${chartSummary(metric, named, metricUnit(metric).text)}
        @pointerdown=${pointer.down} @pointermove=${pointer.move} @pointerup=${pointer.up}
        @pointerleave=${pointer.leave} @dblclick=${() => this.setZoom(null)} @keydown=${pointer.key} @blur=${pointer.leave}>
        <canvas class="lines"></canvas><canvas class="front"></canvas><canvas class="overlay"></canvas>
        ${plotCover(this.data.query, this.emptiness(series, unreadable))}
      </div>
      ${asTable ? tableTwin(metric, named, settings) : nothing}
    </section>`;
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

  /** What is said in place of lines; null where there are some. */
  private emptiness(series: readonly SeriesColumns[], unreadable: readonly string[]): string | null {
    if (series.length === 0) return (this.overview?.series.length ?? 0) === 0 ? "No points yet" : null;
    return unreadable.length === series.length
      ? "The stored points can't be read. The run's findings say what to do."
      : null;
  }

  private act(act: "pin" | "full" | "left" | "right"): void {
    this.tell({ act, metric: this.metric });
  }

  private tell(detail: ChartAct): void {
    this.dispatchEvent(new CustomEvent("chart-act", { detail, bubbles: true }));
  }

  private readonly onDragOver = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes(dragType)) event.preventDefault();
  };

  private readonly onDrop = (event: DragEvent): void => {
    const metric = event.dataTransfer?.getData(dragType);
    if (!metric || metric === this.metric) return;
    event.preventDefault();
    this.tell({ act: "drop", metric, before: this.metric });
  };

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("settings");
    if (before === undefined || axisId(before.axis) === axisId(this.settings.axis)) return;
    // A range of steps means nothing in seconds.
    if (this.zoom !== null) this.setZoom(null);
  }

  protected override updated(changed: PropertyValues<this>): void {
    const plot = this.querySelector<HTMLElement>(".plot");
    // Measured now, not a frame later: the points are on their way while the page is laid out.
    if (this.watched.follow(plot) && plot !== null) this.width = plot.clientWidth;
    this.data.follow();
    if (this.data.query.value !== this.drawn || changed.has("settings") || changed.has("runs")) this.redraw();
  }

  private fit(): void {
    const plot = this.querySelector<HTMLElement>(".plot");
    if (plot === null || plot.clientWidth === 0) return;
    const grown = Math.abs(plot.clientWidth - this.width) > 1;
    this.width = plot.clientWidth;
    this.canvas?.resize(plot.clientWidth, plot.clientHeight);
    this.frontLayer?.resize(plot.clientWidth, plot.clientHeight);
    this.overlay?.resize(plot.clientWidth, plot.clientHeight);
    if (grown) this.data.query.restart();
    this.redraw();
  }

  private redraw(): void {
    const result = this.data.query.value;
    const lines = this.querySelector<HTMLCanvasElement>("canvas.lines");
    const front = this.querySelector<HTMLCanvasElement>("canvas.front");
    const over = this.querySelector<HTMLCanvasElement>("canvas.overlay");
    if (result === undefined || lines === null || front === null || over === null || this.width === 0) return;
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
      const height = lines.parentElement?.clientHeight ?? 0;
      this.canvas = new ChartCanvas(lines, { width: this.width, height }, drawing, theme());
      this.frontLayer = new FrontLayer(front);
      this.overlay = new Overlay(over);
      for (const layer of [this.frontLayer, this.overlay]) layer.resize(this.width, height);
    } else this.canvas.draw(drawing, theme());
    this.drawOverlay();
  }

  /** The runs of the line at a place of the plot come forward; those that were in front go back. */
  pointTo(at: { readonly x: number; readonly y: number } | null): void {
    const chart = this.canvas;
    const toPixel = ({ x, y }: { readonly x: number; readonly y: number }) => ({
      x: chart?.pixelOfX(x) ?? 0,
      y: Number.isNaN(y) ? y : (chart?.pixelOfY(y) ?? 0),
    });
    const found = at === null ? null : lineAt(this.drawing?.lines ?? [], at, toPixel);
    const members = this.groups.find(({ name }) => name === found)?.runIds;
    this.hover.bringAllForward(found === null ? [] : (members ?? [found]));
  }

  /** Who shows the runs beside the charts is told which was clicked. */
  choose(): void {
    const { frontRun } = this.hover;
    if (frontRun !== null)
      this.dispatchEvent(new CustomEvent("run-choose", { detail: frontRun, bubbles: true }));
  }

  /** Crosshair, dots and texts at the shared place; the canvas below stays as it is. */
  drawOverlay(): void {
    const readout = this.querySelector(".readout");
    const { x, owner } = this.hover.place;
    const chart = this.canvas;
    if (readout === null || chart === undefined || this.overlay === undefined) return;
    const colors = theme();
    const unit = metricUnit(this.metric);
    const shown = this.shown.of([this.drawn, this.runs, this.groups], () =>
      shownSeries(this.drawn?.series ?? [], this.drawnRuns()),
    );
    // Only the chart that is pointed at says what all of very many lines are.
    const reads = x !== null && (owner === this || shown.length <= mostDots);
    const readings = reads ? shown.map((each) => ({ ...each, ...this.reading(each.columns, x) })) : [];
    const dots = readings.map(({ run, reading }) => ({
      x: chart.pixelOfX(reading?.x ?? Number.NaN),
      y: chart.pixelOfY(reading?.value ?? Number.NaN),
      color: colors.runs[run.look.color],
    }));
    const front = this.front.of(this.input, chart.logarithmic, this.groups, this.hover.frontRuns);
    this.frontLayer?.draw(front, chart.scale(), colors.background);
    this.overlay.draw({
      area: chart.area(),
      x: x === null ? null : chart.pixelOfX(x),
      dots: dots.length > mostDots ? [] : dots,
      selection: this.pointer.selection,
      color: colors.foreground,
    });
    const only = readings.length === 1 ? readings[0]?.reading : undefined;
    const single = shown.length === 1 ? shown[0]?.columns : undefined;
    const last = single?.last.at(-1);
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
        readings.map((row) => ({ ...row, front: this.isFront(row.run.id) })),
        axisKind(this.settings.axis),
        unit.text,
      );
  }

  private isFront(id: string): boolean {
    const members = this.groups.find(({ name }) => name === id)?.runIds ?? [id];
    return members.some((run) => this.hover.frontRuns.includes(run));
  }

  private reading(columns: SeriesColumns, x: number) {
    const band = this.shownBands().find((each) => each.group === columns.runId);
    const missing = missingText(columns, x);
    const note = missing !== null ? { note: missing } : band === undefined ? {} : { note: bandText(band, x) };
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

  private named(series: readonly SeriesColumns[]): readonly NamedSeries[] {
    return shownSeries(series, this.drawnRuns()).map(({ run, columns, attempts }) => ({
      name: attempts > 1 ? `${run.name} (attempt ${columns.attempt})` : run.name,
      columns,
    }));
  }
}

customElements.define("rl-metric-chart", MetricChart);
