/** The compare table: an ARIA grid that draws only the rows and columns that can be seen. Head and name column stay. */

import { html, nothing, type PropertyValues } from "lit";
import type { RunEdit } from "../../src/model/run.ts";
import type { RunLook } from "../../src/model/runColor.ts";
import type { SortKey } from "../../src/protocol/comparePage.ts";
import { asOfBadge } from "../shared/asOf.ts";
import { PageElement } from "../shared/element.ts";
import type { Hover } from "../shared/hover.ts";
import { icon, iconButton, stateIcon, stateLooks } from "../shared/icon.ts";
import { swatch } from "../shared/swatch.ts";
import { VirtualRows } from "../shared/virtualRows.ts";
import type { CompareRun } from "./comparedRuns.ts";
import { cellContent, trendLine } from "./gridCells.ts";
import type { GridColumn } from "./gridColumns.ts";
import { editableText, editOf } from "./gridEdit.ts";
import { type GridPlace, movedBy } from "./gridKeys.ts";
import { type ColumnPlace, columnPlaces, headHeight, rowHeight, seenColumns } from "./gridLayout.ts";
import { nameColumn } from "./sortRows.ts";
import { GroupCells, type GroupRow, type TableRow } from "./tableRows.ts";

const widestName = 280;
const indent = 16;

/** What the grid asks a menu for; the page shows it. */
export interface MenuAsk {
  readonly at: { readonly x: number; readonly y: number };
  /** Null for a head. */
  readonly run: CompareRun | null;
  /** Place of the run; −1 for a head. */
  readonly index: number;
  /** Null for the names. */
  readonly column: GridColumn | null;
  readonly edit: () => void;
}

/** What a person does in the grid: custom events and their details. */
export interface GridEvents {
  readonly sort: { readonly column: string; readonly add: boolean };
  readonly open: string;
  readonly pin: string;
  readonly star: string;
  readonly hide: readonly string[];
  readonly "toggle-group": string;
  readonly edit: { readonly runId: string; readonly edit: RunEdit };
  readonly "ask-menu": MenuAsk;
  /** What can be seen now: columns and runs by their ids. */
  readonly seen: { readonly columns: readonly string[]; readonly runs: readonly string[] };
}

export class CompareGrid extends PageElement {
  static override properties = {
    runs: { attribute: false },
    looks: { attribute: false },
    columns: { attribute: false },
    rows: { attribute: false },
    hiddenRuns: { attribute: false },
    baseline: { attribute: false },
    sort: { attribute: false },
    hover: { attribute: false },
    version: { attribute: false },
    active: { state: true },
    editing: { state: true },
    scrolled: { state: true },
  };

  declare runs: readonly CompareRun[];
  /** Changes when more is known of the rows in sight. */
  declare version: number;
  declare looks: ReadonlyMap<string, RunLook>;
  declare columns: readonly GridColumn[];
  declare rows: readonly TableRow[];
  declare hiddenRuns: ReadonlySet<string>;
  declare baseline: string | null;
  declare sort: readonly SortKey[];
  declare hover: Hover;
  declare active: GridPlace;
  /** The cell whose text a person is changing. */
  declare editing: GridPlace | null;
  /** How far the columns are scrolled, and how wide the grid is. */
  declare scrolled: { readonly left: number; readonly width: number };

  private readonly virtual = new VirtualRows(this, {
    scroller: () => this.querySelector(".grid"),
    rowHeight,
  });
  private readonly observer = new ResizeObserver(() => this.onScroll());
  private readonly groupCells = new GroupCells();
  private places: readonly ColumnPlace[] = [];
  private baselineIndex = -1;
  private inSight: {
    readonly columns: readonly GridColumn[];
    readonly rows: readonly (TableRow | undefined)[];
  } = { columns: [], rows: [] };
  private unsubscribe: (() => void) | undefined;

  constructor() {
    super();
    this.active = { row: 0, column: 0 };
    this.editing = null;
    this.scrolled = { left: 0, width: document.documentElement.clientWidth };
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
    if (changed.has("columns") || changed.has("baseline") || changed.has("rows")) {
      const grouped = this.rows.some((row) => row.kind === "group");
      this.places = columnPlaces(this.columns, this.baseline !== null, grouped);
    }
    if (changed.has("runs") || changed.has("baseline"))
      this.baselineIndex = this.runs.findIndex((run) => run.id === this.baseline);
  }

