/** The rows of the compare table as they are drawn: the head, groups, runs and their cells. */

import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { formatWhole } from "../../src/model/format.ts";
import type { RunLook } from "../../src/model/runColor.ts";
import type { SortKey } from "../../src/protocol/comparePage.ts";
import { asOfBadge } from "../shared/asOf.ts";
import type { Hover } from "../shared/hover.ts";
import { icon, iconButton, stateIcon, stateLooks } from "../shared/icon.ts";
import { swatch } from "../shared/swatch.ts";
import type { CompareRun } from "./comparedRuns.ts";
import { cellContent, trendLine } from "./gridCells.ts";
import type { GridColumn } from "./gridColumns.ts";
import { editableText, editOf } from "./gridEdit.ts";
import type { GridEvents } from "./gridEvents.ts";
import type { GridPlace } from "./gridKeys.ts";
import { type ColumnPlace, rowHeight, type Seen } from "./gridLayout.ts";
import { cellId } from "./gridPointer.ts";
import { nameColumn } from "./sortRows.ts";
import type { GroupCells, GroupRow, RunRow, TableRow } from "./tableRows.ts";

const indent = 16;

/** The grid as its rows need it: what it shows, and what is to happen. It hears of clicks on cells itself, by their ids (`placeOfCell`). */
export interface GridView {
  readonly runs: readonly CompareRun[];
  readonly looks: ReadonlyMap<string, RunLook>;
  readonly columns: readonly GridColumn[];
  readonly places: readonly ColumnPlace[];
  readonly rows: readonly TableRow[];
  readonly hiddenRuns: ReadonlySet<string>;
  readonly baseline: string | null;
  readonly baselineIndex: number;
  readonly sort: readonly SortKey[];
  readonly hover: Hover;
  readonly groupCells: GroupCells;
  readonly active: GridPlace;
  readonly editing: GridPlace | null;
  /** Shows or hides the lines of a row; with Shift of all rows from the one before. */
  tick(row: number, withRange: boolean): void;
  tickAll(): void;
  endEdit(made: GridEvents["edit"] | null): void;
  tell<N extends keyof GridEvents>(name: N, detail: GridEvents[N]): void;
}

export function headRow(grid: GridView, seen: Seen, width: number): unknown {
  return html`<div class="grid-head" role="row" aria-rowindex="1" .style=${`width:${width}px`}>
    ${nameHead(grid)}${spacer(grid, seen.first)}
    ${grid.columns.slice(seen.first, seen.end).map((column, index) => headCell(grid, column, seen.first + index + 1))}
  </div>`;
}

export function bodyRow(grid: GridView, row: number, seen: Seen, width: number): unknown {
  const found = grid.rows[row];
  if (found === undefined) return nothing;
  const style = `transform:translateY(${row * rowHeight}px);width:${width}px`;
  return found.kind === "group"
    ? groupRow(grid, found, row, style, seen)
    : runRow(grid, found, row, style, seen);
}

/** What is left out at the left of the columns in sight. */
function spacer(grid: GridView, first: number): unknown {
  return html`<span class="grid-space" .style=${`width:${grid.places[first]?.left ?? 0}px`}></span>`;
}

const widthOf = (grid: GridView, column: number) => `width:${grid.places[column - 1]?.width ?? 0}px`;

const activeClass = ({ active }: GridView, row: number, column: number) =>
  active.row === row && active.column === column ? "active" : "";

const headHelp = "Click sorts, Shift+click sorts within the present order, right click for more";

function nameHead(grid: GridView): unknown {
  const { runs, hiddenRuns } = grid;
  const { order, mark } = sorting(grid, nameColumn);
  const hidden = runs.reduce((sum, { id }) => sum + Number(hiddenRuns.has(id)), 0);
  const all = hidden === 0 ? "Hide all runs from the charts" : "Show all runs in the charts";
  return html`<div class=${`cell head name ${activeClass(grid, -1, 0)}`} role="columnheader" id=${cellId(-1, 0)} aria-colindex="1" aria-sort=${order} aria-label="Run"
    title=${`Run\n${headHelp}`}>
    <input type="checkbox" tabindex="-1" .checked=${live(hidden < runs.length)} .indeterminate=${hidden > 0 && hidden < runs.length} title=${all} aria-label=${all}
      @click=${(event: MouseEvent) => event.stopPropagation()} @change=${() => grid.tickAll()} />
    <span class="clip">Run</span>${mark}
  </div>`;
}

