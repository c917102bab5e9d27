/** The compare table: an ARIA grid that draws only the rows and columns that can be seen. Head and name column stay. */

import { html, type PropertyValues } from "lit";
import type { RunLook } from "../../src/model/runColor.ts";
import type { SortKey } from "../../src/protocol/comparePage.ts";
import { PageElement } from "../shared/element.ts";
import type { Hover } from "../shared/hover.ts";
import { Watched } from "../shared/watched.ts";
import type { CompareRun } from "./comparedRuns.ts";
import type { GridColumn } from "./gridColumns.ts";
import { copiedText, editableText } from "./gridEdit.ts";
import type { GridEvents, MenuAsk } from "./gridEvents.ts";
import { type GridPlace, movedBy } from "./gridKeys.ts";
import {
  type ColumnPlace,
  columnPlaces,
  headHeight,
  rowHeight,
  type Seen,
  seenColumns,
  seenRows,
} from "./gridLayout.ts";
import { cellId, placeOfCell, rowOf } from "./gridPointer.ts";
import { bodyRow, type GridView, headRow } from "./gridRows.ts";
import { editNote } from "./noteEditor.ts";
import { nameColumn } from "./sortRows.ts";
import { GroupCells, type TableRow } from "./tableRows.ts";

const widestName = 280;
// The field for a note stands below the name, not below the box before it.
const noteInset = 16;
// Drawn above and below those in sight, so that a scroll shows them at once.
const spareRows = 12;

interface Sight {
  readonly rows: Seen;
  readonly columns: Seen;
}

export class CompareGrid extends PageElement implements GridView {
  static override properties = {
    runs: { attribute: false },
    looks: { attribute: false },
    columns: { attribute: false },
    rows: { attribute: false },
    coming: { attribute: false },
    hiddenRuns: { attribute: false },
    baseline: { attribute: false },
    sort: { attribute: false },
    hover: { attribute: false },
    version: { attribute: false },
    active: { state: true },
    editing: { state: true },
  };

  declare runs: readonly CompareRun[];
  /** Changes when more is known of the rows in sight. */
  declare version: number;
  declare looks: ReadonlyMap<string, RunLook>;
  declare columns: readonly GridColumn[];
  declare rows: readonly TableRow[];
  /** How many more rows are on their way; their places are kept. */
  declare coming: number;
  declare hiddenRuns: ReadonlySet<string>;
  declare baseline: string | null;
  declare sort: readonly SortKey[];
  declare hover: Hover;
  declare active: GridPlace;
  /** The cell whose text a person is changing. */
  declare editing: GridPlace | null;

  readonly groupCells = new GroupCells();
  places: readonly ColumnPlace[] = [];
  baselineIndex = -1;
  private readonly watched = new Watched(this, new ResizeObserver(() => this.onScroll()));
  /** How far it is scrolled, and how much it shows below its head: a guess until it is measured, so that the first picture has rows. */
  private scrolled = {
    ...{ left: 0, top: 0 },
    width: document.documentElement.clientWidth,
    height: document.documentElement.clientHeight / 2,
  };
  private drawn: Sight = { rows: { first: 0, end: 0 }, columns: { first: 0, end: 0 } };
  /** The row below the pointer. */
  private pointed: number | null = null;
  /** The row from which Shift takes all. */
  private lastTicked: number | null = null;
  private inSight: {
    readonly columns: readonly GridColumn[];
    readonly rows: readonly (TableRow | undefined)[];
  } = { columns: [], rows: [] };
  private unsubscribe: (() => void) | undefined;

