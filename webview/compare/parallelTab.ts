/** One line a run through any columns side by side. Dragging along an axis keeps the runs that pass there, in the table as well. */

import { html, nothing, type PropertyValues } from "lit";
import type { ComparePageState } from "../../src/protocol/comparePage.ts";
import { toggled } from "../shared/chartMove.ts";
import { colorText } from "../shared/contrast.ts";
import { icon } from "../shared/icon.ts";
import { Kept } from "../shared/kept.ts";
import { PlotElement, type PlotSize } from "../shared/plotElement.ts";
import { emptyState } from "../shared/states.ts";
import { type Theme, theme } from "../shared/theme.ts";
import { type PlotAxis, plotAxis } from "./brush.ts";
import { colorLegend } from "./colorLegend.ts";
import { columnChoice } from "./columnChoice.ts";
import type { CompareTable } from "./compareTable.ts";
import type { GridColumn } from "./gridColumns.ts";
import { colorScale } from "./runColors.ts";
import { textOf } from "./scatterTab.ts";

const margin = { left: 72, right: 72, top: 34, bottom: 16 };
const mostParameters = 5;
const reach = 8;
const grip = 24;
const keyStep = 0.05;

export class ParallelTab extends PlotElement {
  static override properties = {
    table: { attribute: false },
    state: { attribute: false },
    hover: { attribute: false },
    brushing: { state: true },
  };

  declare table: CompareTable;
  declare state: ComparePageState;
  declare save: (change: Partial<ComparePageState>) => void;
  declare open: (runId: string) => void;
  /** The range that is being dragged, as shares of its axis. */
  declare brushing: { readonly id: string; readonly from: number; readonly to: number } | null;
  private readonly keptAxes = new Kept<readonly PlotAxis[]>();
  private frame: PlotSize = { width: 0, height: 0 };

  constructor() {
    super();
    this.brushing = null;
  }

  protected override render(): unknown {
    const axes = this.axes();
    if (axes.length < 2)
      return emptyState("Parallel coordinates need two metrics or parameters in which the runs differ.");
    const ids = axes.map((axis) => axis.column.id);
    const others = this.choices().filter((column) => !ids.includes(column.id));
    const last = axes.at(-1);
    return html`<div class="controls" role="group" aria-label="Axes">
        ${ids.map((id, index) => this.axisChip(id, axes[index]?.column.title ?? "", ids))}
        ${columnChoice({ label: "Add axis", columns: others, chosen: null, none: "…", onChoose: (id) => id !== null && this.save({ axes: [...ids, id] }) })}
        <span class="grow"></span><span class="clip">${this.frontName()}</span>
      </div>
      <div class="brushes">${this.plot(`${axes.length} axes, ${this.table.filtered.length} runs, ${this.table.order.length} of them in the brushed ranges`)}
        <div class="brush-layer">${axes.map((axis, index) => this.brushArea(axis, index, axes.length))}</div>
      </div>
      ${last === undefined ? nothing : colorLegend(last.column.title, colorScale(last.column, theme().runs, textOf(last.column)), this.table, this.hover)}`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    this.table.need(this.axes().map(({ column }) => column.id));
  }

  private frontName(): unknown {
    const run = this.table.runs[this.table.places.get(this.hover.frontRun ?? "") ?? -1];
    return run === undefined ? html`<span class="quiet">Drag along an axis to choose runs</span>` : run.name;
  }

  private axisChip(id: string, title: string, ids: readonly string[]): unknown {
    const remove = () => {
      const { [id]: _gone, ...brushes } = this.state.brushes;
      this.save({ axes: toggled(ids, id), brushes });
    };
    return html`<button class="chip" title=${`Remove the axis ${title}`} ?disabled=${ids.length <= 2} @click=${remove}><span class="clip">${title}</span>${icon("close")}</button>`;
  }