  protected override updated(changed: PropertyValues<this>): void {
    this.tell("seen", {
      columns: this.inSight.columns.map(({ id }) => id),
      runs: this.inSight.columns.some(({ trend, loaded }) => trend !== undefined || !loaded)
        ? this.inSight.rows.flatMap((row) => (row?.kind === "run" ? (this.runs[row.index]?.id ?? []) : []))
        : [],
    });
    if (!changed.has("editing")) return;
    if (this.editing !== null) this.querySelector<HTMLInputElement>(".cell-edit")?.select();
    else if (changed.get("editing")) this.querySelector<HTMLElement>(".grid")?.focus();
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
    const items = this.virtual.visible(this.rows.length);
    this.inSight = {
      columns: this.columns.slice(seen.first, seen.end),
      rows: items.map(({ index }) => this.rows[index]),
    };
    return html`<div class="grid" role="grid" tabindex="0" aria-label="Runs side by side" aria-rowcount=${this.rows.length + 1} aria-colcount=${this.columns.length + 1}
      aria-activedescendant=${`cell-${this.active.row}-${this.active.column}`}
      .style=${`--name-width:${name}px`} @scroll=${this.onScroll} @keydown=${this.onKey} @mouseleave=${() => this.hover.bringForward(null)} @blur=${() => this.hover.bringForward(null)}>
      <div class="grid-head" role="row" aria-rowindex="1" .style=${`width:${width}px`}>
        ${this.headCell(null, 0)}
        ${this.spacer(seen.first)}
        ${this.columns.slice(seen.first, seen.end).map((column, index) => this.headCell(column, seen.first + index + 1))}
      </div>
      <div class="grid-body" role="rowgroup" .style=${`height:${this.virtual.height}px;width:${width}px`}>
        ${items.map((item) => this.row(item.index, item.start, seen, width))}
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
      title=${`${column === null ? "" : `${column.group}: `}${title}\nClick sorts, Shift+click sorts within the present order, right click for more`}
      @click=${(event: MouseEvent) => this.sortBy(id, event.shiftKey)} @contextmenu=${(event: MouseEvent) => this.askMenu(event, -1, index)}
    ><span class="clip">${title}</span>${key === undefined ? nothing : html`${icon(key.descending ? "arrow-down" : "arrow-up")}${this.sort.length > 1 ? html`<sub>${place + 1}</sub>` : nothing}`}</button>`;
  }

  private widthOf(index: number): string {
    return index === 0 ? "" : `width:${this.places[index - 1]?.width ?? 0}px`;
  }

  private row(
    row: number,
    top: number,
    seen: { readonly first: number; readonly end: number },
    width: number,
  ): unknown {
    const found = this.rows[row];
    if (found === undefined) return nothing;
    const columns = this.columns.slice(seen.first, seen.end);
    const style = `transform:translateY(${top}px);width:${width}px`;
    if (found.kind === "group")
      return html`<div class="grid-row group" role="row" aria-rowindex=${row + 2} aria-level=${found.depth + 1} aria-expanded=${found.open} .style=${style}
        @mouseenter=${() => this.bringForward(row)}>
        ${this.groupName(found, row)}${this.spacer(seen.first)}
        ${columns.map((column, offset) => this.groupValue(column, found, row, seen.first + offset + 1))}
      </div>`;
    const run = this.runs[found.index];
    if (run === undefined) return nothing;
    const hidden = this.hiddenRuns.has(run.id);
    const lastPinned =
      found.pinned && this.rows[row + 1]?.kind === "run" ? !this.isPinned(row + 1) : found.pinned;
    const classes = `grid-row ${hidden ? "off" : ""} ${this.hover.frontRun === run.id ? "front" : ""} ${run.id === this.baseline ? "baseline" : ""} ${lastPinned ? "last-pinned" : ""}`;
    return html`<div class=${classes} role="row" aria-rowindex=${row + 2} .style=${style}
      @mouseenter=${() => this.bringForward(row)}>
      ${this.nameCell(run, row, hidden, found)}
      ${this.spacer(seen.first)}
      ${columns.map((column, offset) => this.valueCell(column, found.index, row, seen.first + offset + 1))}
    </div>`;
  }

  private isPinned(row: number): boolean {
    const found = this.rows[row];
    return found?.kind === "run" && found.pinned;
  }

