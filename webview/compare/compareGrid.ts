/** The compare table: an ARIA grid that draws only the rows and columns that can be seen. Head and name column stay. */

import { html, nothing, type PropertyValues } from "lit";
import type { Run } from "../../src/model/run.ts";
import type { RunLook } from "../../src/model/runColor.ts";
import type { SortKey } from "../../src/protocol/comparePage.ts";
import { PageElement } from "../shared/element.ts";
import type { Hover } from "../shared/hover.ts";
import { icon, stateIcon } from "../shared/icon.ts";
import { swatch } from "../shared/swatch.ts";
import { VirtualRows } from "../shared/virtualRows.ts";
import { differenceOf, type GridColumn } from "./gridColumns.ts";
import { type ColumnPlace, columnPlaces, headHeight, rowHeight, seenColumns } from "./gridLayout.ts";
import { nameColumn } from "./sortRows.ts";

const widestName = 260;

/** A cell by its row (−1 is the head) and column (0 is the name). */
interface Active {
  readonly row: number;
  readonly column: number;
}

export class CompareGrid extends PageElement {
  static override properties = {
    runs: { attribute: false },
    looks: { attribute: false },
    columns: { attribute: false },
    order: { attribute: false },
    hiddenRuns: { attribute: false },
    baseline: { attribute: false },
    sort: { attribute: false },
    hover: { attribute: false },
    active: { state: true },
    scrolled: { state: true },
  };

  declare runs: readonly Run[];
  declare looks: ReadonlyMap<string, RunLook>;
  declare columns: readonly GridColumn[];
  /** Indexes of the runs, top to bottom. */
  declare order: readonly number[];
  declare hiddenRuns: ReadonlySet<string>;
  declare baseline: string | null;
  declare sort: readonly SortKey[];
  declare hover: Hover;
  declare active: Active;
  /** How far the columns are scrolled, and how wide the grid is. */
  declare scrolled: { readonly left: number; readonly width: number };

  private readonly rows = new VirtualRows(this, { scroller: () => this.querySelector(".grid"), rowHeight });
  private readonly observer = new ResizeObserver(() => this.onScroll());
  private places: readonly ColumnPlace[] = [];
  private unsubscribe: (() => void) | undefined;

  constructor() {
    super();
    this.active = { row: 0, column: 0 };
    this.scrolled = { left: 0, width: 1200 };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.observer.observe(this);
    this.unsubscribe = this.hover.subscribe(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer.disconnect();
    this.unsubscribe?.();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("columns") || changed.has("baseline"))
      this.places = columnPlaces(this.columns, this.baseline !== null);
  }

  protected override render(): unknown {
    const last = this.places.at(-1);
    const name = this.nameWidth();
    const width = name + (last === undefined ? 0 : last.left + last.width);
    const seen = seenColumns(
      this.places,
      this.scrolled.left,
      this.scrolled.left + this.scrolled.width - name,
    );
    const items = this.rows.visible(this.order.length);
    return html`<div class="grid" role="grid" tabindex="0" aria-label="Runs side by side" aria-rowcount=${this.order.length + 1} aria-colcount=${this.columns.length + 1}
      aria-activedescendant=${`cell-${this.active.row}-${this.active.column}`}
      .style=${`--name-width:${name}px`} @scroll=${this.onScroll} @keydown=${this.onKey} @mouseleave=${() => this.hover.bringForward(null)} @blur=${() => this.hover.bringForward(null)}>
      <div class="grid-head" role="row" aria-rowindex="1" .style=${`width:${width}px`}>
        ${this.headCell(null, 0)}
        ${this.spacer(seen.first)}
        ${this.columns.slice(seen.first, seen.end).map((column, index) => this.headCell(column, seen.first + index + 1))}
      </div>
      <div class="grid-body" role="rowgroup" .style=${`height:${this.rows.height}px;width:${width}px`}>
        ${items.map((item) => this.row(item.index, item.start, seen))}
      </div>
    </div>`;
  }

  /** Narrow pages give the names less, so that some columns stay in sight. */
  private nameWidth(): number {
    return Math.max(150, Math.min(widestName, Math.round(this.scrolled.width * 0.45)));
  }