  /** The place of an axis that takes the pointer and the keyboard: arrows move the upper end of its range, Shift+arrows the lower. */
  private brushArea(axis: PlotAxis, index: number, count: number): unknown {
    const { id, title } = axis.column;
    const range = this.rangeOf(id);
    const share = index / Math.max(1, count - 1);
    const onKey = (event: KeyboardEvent) => {
      const step = event.key === "ArrowUp" ? keyStep : event.key === "ArrowDown" ? -keyStep : 0;
      if (event.key === "Escape") this.brush(id, null);
      if (step === 0) return;
      event.preventDefault();
      const [from, to] = range ?? [0, 1];
      this.brush(id, event.shiftKey ? [from + step, to] : [from, to + step]);
    };
    return html`<div class="brush-axis" role="slider" tabindex="0" aria-orientation="vertical" aria-label=${`Range of ${title}`} aria-valuemin="0" aria-valuemax="100"
      aria-valuenow=${Math.round(100 * (range?.[1] ?? 1))} aria-valuetext=${range === null ? "all" : `from ${Math.round(range[0] * 100)} to ${Math.round(range[1] * 100)} percent of the axis`}
      .style=${`left:calc(${margin.left}px + (100% - ${margin.left + margin.right}px) * ${share} - ${grip / 2}px);width:${grip}px;top:${margin.top - 6}px;bottom:${margin.bottom - 6}px`}
      @pointerdown=${(event: PointerEvent) => this.startBrush(event, id)} @dblclick=${() => this.brush(id, null)} @keydown=${onKey}
      @pointermove=${(event: PointerEvent) => this.brushing === null && this.hover.bringForward(this.runUnder(event))}></div>`;
  }

  private runUnder(event: PointerEvent): string | null {
    const box = this.querySelector(".run-plot")?.getBoundingClientRect();
    return box === undefined ? null : this.runAt(event.clientX - box.left, event.clientY - box.top);
  }

  private startBrush(down: PointerEvent, id: string): void {
    const area = down.currentTarget;
    const box = this.querySelector(".run-plot")?.getBoundingClientRect();
    if (!(area instanceof HTMLElement) || box === undefined || down.button !== 0) return;
    const shareAt = (event: PointerEvent) => {
      const length = box.height - margin.top - margin.bottom;
      return Math.min(1, Math.max(0, 1 - (event.clientY - box.top - margin.top) / length));
    };
    const from = shareAt(down);
    area.setPointerCapture(down.pointerId);
    const onMove = (event: PointerEvent) => {
      this.brushing = { id, from, to: shareAt(event) };
    };
    const onEnd = () => {
      area.removeEventListener("pointermove", onMove);
      const brushed = this.brushing;
      this.brushing = null;
      if (brushed === null) return;
      const [low, high] = [Math.min(brushed.from, brushed.to), Math.max(brushed.from, brushed.to)];
      this.brush(id, high - low > 0.01 ? [low, high] : null);
    };
    area.addEventListener("pointermove", onMove);
    area.addEventListener("lostpointercapture", onEnd, { once: true });
  }

  private brush(id: string, range: readonly [number, number] | null): void {
    const { [id]: _before, ...others } = this.state.brushes;
    const low = Math.max(0, Math.min(range?.[0] ?? 0, 1));
    const high = Math.max(low, Math.min(range?.[1] ?? 1, 1));
    const whole = range === null || (low <= 0 && high >= 1);
    this.save({ brushes: whole ? others : { ...others, [id]: [low, high] } });
  }

  private rangeOf(id: string): readonly [number, number] | null {
    if (this.brushing?.id === id) {
      const { from, to } = this.brushing;
      return [Math.min(from, to), Math.max(from, to)];
    }
    return this.state.brushes[id] ?? null;
  }

  private choices(): readonly GridColumn[] {
    const kinds = ["metric", "parameter", "fact", "tag", "data"];
    return this.table.all.filter((column) => kinds.includes(column.group) && column.present > 0);
  }

  /** The chosen ones; of themselves the parameters that differ, and the key metric at the right. */
  private axes(): readonly PlotAxis[] {
    const { all, keyMetric } = this.table;
    return this.keptAxes.of([all, this.state.axes], () => {
      const parameters = all.filter((column) => column.group === "parameter" && column.differs);
      const key = all.filter((column) => column.id === `metric:${keyMetric}`);
      const metrics = all.filter(
        (column) => column.group === "metric" && column.differs && !key.includes(column),
      );
      const own = [
        ...parameters.slice(0, mostParameters),
        ...(parameters.length === 0 ? metrics.slice(0, 3) : []),
        ...key,
      ];
      const chosen = this.state.axes?.flatMap((id) => all.find((column) => column.id === id) ?? []);
      return (chosen ?? own).map(plotAxis);
    });
  }

  private xOf(index: number, count: number): number {
    const room = this.frame.width - margin.left - margin.right;
    return margin.left + (room * index) / Math.max(1, count - 1);
  }

  private yOf(place: number): number {
    return this.frame.height - margin.bottom - place * (this.frame.height - margin.top - margin.bottom);
  }