  private groupName(group: GroupRow, row: number): unknown {
    const ids = group.members.map((index) => this.runs[index]?.id ?? "");
    const shown = ids.filter((id) => !this.hiddenRuns.has(id)).length;
    return html`<div class=${`cell name ${this.activeClass(row, 0)}`} role="rowheader" id=${`cell-${row}-0`} aria-colindex="1"
      aria-label=${`${group.title} ${group.value}, ${group.members.length} runs, ${group.open ? "open" : "closed"}`}>
      <input type="checkbox" tabindex="-1" .checked=${shown > 0} .indeterminate=${shown > 0 && shown < ids.length} title="Show in charts"
        aria-label=${`Show the runs of ${group.title} ${group.value} in charts`} @change=${() => this.tell("hide", ids)} />
      <button class="group-toggle clip" tabindex="-1" .style=${`padding-left:${group.depth * indent}px`} title=${`${group.title} = ${group.value}`}
        @click=${() => this.tell("toggle-group", group.id)}>${icon(group.open ? "chevron-down" : "chevron-right")}<span class="quiet">${group.title}</span> ${group.value}</button>
      <span class="count">${group.members.length}</span>
    </div>`;
  }

  private groupValue(column: GridColumn, group: GroupRow, row: number, place: number): unknown {
    const cell = column.group === "trend" ? null : this.groupCells.of(group, column);
    return html`<div class=${`cell ${column.numeric ? "right number" : ""} ${this.activeClass(row, place)}`} role="gridcell" id=${`cell-${row}-${place}`}
      aria-colindex=${place + 1} .style=${this.widthOf(place)} title=${cell?.text ?? ""} @click=${() => this.activate(row, place)}>
      <span class="clip">${cell?.shown ?? ""}</span></div>`;
  }

  private nameCell(
    run: CompareRun,
    row: number,
    hidden: boolean,
    found: TableRow & { readonly kind: "run" },
  ): unknown {
    const look = this.looks.get(run.id);
    if (this.isEditing(row, 0))
      return html`<div class="cell name">${this.editor(run, found.index, null)}</div>`;
    return html`<div class=${`cell name ${this.activeClass(row, 0)}`} role="rowheader" id=${`cell-${row}-0`} aria-colindex="1"
      aria-label=${`${run.name}, ${stateLooks[run.state].label}${hidden ? ", not in charts" : ""}${run.id === this.baseline ? ", baseline" : ""}${found.pinned ? ", pinned" : ""}`}
      @contextmenu=${(event: MouseEvent) => this.askMenu(event, row, 0)} @dblclick=${() => this.edit(row, 0)}>
      <input type="checkbox" tabindex="-1" .checked=${!hidden} aria-label=${`Show ${run.name} in charts`} title="Show in charts" @change=${() => this.tell("hide", [run.id])} />
      ${found.depth > 0 ? html`<span .style=${`width:${found.depth * indent}px;flex:none`}></span>` : nothing}
      ${look === undefined ? nothing : swatch(look)}
      <button class="link clip run-name" tabindex="-1" title=${run.name} @click=${() => this.tell("open", run.id)}>${run.name}</button>
      ${run.state === "finished" ? nothing : stateIcon(run.state)}${asOfBadge(run)}
      ${run.id === this.baseline ? html`<span class="badge">baseline</span>` : nothing}
      <span class="grow"></span>
      <span class=${`row-action ${run.starred ? "on" : ""}`}>${iconButton(run.starred ? "star-full" : "star-empty", run.starred ? "Remove star" : "Star", () => this.tell("star", run.id))}</span>
      <span class=${`row-action ${found.pinned ? "on" : ""}`}>${iconButton(found.pinned ? "pinned" : "pin", found.pinned ? "Unpin" : "Pin to the top", () => this.tell("pin", run.id))}</span>
    </div>`;
  }

  private valueCell(column: GridColumn, index: number, row: number, place: number): unknown {
    const run = this.runs[index];
    const cell = column.cells.at(index);
    if (run !== undefined && this.isEditing(row, place))
      return html`<div class="cell" .style=${this.widthOf(place)}>${this.editor(run, index, column)}</div>`;
    const { differs, content } = cellContent({ column, cell, index, baseline: this.baselineIndex });
    const trend = column.trend?.(index);
    const look = run && this.looks.get(run.id);
    const classes = [
      "cell",
      column.numeric ? "right number" : "",
      differs ? "differs" : "",
      cell === null ? "quiet" : "",
      this.activeClass(row, place),
    ];
    return html`<div class=${classes.filter(Boolean).join(" ")} role="gridcell" id=${`cell-${row}-${place}`} aria-colindex=${place + 1}
      .style=${this.widthOf(place)} title=${cell?.text ?? (column.loaded ? "no value" : "being read")} @click=${() => this.activate(row, place)} @dblclick=${() => this.edit(row, place)}
      @contextmenu=${(event: MouseEvent) => this.askMenu(event, row, place)}>
      ${trend === undefined ? content : trend.length > 1 ? trendLine(trend, look === undefined ? "" : `run-${look.color + 1}`) : nothing}
    </div>`;
  }