  constructor() {
    super();
    this.coming = 0;
    this.active = { row: 0, column: 0 };
    this.editing = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.watched.follow(this);
    this.unsubscribe = this.hover.subscribeToFront(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
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
    const { rows, columns } = this.sight();
    this.drawn = { rows, columns };
    const count = this.rows.length + this.coming;
    const items = Array.from({ length: rows.end - rows.first }, (_, at) => rows.first + at);
    this.inSight = {
      columns: this.columns.slice(columns.first, columns.end),
      rows: items.map((row) => this.rows[row]),
    };
    return html`<div class="grid" role="grid" tabindex="0" aria-label="Runs side by side" aria-rowcount=${count + 1} aria-colcount=${this.columns.length + 1}
      aria-activedescendant=${cellId(this.active.row, this.active.column)}
      .style=${`--name-width:${name}px`} @scroll=${this.onScroll} @keydown=${this.onKey} @click=${this.onClick} @dblclick=${this.onDoubleClick} @contextmenu=${this.onContextMenu}
      @mouseover=${this.onPointer} @mouseleave=${this.onLeave} @blur=${() => this.hover.bringForward(null)}>
      ${headRow(this, columns, width)}
      <div class="grid-body" role="rowgroup" .style=${`height:${count * rowHeight}px;width:${width}px`}>
        ${items.map((row) => bodyRow(this, row, columns, width))}
      </div>
    </div>`;
  }

  /** The rows and columns to draw. Of rows that are still coming there are none to spare. */
  private sight(): Sight {
    const { left, top, width, height } = this.scrolled;
    return {
      rows: seenRows(top, height, this.rows.length + this.coming, this.coming > 0 ? 0 : spareRows),
      columns: seenColumns(this.places, left, left + width - this.nameWidth()),
    };
  }

  /** Narrow pages give the names less, so that some columns stay in sight. */
  private nameWidth(): number {
    return Math.max(150, Math.min(widestName, Math.round(this.scrolled.width * 0.45)));
  }

  /** Double click or F2 on a name, a note or a tag. */
  private edit(row: number, column: number): void {
    const found = this.rows[row];
    const run = found?.kind === "run" ? this.runs[found.index] : undefined;
    if (run === undefined || found?.kind !== "run") return;
    if (this.columns[column - 1]?.group === "note") this.note(row, column);
    else if (editableText(run, found.index, this.columns[column - 1] ?? null) !== null)
      this.editing = { row, column };
  }

  /** The note of a run, whether or not its column is in sight. */
  private note(row: number, column = 0): void {
    const found = this.rows[row];
    const run = found?.kind === "run" ? this.runs[found.index] : undefined;
    if (run === undefined) return;
    const box = this.cell(row, column)?.getBoundingClientRect();
    editNote({ x: (box?.left ?? 0) + noteInset, y: box?.bottom ?? 0 }, run, (note) =>
      this.tell("edit", { runId: run.id, edit: { note } }),
    );
  }

  /** Takes what was changed; a field that is left after Escape or Enter has nothing more to say. */
  endEdit(made: GridEvents["edit"] | null): void {
    if (this.editing === null) return;
    this.editing = null;
    if (made !== null) this.tell("edit", made);
  }

  /** Like a click on the box of the row, and with Shift on all boxes from the last one clicked. */
  tick(row: number, withRange: boolean): void {
    const ids = this.idsOf(row);
    const shown = ids.every((id) => this.hiddenRuns.has(id));
    const from = withRange ? (this.lastTicked ?? row) : row;
    const rows = this.rows.slice(Math.min(from, row), Math.max(from, row) + 1);
    this.lastTicked = row;
    this.tell("show", { ids: rows.flatMap((_row, at) => this.idsOf(Math.min(from, row) + at)), shown });
  }

  /** All runs into the charts, or where all are there already, none. */
  tickAll(): void {
    const shown = this.runs.some(({ id }) => this.hiddenRuns.has(id));
    this.tell("show", { ids: this.runs.map(({ id }) => id), shown });
  }

  /** Brings a run's row into sight and makes its name the active cell. */
  reveal(runId: string): void {
    const row = this.rows.findIndex((each) => each.kind === "run" && this.runs[each.index]?.id === runId);
    if (row >= 0) this.moveTo({ row, column: 0 });
  }

  /** A run, or all of a group. */
  private idsOf(row: number): readonly string[] {
    const found = this.rows[row];
    const indexes = found === undefined ? [] : found.kind === "run" ? [found.index] : found.members;
    return indexes.map((index) => this.runs[index]?.id ?? "");
  }

  /** Right click, the menu key or Shift+F10. The page decides what is in the menu. */
  private askMenu(event: Event, row: number, column: number): void {
    event.preventDefault();
    this.active = { row, column };
    const found = this.rows[row];
    const box = this.cell(row, column)?.getBoundingClientRect();
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
      note: () => this.note(row),
    };
    if (row < 0 || detail.run !== null) this.tell("ask-menu", detail);
  }