  protected override draw(context: CanvasRenderingContext2D, size: PlotSize, colors: Theme): void {
    this.frame = size;
    const axes = this.axes();
    const last = axes.at(-1);
    if (last === undefined) return;
    const scale = colorScale(last.column, colors.runs, textOf(last.column));
    const chosen = new Set(this.table.order);
    const front = this.hover.frontRuns.flatMap((id) => this.table.places.get(id) ?? []);
    const draw = (index: number, width: number, alpha: number) => {
      const color = scale.colors[index] ?? null;
      context.globalAlpha = alpha;
      context.lineWidth = width;
      context.strokeStyle = color === null ? colors.quiet : colorText(color);
      this.drawRun(context, axes, index);
    };
    const { filtered } = this.table;
    const strength = filtered.length > 300 ? 0.4 : 0.85;
    for (const index of filtered) if (!chosen.has(index)) draw(index, 1, 0.08);
    for (const index of this.table.order) draw(index, 1.25, front.length === 0 ? strength : 0.2);
    for (const index of front) if (chosen.has(index)) draw(index, front.length === 1 ? 3 : 2, 1);
    context.globalAlpha = 1;
    for (const [place, axis] of axes.entries())
      this.drawAxis(context, axis, this.xOf(place, axes.length), colors);
  }

  /** A run without a place on an axis has a gap there. */
  private drawRun(context: CanvasRenderingContext2D, axes: readonly PlotAxis[], index: number): void {
    context.beginPath();
    let drawing = false;
    axes.forEach((axis, at) => {
      const place = axis.places[index] ?? Number.NaN;
      const known = !Number.isNaN(place);
      const [x, y] = [this.xOf(at, axes.length), this.yOf(place)];
      if (known && drawing) context.lineTo(x, y);
      else if (known) context.moveTo(x, y);
      drawing = known;
    });
    context.stroke();
  }

  private drawAxis(context: CanvasRenderingContext2D, axis: PlotAxis, x: number, colors: Theme): void {
    const range = this.rangeOf(axis.column.id);
    context.strokeStyle = colors.quiet;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(Math.round(x) + 0.5, this.yOf(1));
    context.lineTo(Math.round(x) + 0.5, this.yOf(0));
    context.stroke();
    if (range !== null) {
      context.strokeStyle = colors.foreground;
      context.fillStyle = colors.foreground;
      context.globalAlpha = 0.15;
      context.fillRect(x - 7, this.yOf(range[1]), 14, this.yOf(range[0]) - this.yOf(range[1]));
      context.globalAlpha = 1;
      context.strokeRect(x - 7, this.yOf(range[1]), 14, this.yOf(range[0]) - this.yOf(range[1]));
    }
    context.font = `11px ${colors.font}`;
    context.textBaseline = "middle";
    context.textAlign = "right";
    const text = textOf(axis.column);
    const every = Math.ceil(axis.ticks.length / 12);
    axis.ticks.forEach(({ place, value }, index) => {
      if (index % every !== 0) return;
      const said = typeof value === "number" ? text(Number(value.toPrecision(3))) : value;
      const shown = said.length > 12 ? `${said.slice(0, 11)}…` : said;
      // Lines run through the texts of the inner axes: each has a rim of the background.
      context.strokeStyle = colors.background;
      context.lineWidth = 4;
      context.lineJoin = "round";
      context.strokeText(shown, x - 9, this.yOf(place));
      context.fillStyle = colors.quiet;
      context.fillText(shown, x - 9, this.yOf(place));
    });
    context.fillStyle = colors.foreground;
    context.textAlign = "center";
    context.fillText(`${axis.column.title}${axis.logarithmic ? " (log)" : ""}`, x, 12, 130);
  }

  protected override runAt(x: number, y: number): string | null {
    const axes = this.axes();
    let best: { readonly id: string; readonly far: number } | null = null;
    for (const index of this.table.order) {
      const far = this.distance(axes, index, x, y);
      if (far <= reach && (best === null || far < best.far))
        best = { id: this.table.runs[index]?.id ?? "", far };
    }
    return best?.id ?? null;
  }

  /** Vertical distance to the run's line at x. */
  private distance(axes: readonly PlotAxis[], index: number, x: number, y: number): number {
    for (let at = 0; at + 1 < axes.length; at++) {
      const [left, right] = [this.xOf(at, axes.length), this.xOf(at + 1, axes.length)];
      if (x < left || x > right) continue;
      const [from, to] = [axes[at]?.places[index] ?? Number.NaN, axes[at + 1]?.places[index] ?? Number.NaN];
      const place = from + ((to - from) * (x - left)) / (right - left);
      return Number.isNaN(place) ? Number.POSITIVE_INFINITY : Math.abs(this.yOf(place) - y);
    }
    return Number.POSITIVE_INFINITY;
  }

  protected override openRun(runId: string): void {
    this.open(runId);
  }
}

customElements.define("rl-parallel-tab", ParallelTab);