  private spacer(first: number): unknown {
    return html`<span class="grid-space" .style=${`width:${this.places[first]?.left ?? 0}px`}></span>`;
  }

  private headCell(column: GridColumn | null, index: number): unknown {
    const id = column?.id ?? nameColumn;
    const place = this.sort.findIndex((key) => key.column === id);
    const key = this.sort[place];
    const order = key === undefined ? "none" : key.descending ? "descending" : "ascending";
    const title = column === null ? "Run" : column.title;
    return html`<button class=${`cell head ${column === null ? "name" : ""} ${column?.numeric ? "right" : ""} ${this.activeClass(-1, index)}`} role="columnheader" tabindex="-1"
      id=${`cell--1-${index}`} aria-colindex=${index + 1} aria-sort=${order} .style=${this.widthOf(index)}
      title=${`${column === null ? "" : `${column.group}: `}${title}\nClick sorts, Shift+click sorts within the present order`} @click=${(event: MouseEvent) => this.sortBy(id, event.shiftKey)}
    ><span class="clip">${title}</span>${key === undefined ? nothing : html`${icon(key.descending ? "arrow-down" : "arrow-up")}${this.sort.length > 1 ? html`<sub>${place + 1}</sub>` : nothing}`}</button>`;
  }

  private widthOf(index: number): string {
    return index === 0 ? "" : `width:${this.places[index - 1]?.width ?? 0}px`;
  }

  private row(row: number, top: number, seen: { readonly first: number; readonly end: number }): unknown {
    const index = this.order[row] ?? 0;
    const run = this.runs[index];
    if (run === undefined) return nothing;
    const hidden = this.hiddenRuns.has(run.id);
    const classes = `grid-row ${hidden ? "off" : ""} ${this.hover.frontRun === run.id ? "front" : ""} ${run.id === this.baseline ? "baseline" : ""}`;
    return html`<div class=${classes} role="row" aria-rowindex=${row + 2} .style=${`transform:translateY(${top}px)`}
      @mouseenter=${() => this.hover.bringForward(hidden ? null : run.id)}>
      ${this.nameCell(run, row, hidden)}
      ${this.spacer(seen.first)}
      ${this.columns.slice(seen.first, seen.end).map((column, offset) => this.valueCell(column, index, row, seen.first + offset + 1))}
    </div>`;
  }

  private nameCell(run: Run, row: number, hidden: boolean): unknown {
    const look = this.looks.get(run.id);
    return html`<div class=${`cell name ${this.activeClass(row, 0)}`} role="rowheader" id=${`cell-${row}-0`} aria-colindex="1"
      aria-label=${`${run.name}, ${run.state}${hidden ? ", not in charts" : ""}${run.id === this.baseline ? ", baseline" : ""}`}>
      <input type="checkbox" tabindex="-1" .checked=${!hidden} aria-label=${`Show ${run.name} in charts`} title="Show in charts" @change=${() => this.tell("hide", run.id)} />
      ${look === undefined ? nothing : swatch(look)}
      <button class="link clip run-name" tabindex="-1" title=${run.name} @click=${() => this.tell("open", run.id)}>${run.name}</button>
      ${run.state === "finished" ? nothing : stateIcon(run.state)}
      ${run.id === this.baseline ? html`<span class="badge">baseline</span>` : nothing}
    </div>`;
  }