  tell<N extends keyof GridEvents>(name: N, detail: GridEvents[N]): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** Drawn again only where others come into sight. */
  private readonly onScroll = (): void => {
    const grid = this.querySelector(".grid");
    if (grid === null) return;
    const { scrollLeft: left, scrollTop: top, clientWidth: width, clientHeight } = grid;
    const isResized = width !== this.scrolled.width;
    this.scrolled = { left, top, width, height: clientHeight - headHeight };
    const { rows, columns } = this.sight();
    if (isResized || !isSame(rows, this.drawn.rows) || !isSame(columns, this.drawn.columns))
      this.requestUpdate();
  };

  /** A head sorts, a value becomes the active cell. */
  private readonly onClick = (event: MouseEvent): void => {
    const place = placeOfCell(event.target);
    if (place === null) return;
    if (place.row < 0)
      this.tell("sort", { column: this.columns[place.column - 1]?.id ?? nameColumn, add: event.shiftKey });
    else if (place.column > 0) this.active = place;
  };

  private readonly onDoubleClick = (event: MouseEvent): void => {
    const place = placeOfCell(event.target);
    if (place !== null) this.edit(place.row, place.column);
  };

  /** Groups have no menu of their own. */
  private readonly onContextMenu = (event: MouseEvent): void => {
    const place = placeOfCell(event.target);
    if (place !== null && this.rows[place.row]?.kind !== "group")
      this.askMenu(event, place.row, place.column);
  };

  private readonly onPointer = (event: MouseEvent): void => {
    const row = rowOf(event.target);
    if (row === this.pointed) return;
    this.pointed = row;
    if (row !== null) this.bringForward(row);
  };

  private readonly onLeave = (): void => {
    this.pointed = null;
    this.hover.bringForward(null);
  };

  private cell(row: number, column: number): Element | null {
    return this.querySelector(`[id="${cellId(row, column)}"]`);
  }

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
    else if (event.key === "n" && !(event.ctrlKey || event.metaKey || event.altKey)) this.noteByKey(event);
    else if (event.key.toLowerCase() === "c" && (event.ctrlKey || event.metaKey)) this.copyCell(event);
    else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey))
      this.askMenu(event, row, column);
  };

  /** Enter sorts by a head, opens a run, opens or closes a group; Space shows or hides lines, with Shift those of a range. */
  private act(event: KeyboardEvent): void {
    const { row, column } = this.active;
    event.preventDefault();
    const found = this.rows[row];
    const ticks = event.key === " ";
    if (row < 0 && ticks && column === 0) this.tickAll();
    else if (row < 0)
      this.tell("sort", { column: this.columns[column - 1]?.id ?? nameColumn, add: event.shiftKey });
    else if (ticks) this.tick(row, event.shiftKey);
    else if (found?.kind === "group") this.tell("toggle-group", found.id);
    else if (found !== undefined) this.tell("open", this.idsOf(row)[0] ?? "");
  }

  private noteByKey(event: KeyboardEvent): void {
    event.preventDefault();
    this.note(this.active.row);
  }

  /** The active cell, unless a person has marked text. */
  private copyCell(event: KeyboardEvent): void {
    const { row, column } = this.active;
    const found = this.rows[row];
    const run = found?.kind === "run" ? this.runs[found.index] : undefined;
    if (found?.kind !== "run" || run === undefined || !(getSelection()?.isCollapsed ?? true)) return;
    const text = copiedText(run, found.index, this.columns[column - 1] ?? null);
    if (text === null) return;
    event.preventDefault();
    this.tell("copy-text", text);
  }

  /** A run's own lines, or those of all runs of a group; what is hidden from the charts stays so. */
  private bringForward(row: number): void {
    this.hover.bringAllForward(this.idsOf(row).filter((id) => !this.hiddenRuns.has(id)));
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

const isSame = (one: Seen, other: Seen) => one.first === other.first && one.end === other.end;

customElements.define("rl-compare-grid", CompareGrid);
