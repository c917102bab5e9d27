/** One mark a run: any two columns against each other, colored by a third. */

import { html, nothing, type PropertyValues } from "lit";
import { formatDuration, formatValue } from "../../src/model/format.ts";
import type { ComparePageState } from "../../src/protocol/comparePage.ts";
import { paddedRange, valueTicks } from "../shared/axis.ts";
import type { ValueRange } from "../shared/chartLine.ts";
import { drawShape } from "../shared/chartMarks.ts";
import { colorText } from "../shared/contrast.ts";
import { PlotElement, type PlotSize } from "../shared/plotElement.ts";
import { emptyState } from "../shared/states.ts";
import { type Theme, theme } from "../shared/theme.ts";
import { isWide } from "./brush.ts";
import { colorLegend } from "./colorLegend.ts";
import { differentValues } from "./columnCells.ts";
import { columnChoice } from "./columnChoice.ts";
import type { CompareTable } from "./compareTable.ts";
import type { GridColumn } from "./gridColumns.ts";
import { type ColorScale, colorScale } from "./runColors.ts";

const margin = { left: 72, right: 20, top: 28, bottom: 40 };
const reach = 12;

interface Mark {
  readonly index: number;
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

export class ScatterTab extends PlotElement {
  static override properties = {
    table: { attribute: false },
    state: { attribute: false },
    hover: { attribute: false },
  };

  declare table: CompareTable;
  declare state: ComparePageState;
  declare save: (change: Partial<ComparePageState>) => void;
  declare open: (runId: string) => void;
  private marks: readonly Mark[] = [];

  protected override render(): unknown {
    const { numeric, x, y, color } = this.columns();
    if (x === null || y === null)
      return emptyState("A scatter plot needs two metrics or numeric parameters.");
    const { scatter } = this.state;
    const choose = (change: Partial<ComparePageState["scatter"]>) =>
      this.save({ scatter: { ...scatter, ...change } });
    const box = (label: string, key: "logX" | "logY", column: GridColumn) =>
      html`<vscode-checkbox label=${label} ?checked=${this.isLogarithmic(column, scatter[key])} @change=${(event: Event) => choose({ [key]: (event.target as HTMLInputElement).checked })}></vscode-checkbox>`;
    const scale = this.scale(color);
    return html`<div class="controls" role="group" aria-label="Scatter plot">
        <span class="control">${columnChoice({ label: "X", columns: numeric, chosen: x.id, onChoose: (id) => choose({ x: id }) })} ${box("Log x", "logX", x)}</span>
        <span class="control">${columnChoice({ label: "Y", columns: numeric, chosen: y.id, onChoose: (id) => choose({ y: id }) })} ${box("Log y", "logY", y)}</span>
        ${columnChoice({ label: "Color", columns: this.table.all, chosen: scatter.color, none: "run", onChoose: (id) => choose({ color: id }) })}
        <span class="grow"></span>${this.readout(x, y, color)}
      </div>
      ${this.plot(`${y.title} against ${x.title} of ${this.table.order.length} runs; the values stand in the table above`)}
      ${scale === null || color === null ? nothing : colorLegend(color.title, scale, this.table, this.hover)}`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    const { x, y, color } = this.columns();
    this.table.need([x, y, color].flatMap((column) => column?.id ?? []));
  }

  private readout(x: GridColumn, y: GridColumn, color: GridColumn | null): unknown {
    const index = this.table.places.get(this.hover.frontRun ?? "") ?? -1;
    const run = this.table.runs[index];
    if (run === undefined) return html`<span class="quiet">Click a mark to open its run</span>`;
    const said = [y, x, ...(color === null ? [] : [color])].map(
      (column) => `${column.title} ${column.cells.at(index)?.shown ?? "–"}`,
    );
    return html`<span class="clip"><b>${run.name}</b> <span class="number">${said.join(" · ")}</span></span>`;
  }

  private columns() {
    const numeric = this.table.all.filter((column) => column.numeric && column.group !== "trend");
    const find = (id: string | null) => this.table.all.find((column) => column.id === id) ?? null;
    const { scatter } = this.state;
    const key = `metric:${this.table.keyMetric}`;
    const y = find(scatter.y) ?? find(key) ?? numeric[0] ?? null;
    const parameter = numeric
      .filter((column) => column.group === "parameter" && column.differs && column.title !== "seed")
      .sort((a, b) => differentValues(b.cells) - differentValues(a.cells))[0];
    const x = find(scatter.x) ?? parameter ?? numeric.find((column) => column !== y) ?? null;
    return { numeric, x, y, color: find(scatter.color) };
  }

  private isLogarithmic(column: GridColumn, chosen: boolean | null): boolean {
    if (chosen !== null) return chosen;
    const values = this.table.order.map((index) => numberAt(column, index)).filter(Number.isFinite);
    return isWide(
      values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
      values.reduce((a, b) => Math.max(a, b), 0),
    );
  }

  private scale(color: GridColumn | null): ColorScale | null {
    return color === null ? null : colorScale(color, theme().runs, textOf(color));
  }