  private valueCell(column: GridColumn, index: number, row: number, place: number): unknown {
    const cell = column.cells[index] ?? null;
    const base = this.baseline === null ? -1 : this.runs.findIndex((run) => run.id === this.baseline);
    const against =
      base < 0 || base === index ? null : differenceOf(column, cell, column.cells[base] ?? null);
    const best = cell !== null && column.best !== null && cell.number === column.best;
    const classes = [
      "cell",
      column.numeric ? "right number" : "",
      against?.differs ? "differs" : "",
      cell === null ? "quiet" : "",
      this.activeClass(row, place),
    ];
    return html`<div class=${classes.filter(Boolean).join(" ")} role="gridcell" id=${`cell-${row}-${place}`} aria-colindex=${place + 1}
      .style=${this.widthOf(place)} title=${cell?.text ?? "no value"} @click=${() => {
        this.active = { row, column: place };
      }}>
      ${best ? html`<span class="best" role="img" aria-label="best" title="best of these runs">${icon("star-full")}</span>` : nothing}
      <span class="clip">${cell?.shown ?? "–"}</span>
      ${against?.delta ? html`<span class=${`delta ${against.better === null ? "" : against.better ? "better" : "worse"}`}>${against.delta}</span>` : nothing}
      ${against?.differs && against.delta === null && cell !== null ? html`<span class="unequal" role="img" aria-label="differs from the baseline">≠</span>` : nothing}
      ${this.baseline !== null && column.group === "metric" && !against?.delta ? html`<span class="delta"></span>` : nothing}
    </div>`;
  }

  private activeClass(row: number, column: number): string {
    return this.active.row === row && this.active.column === column ? "active" : "";
  }

  private sortBy(column: string, add: boolean): void {
    this.dispatchEvent(new CustomEvent("sort", { detail: { column, add } }));
  }

  private tell(name: "open" | "hide", runId: string): void {
    this.dispatchEvent(new CustomEvent(name, { detail: runId }));
  }

  private readonly onScroll = (): void => {
    const grid = this.querySelector(".grid");
    if (grid === null) return;
    const { scrollLeft: left, clientWidth: width } = grid;
    if (left !== this.scrolled.left || width !== this.scrolled.width) this.scrolled = { left, width };
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const { row, column } = this.active;
    const [lastRow, lastColumn] = [this.order.length - 1, this.columns.length];
    const page = Math.max(1, Math.floor(this.clientHeight / rowHeight) - 2);
    const targets: Readonly<Record<string, Active>> = {
      ArrowUp: { row: row - 1, column },
      ArrowDown: { row: row + 1, column },
      ArrowLeft: { row, column: column - 1 },
      ArrowRight: { row, column: column + 1 },
      PageUp: { row: Math.max(0, row - page), column },
      PageDown: { row: row + page, column },
      Home: { row: event.ctrlKey ? 0 : row, column: 0 },
      End: { row: event.ctrlKey ? lastRow : row, column: lastColumn },
    };
    const target = targets[event.key];
    if (target !== undefined) {
      event.preventDefault();
      this.moveTo({
        row: Math.min(lastRow, Math.max(-1, target.row)),
        column: Math.min(lastColumn, Math.max(0, target.column)),
      });
    } else if (event.key === "Enter" || event.key === " ") this.act(event);
  };

  /** Enter sorts by a head and opens a run; Space shows or hides the run's lines. */
  private act(event: KeyboardEvent): void {
    const { row, column } = this.active;
    event.preventDefault();
    const run = this.runs[this.order[row] ?? -1];
    const head = column === 0 ? nameColumn : (this.columns[column - 1]?.id ?? nameColumn);
    if (row < 0) this.sortBy(head, event.shiftKey);
    else if (run !== undefined) this.tell(event.key === "Enter" ? "open" : "hide", run.id);
  }

  private moveTo(active: Active): void {
    this.active = active;
    const grid = this.querySelector(".grid");
    const place = this.places[active.column - 1];
    const run = this.runs[this.order[active.row] ?? -1];
    this.hover.bringForward(run === undefined || this.hiddenRuns.has(run.id) ? null : run.id);
    if (grid === null) return;
    const top = active.row * rowHeight;
    const room = grid.clientHeight - headHeight - rowHeight;
    if (active.row >= 0) grid.scrollTop = Math.min(top, Math.max(grid.scrollTop, top - room));
    if (place === undefined) grid.scrollLeft = active.column === 0 ? 0 : grid.scrollLeft;
    else {
      const shown = grid.clientWidth - this.nameWidth();
      grid.scrollLeft = Math.min(place.left, Math.max(grid.scrollLeft, place.left + place.width - shown));
    }
  }
}

customElements.define("rl-compare-grid", CompareGrid);
