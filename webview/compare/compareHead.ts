/** The top of the Compare page: what is compared, against which run, grouped and filtered how, and what can be done with the table. */

import { html, nothing } from "lit";
import { formatWhole } from "../../src/model/format.ts";
import type { ColumnSet, ComparePageState } from "../../src/protocol/comparePage.ts";
import { icon } from "../shared/icon.ts";
import { showKeyHints } from "../shared/keyHints.ts";
import { searchField } from "../shared/searchField.ts";
import { differentValues } from "./columnCells.ts";
import type { KeptSet } from "./columnChooser.ts";
import { columnSetOf } from "./columnOrder.ts";
import type { CompareRun } from "./comparedRuns.ts";
import { compareKeys } from "./compareKeys.ts";
import type { CompareTable } from "./compareTable.ts";
import { csvTable, type ExportedTable, latexTable, markdownTable } from "./exportTable.ts";
import { noBaseline } from "./freshState.ts";
import type { GridColumn } from "./gridColumns.ts";
import "../shared/menu.ts";
import "./columnChooser.ts";

const mostLevels = 3;
const mostBaselines = 200;
const groupable = new WeakMap<GridColumn, boolean>();
const shortName = 60;

export interface HeadView {
  readonly table: CompareTable;
  readonly state: ComparePageState;
  readonly baseline: string | null;
  readonly save: (change: Partial<ComparePageState>) => void;
  readonly sets: Readonly<Record<string, ColumnSet>>;
  /** By a name; null as the set forgets it. */
  readonly keepColumns: (name: string, set: ColumnSet | null) => void;
  readonly copyTable: (write: (table: ExportedTable) => string) => void;
  readonly copyLink: () => void;
  readonly addRuns: () => void;
}

export function compareHead(view: HeadView): unknown {
  const { table, state, baseline, save } = view;
  const { runs, order, coming } = table;
  const count =
    order.length === runs.length
      ? formatWhole(runs.length + coming)
      : `${formatWhole(order.length)} of ${formatWhole(runs.length)}`;
  return html`<header class="compare-head">
    <h1>${count} ${runs.length === 1 ? "run" : "runs"}</h1>
    <label class="control baseline-choice"><span class="quiet">Baseline</span>
      <select @change=${(event: Event) => save({ baseline: (event.target as HTMLSelectElement).value })}>
        <option value=${noBaseline} ?selected=${baseline === null}>none</option>
        ${baselineChoices(table, baseline).map((run) => html`<option value=${run.id} ?selected=${run.id === baseline}>${run.name.length > shortName ? `${run.name.slice(0, shortName)}…` : run.name}</option>`)}
      </select>
    </label>
    ${groupChoices(view)}
    <vscode-checkbox label="Only what differs" ?checked=${state.onlyDifferences} ?disabled=${runs.length < 2}
      @change=${(event: Event) => save({ onlyDifferences: (event.target as HTMLInputElement).checked })}></vscode-checkbox>
    ${filterField(view)}
    ${Object.keys(state.brushes).length > 0 ? html`<button class="badge" title="Show all runs again" @click=${() => save({ brushes: {} })}>brushed ${icon("close")}</button>` : nothing}
    ${runs.length === 1 ? html`<span class="quiet">Add a second run to see what differs.</span>` : nothing}
    <span class="head-actions"><rl-column-chooser .columns=${table.all} .shown=${table.columns} .arranged=${columnSetOf(state)} .sets=${view.sets}
      @arrange=${(event: CustomEvent<ColumnSet>) => save(event.detail)}
      @keep=${(event: CustomEvent<KeptSet>) => view.keepColumns(event.detail.name, event.detail.set)}></rl-column-chooser>
    <vscode-button secondary icon="add" aria-label="Add runs" title="Add runs" @click=${view.addRuns}><span class="wide-only">Add runs</span></vscode-button>
    <rl-menu .label=${"More actions"} .items=${tableMenu(view)}></rl-menu></span>
  </header>`;
}

/** The first runs of the table; any other becomes the baseline by its own menu. */
function baselineChoices(
  { runs, order, coming }: CompareTable,
  baseline: string | null,
): readonly CompareRun[] {
  // The first rows of a large table are shown as soon as they are here; the choice comes with all of them.
  const first = (coming > 0 ? [] : order.slice(0, mostBaselines)).flatMap((index) => runs[index] ?? []);
  const chosen = runs.find((run) => run.id === baseline);
  return chosen === undefined || first.includes(chosen) ? first : [chosen, ...first];
}

/** One choice for each level of groups, and one more. */
function groupChoices({ table, state, save }: HeadView): unknown {
  const columns = table.all.filter(isGroupable);
  if (columns.length === 0) return nothing;
  const levels = [...state.groupBy, ""].slice(0, mostLevels);
  const choose = (level: number, id: string) =>
    save({ groupBy: [...state.groupBy.slice(0, level), ...(id === "" ? [] : [id])], closedGroups: [] });
  return html`<span class="control"><span class="quiet">Group by</span>${levels.map(
    (chosen, level) => html`<select aria-label=${level === 0 ? "Group by" : "Then by"} .value=${chosen}
      @change=${(event: Event) => choose(level, (event.target as HTMLSelectElement).value)}>
      <option value="" ?selected=${chosen === ""}>${level === 0 ? "none" : "then by …"}</option>
      ${columns
        .filter(({ id }) => id === chosen || !state.groupBy.includes(id))
        .map(
          (column) =>
            html`<option value=${column.id} ?selected=${column.id === chosen}>${column.title}</option>`,
        )}
    </select>`,
  )}</span>`;
}

/** Parameters, data, tags and facts in which the runs differ, with fewer values than runs. */
function isGroupable(column: GridColumn): boolean {
  const known = groupable.get(column) ?? hasGroups(column);
  groupable.set(column, known);
  return known;
}

function hasGroups(column: GridColumn): boolean {
  if (!["parameter", "data", "tag", "fact"].includes(column.group) || column.id === "fact:duration")
    return false;
  if (!column.differs) return false;
  if (!column.loaded) return true;
  const { length } = column.cells;
  return length < 3 || differentValues(column.cells, length) < length;
}

function filterField({ table, state, save }: HeadView): unknown {
  const { error } = table.filter;
  return html`<span class=${`filter ${error === null ? "" : "invalid"}`}>
    ${searchField({ text: state.filter, label: "Filter runs", onSearch: (filter) => save({ filter }) })}
    ${error === null ? nothing : html`<span class="filter-error" role="alert">${errorPointer(state.filter, error.column)}<span>${error.text}</span></span>`}
  </span>`;
}

/** The filter once more with a mark below the place that is not understood. */
function errorPointer(text: string, at: number): unknown {
  return html`<code aria-hidden="true">${text}\n${" ".repeat(Math.max(0, at))}^</code>`;
}

function tableMenu({ copyTable, copyLink }: HeadView) {
  return [
    { label: "Copy link to this view", icon: "link", run: copyLink },
    { label: "Copy table as Markdown", icon: "markdown", run: () => copyTable(markdownTable) },
    { label: "Copy table as CSV", icon: "table", run: () => copyTable(csvTable) },
    { label: "Copy table as LaTeX", icon: "symbol-text", run: () => copyTable(latexTable) },
    { label: "Keyboard (?)", icon: "keyboard", run: () => showKeyHints(compareKeys) },
  ];
}