  protected override draw(context: CanvasRenderingContext2D, size: PlotSize, colors: Theme): void {
    const { x, y, color } = this.columns();
    if (x === null || y === null) return;
    const { logX, logY } = this.state.scatter;
    const [wideX, wideY] = [this.isLogarithmic(x, logX), this.isLogarithmic(y, logY)];
    const across = axisOf(x, this.table.order, wideX, [margin.left, size.width - margin.right], 80);
    const up = axisOf(y, this.table.order, wideY, [size.height - margin.bottom, margin.top], 40);
    drawFrame(context, size, colors, { x, y, across, up });
    this.marks = this.table.order.flatMap((index) => {
      const at = { x: across.at(numberAt(x, index)), y: up.at(numberAt(y, index)) };
      const id = this.table.runs[index]?.id ?? "";
      return Number.isFinite(at.x) && Number.isFinite(at.y) ? [{ index, id, ...at }] : [];
    });
    const scale = this.scale(color);
    const front = new Set(this.hover.frontRuns);
    const many = this.marks.length > 400;
    // Those in front come last, so that nothing lies over them.
    for (const mark of this.marks.toSorted((a, b) => Number(front.has(a.id)) - Number(front.has(b.id)))) {
      const look = this.table.looks.get(mark.id);
      const own = scale === null ? colors.runs[look?.color ?? 0] : scale.colors[mark.index];
      context.globalAlpha = front.size === 0 || front.has(mark.id) ? (many ? 0.75 : 1) : 0.35;
      context.fillStyle = own ? colorText(own) : colors.quiet;
      const radius = front.has(mark.id) ? 7 : many ? 3 : 5;
      drawShape(context, scale === null ? (look?.marker ?? "circle") : "circle", mark.x, mark.y, radius);
    }
    context.globalAlpha = 1;
  }

  protected override runAt(x: number, y: number): string | null {
    const far = ({ x: markX, y: markY }: Mark) => Math.hypot(markX - x, markY - y);
    const nearest = this.marks.reduce<Mark | null>(
      (best, mark) => (best === null || far(mark) < far(best) ? mark : best),
      null,
    );
    return nearest !== null && far(nearest) <= reach ? nearest.id : null;
  }

  protected override openRun(runId: string): void {
    this.open(runId);
  }
}

interface Axis {
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

const numberAt = (column: GridColumn, index: number) => column.cells.number(index);

export function textOf(column: GridColumn): (value: number) => string {
  return column.id === "fact:duration" ? formatDuration : formatValue;
}

/** Without a value above zero there is nothing to show on a logarithmic axis: it stays linear. */
function axisOf(
  column: GridColumn,
  order: readonly number[],
  logarithmic: boolean,
  [from, to]: readonly [number, number],
  tickGap: number,
): Axis {
  const values = order.map((index) => numberAt(column, index)).filter((value) => Number.isFinite(value));
  const positive = values.filter((value) => value > 0);
  const log = logarithmic && positive.length > 0;
  const used = log ? positive : values;
  const range: ValueRange | null =
    used.length === 0
      ? null
      : { min: used.reduce((a, b) => Math.min(a, b)), max: used.reduce((a, b) => Math.max(a, b)) };
  const { min, max } = paddedRange(range, log);
  const scaled = (value: number) => (log ? Math.log(value) : value);
  return {
    ticks: valueTicks({ min, max }, log, Math.max(2, Math.abs(to - from) / tickGap)),
    at: (value) => from + ((scaled(value) - scaled(min)) / (scaled(max) - scaled(min))) * (to - from),
  };
}

interface Frame {
  readonly x: GridColumn;
  readonly y: GridColumn;
  readonly across: Axis;
  readonly up: Axis;
}

function drawFrame(
  context: CanvasRenderingContext2D,
  { width, height }: PlotSize,
  colors: Theme,
  { x, y, across, up }: Frame,
): void {
  context.font = `11px ${colors.font}`;
  context.lineWidth = 1;
  context.strokeStyle = colors.grid;
  context.fillStyle = colors.quiet;
  context.textBaseline = "middle";
  context.beginPath();
  for (const tick of across.ticks) {
    const at = Math.round(across.at(tick)) + 0.5;
    context.moveTo(at, margin.top);
    context.lineTo(at, height - margin.bottom);
    context.textAlign = "center";
    context.fillText(textOf(x)(tick), at, height - margin.bottom + 12);
  }
  for (const tick of up.ticks) {
    const at = Math.round(up.at(tick)) + 0.5;
    context.moveTo(margin.left, at);
    context.lineTo(width - margin.right, at);
    context.textAlign = "right";
    context.fillText(textOf(y)(tick), margin.left - 6, at);
  }
  context.stroke();
  context.fillStyle = colors.foreground;
  context.textAlign = "right";
  context.fillText(x.title, width - margin.right, height - 10, width / 2);
  context.textAlign = "left";
  context.fillText(y.title, 8, 10, width / 2);
}

customElements.define("rl-scatter-tab", ScatterTab);