  private isEditing(row: number, column: number): boolean {
    return this.editing?.row === row && this.editing.column === column;
  }

  /** Double click or F2 on a name, a note or a tag. */
  private edit(row: number, column: number): void {
    const found = this.rows[row];
    const run = found?.kind === "run" ? this.runs[found.index] : undefined;
    if (run === undefined || found?.kind !== "run") return;
    if (editableText(run, found.index, this.columns[column - 1] ?? null) !== null)
      this.editing = { row, column };
  }

  private editor(run: CompareRun, index: number, column: GridColumn | null): unknown {
    const end = (event: Event, keep: boolean) => {
      if (this.editing === null) return;
      this.editing = null;
      const made = keep ? editOf(run, index, column, (event.target as HTMLInputElement).value) : null;
      if (made !== null) this.tell("edit", { runId: run.id, edit: made });
    };
    const onKey = (event: KeyboardEvent) => {
      event.stopPropagation();
      if (event.key === "Enter" || event.key === "Escape") end(event, event.key === "Enter");
    };
    return html`<input class="cell-edit" aria-label=${`${column?.title ?? "name"} of ${run.name}`} .value=${editableText(run, index, column) ?? ""}
      @keydown=${onKey} @blur=${(event: Event) => end(event, true)} />`;
  }

  private activate(row: number, column: number): void {
    this.active = { row, column };
  }

  /** Right click, the menu key or Shift+F10. The page decides what is in the menu. */
  private askMenu(event: Event, row: number, column: number): void {
    event.preventDefault();
    this.active = { row, column };
    const found = this.rows[row];
    const box = this.querySelector(`[id="cell-${row}-${column}"]`)?.getBoundingClientRect();
    const at =
      event instanceof MouseEvent
        ? { x: event.clientX, y: event.clientY }
        : { x: box?.left ?? 0, y: box?.bottom ?? 0 };
    const detail: MenuAsk = {
      at,
      run: found?.kind === "run" ? (this.runs[found.index] ?? null) : null,
      index: found?.kind === "run" ? found.index : -1,
      column: this.columns[column - 1] ?? null,
      edit: () => this.edit(row, column),
    };
    if (row < 0 || detail.run !== null) this.tell("ask-menu", detail);
  }

  private activeClass(row: number, column: number): string {
    return this.active.row === row && this.active.column === column ? "active" : "";
  }

  private sortBy(column: string, add: boolean): void {
    this.tell("sort", { column, add });
  }

  private tell<N extends keyof GridEvents>(name: N, detail: GridEvents[N]): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  private readonly onScroll = (): void => {
    const grid = this.querySelector(".grid");
    if (grid === null) return;
    const { scrollLeft: left, clientWidth: width } = grid;
    if (left !== this.scrolled.left || width !== this.scrolled.width) this.scrolled = { left, width };
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const { row, column } = this.active;
    const target = movedBy(event, this.active, {
      rows: this.rows.length,
      columns: this.columns.length,
      page: Math.max(1, Math.floor(this.clientHeight / rowHeight) - 2),
    });
    if (target !== null) {
      event.preventDefault();
      this.moveTo(target);
    } else if (event.key === "Enter" || event.key === " ") this.act(event);
    else if (event.key === "F2") this.edit(row, column);
    else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey))
      this.askMenu(event, row, column);
  };

  /** Enter sorts by a head, opens a run, opens or closes a group; Space shows or hides lines. */
  private act(event: KeyboardEvent): void {
    const { row, column } = this.active;
    event.preventDefault();
    const found = this.rows[row];
    const head = column === 0 ? nameColumn : (this.columns[column - 1]?.id ?? nameColumn);
    if (row < 0) this.sortBy(head, event.shiftKey);
    if (found === undefined) return;
    const indexes = found.kind === "run" ? [found.index] : found.members;
    const ids = indexes.map((index) => this.runs[index]?.id ?? "");
    if (event.key === " ") this.tell("hide", ids);
    else if (found.kind === "group") this.tell("toggle-group", found.id);
    else this.tell("open", ids[0] ?? "");
  }

  /** A run's own lines, or those of all runs of a group; what is hidden from the charts stays so. */
  private bringForward(row: number): void {
    const found = this.rows[row];
    const indexes = found === undefined ? [] : found.kind === "run" ? [found.index] : found.members;
    const ids = indexes.map((index) => this.runs[index]?.id ?? "");
    this.hover.bringAllForward(ids.filter((id) => !this.hiddenRuns.has(id)));
  }

  private moveTo(active: GridPlace): void {
    this.active = active;
    const grid = this.querySelector(".grid");
    const place = this.places[active.column - 1];
    this.bringForward(active.row);
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