function headCell(grid: GridView, column: GridColumn, index: number): unknown {
  const { order, mark } = sorting(grid, column.id);
  return html`<button class=${`cell head ${column.numeric ? "right" : ""} ${activeClass(grid, -1, index)}`} role="columnheader" tabindex="-1"
    id=${cellId(-1, index)} aria-colindex=${index + 1} aria-sort=${order} .style=${widthOf(grid, index)}
    title=${`${column.group}: ${column.title}\n${headHelp}`}><span class="clip">${column.title}</span>${mark}</button>`;
}

/** Whether the rows are sorted by a column, and the arrow that says so, numbered where there are several. */
function sorting({ sort }: GridView, id: string) {
  const place = sort.findIndex((key) => key.column === id);
  const key = sort[place];
  if (key === undefined) return { order: "none", mark: nothing };
  const mark = html`${icon(key.descending ? "arrow-down" : "arrow-up")}${sort.length > 1 ? html`<sub>${place + 1}</sub>` : nothing}`;
  return { order: key.descending ? "descending" : "ascending", mark };
}

function groupRow(grid: GridView, group: GroupRow, row: number, style: string, seen: Seen): unknown {
  const value = (column: GridColumn, place: number) => {
    const cell = column.group === "trend" ? null : grid.groupCells.of(group, column);
    return html`<div class=${`cell ${column.numeric ? "right number" : ""} ${activeClass(grid, row, place)}`} role="gridcell" id=${cellId(row, place)}
      aria-colindex=${place + 1} .style=${widthOf(grid, place)} title=${cell?.text ?? ""}>
      <span class="clip">${cell?.shown ?? ""}</span></div>`;
  };
  const { frontRuns } = grid.hover;
  const isFront =
    frontRuns.length === group.members.length && frontRuns[0] === grid.runs[group.members[0] ?? -1]?.id;
  return html`<div class=${`grid-row group ${isFront ? "front" : ""}`} role="row" aria-rowindex=${row + 2} aria-level=${group.depth + 1} aria-expanded=${group.open} .style=${style}>
    ${groupName(grid, group, row)}${spacer(grid, seen.first)}
    ${grid.columns.slice(seen.first, seen.end).map((column, offset) => value(column, seen.first + offset + 1))}
  </div>`;
}

function groupName(grid: GridView, group: GroupRow, row: number): unknown {
  const ids = group.members.map((index) => grid.runs[index]?.id ?? "");
  const shown = ids.filter((id) => !grid.hiddenRuns.has(id)).length;
  const label = `${group.title} ${group.value}`;
  return html`<div class=${`cell name ${activeClass(grid, row, 0)}`} role="rowheader" id=${cellId(row, 0)} aria-colindex="1"
    aria-label=${`${label}, ${group.members.length} runs, ${group.open ? "open" : "closed"}`}>
    ${tick(grid, row, `Show the runs of ${label} in charts`, shown > 0, shown > 0 && shown < ids.length)}
    <button class="group-toggle" tabindex="-1" .style=${`padding-left:${group.depth * indent}px`} title=${`${group.title} = ${group.value}`} aria-label=${label}
      @click=${() => grid.tell("toggle-group", group.id)}>${icon(group.open ? "chevron-down" : "chevron-right")}<span class="quiet clip">${group.title}</span><span class="clip">${group.value}</span></button>
    <span class="count">${group.members.length}</span>
  </div>`;
}

/** A click, not a change: only the click knows of Shift. */
function tick(grid: GridView, row: number, label: string, shown: boolean, some: boolean): unknown {
  return html`<input type="checkbox" tabindex="-1" .checked=${live(shown)} .indeterminate=${some} aria-label=${label} title="Show in charts. Shift+click: all from the last one clicked"
    @click=${(event: MouseEvent) => grid.tick(row, event.shiftKey)} />`;
}

function runRow(grid: GridView, found: RunRow, row: number, style: string, seen: Seen): unknown {
  const run = grid.runs[found.index];
  if (run === undefined) return nothing;
  const next = grid.rows[row + 1];
  const classes = [
    "grid-row",
    grid.hiddenRuns.has(run.id) ? "off" : "",
    grid.hover.frontRun === run.id ? "front" : "",
    run.id === grid.baseline ? "baseline" : "",
    found.pinned && !(next?.kind === "run" && next.pinned) ? "last-pinned" : "",
  ];
  return html`<div class=${classes.filter(Boolean).join(" ")} role="row" aria-rowindex=${row + 2} .style=${style}>
    ${nameCell(grid, run, row, found)}${spacer(grid, seen.first)}
    ${grid.columns.slice(seen.first, seen.end).map((column, offset) => valueCell(grid, column, found.index, row, seen.first + offset + 1))}
  </div>`;
}

function nameCell(grid: GridView, run: CompareRun, row: number, found: RunRow): unknown {
  if (isEditing(grid, row, 0))
    return html`<div class="cell name">${editor(grid, run, found.index, null)}</div>`;
  const look = grid.looks.get(run.id);
  const hidden = grid.hiddenRuns.has(run.id);
  const isBaseline = run.id === grid.baseline;
  const said = [
    run.name,
    stateLooks[run.state].label,
    hidden ? "not in charts" : "",
    isBaseline ? "baseline" : "",
    found.pinned ? "pinned" : "",
    run.findings > 0 ? findingsText(run) : "",
  ];
  return html`<div class=${`cell name ${activeClass(grid, row, 0)}`} role="rowheader" id=${cellId(row, 0)} aria-colindex="1"
    aria-label=${said.filter(Boolean).join(", ")}>
    ${tick(grid, row, `Show ${run.name} in charts`, !hidden, false)}
    ${found.depth > 0 ? html`<span .style=${`width:${found.depth * indent}px;flex:none`}></span>` : nothing}
    ${look === undefined ? nothing : swatch(look)}
    <button class="link clip run-name" tabindex="-1" title=${run.name} @click=${() => grid.tell("open", run.id)}>${run.name}</button>
    ${run.state === "finished" ? nothing : stateIcon(run.state)}${asOfBadge(run)}
    ${run.findings > 0 ? html`<span class="row-finding">${iconButton("warning", `${findingsText(run)}: open the run to read ${run.findings === 1 ? "it" : "them"}`, () => grid.tell("open", run.id))}</span>` : nothing}
    ${isBaseline ? html`<span class="badge">baseline</span>` : nothing}
    <span class="grow"></span>
    <span class=${`row-action ${run.starred ? "on" : ""}`}>${iconButton(run.starred ? "star-full" : "star-empty", run.starred ? "Remove star" : "Star", () => grid.tell("star", run.id))}</span>
    <span class=${`row-action ${found.pinned ? "on" : ""}`}>${iconButton(found.pinned ? "pinned" : "pin", found.pinned ? "Unpin" : "Pin to the top", () => grid.tell("pin", run.id))}</span>
  </div>`;
}

const findingsText = ({ findings }: CompareRun) =>
  findings === 1 ? "1 finding" : `${formatWhole(findings)} findings`;

function valueCell(grid: GridView, column: GridColumn, index: number, row: number, place: number): unknown {
  const run = grid.runs[index];
  const cell = column.cells.at(index);
  if (run !== undefined && isEditing(grid, row, place))
    return html`<div class="cell" .style=${widthOf(grid, place)}>${editor(grid, run, index, column)}</div>`;
  const { differs, content } = cellContent({ column, cell, index, baseline: grid.baselineIndex });
  const trend = column.trend?.(index);
  const look = run && grid.looks.get(run.id);
  const classes = [
    "cell",
    column.numeric ? "right number" : "",
    differs ? "differs" : "",
    cell === null ? "quiet" : "",
    activeClass(grid, row, place),
  ];
  return html`<div class=${classes.filter(Boolean).join(" ")} role="gridcell" id=${cellId(row, place)} aria-colindex=${place + 1}
    .style=${widthOf(grid, place)} title=${cell?.text ?? (column.loaded ? "no value" : "being read")}>
    ${trend === undefined ? content : trend.length > 1 ? trendLine(trend, look === undefined ? "" : `run-${look.color + 1}`) : nothing}
  </div>`;
}

const isEditing = ({ editing }: GridView, row: number, column: number) =>
  editing?.row === row && editing.column === column;

function editor(grid: GridView, run: CompareRun, index: number, column: GridColumn | null): unknown {
  const end = (event: Event, keep: boolean) => {
    const made = keep ? editOf(run, index, column, (event.target as HTMLInputElement).value) : null;
    grid.endEdit(made === null ? null : { runId: run.id, edit: made });
  };
  const onKey = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Enter" || event.key === "Escape") end(event, event.key === "Enter");
  };
  return html`<input class="cell-edit" aria-label=${`${column?.title ?? "name"} of ${run.name}`} .value=${editableText(run, index, column) ?? ""}
    @keydown=${onKey} @blur=${(event: Event) => end(event, true)} />`;
}
