/** Which columns the table has: a list with boxes to tick, searched by name, in a sheet below its button; and whole sets of them by name. */

import { html, nothing } from "lit";
import { formatWhole } from "../../src/model/format.ts";
import type { ColumnSet } from "../../src/protocol/comparePage.ts";
import { PageElement } from "../shared/element.ts";
import { iconButton } from "../shared/icon.ts";
import { nameMatches } from "../shared/metricGroups.ts";
import { searchField } from "../shared/searchField.ts";
import { freshColumns, isArranged } from "./columnOrder.ts";
import type { GridColumn } from "./gridColumns.ts";
import { checkedView } from "./linkedView.ts";

const mostShown = 200;
const groupNames = {
  metric: "Metrics",
  trend: "Trend",
  parameter: "Parameters",
  data: "Data",
  fact: "Facts",
  tag: "Tags",
  note: "Note",
} as const;

/** A set of columns to keep by its name, or to forget. */
export interface KeptSet {
  readonly name: string;
  readonly set: ColumnSet | null;
}

export class ColumnChooser extends PageElement {
  static override properties = {
    columns: { attribute: false },
    shown: { attribute: false },
    arranged: { attribute: false },
    sets: { attribute: false },
    open: { state: true },
    search: { state: true },
  };

  /** All columns, and those that the table has. */
  declare columns: readonly GridColumn[];
  declare shown: readonly GridColumn[];
  /** What the person has arranged so far. A change is told by the event `arrange` with the whole of it. */
  declare arranged: ColumnSet;
  /** Those that have names. The event `keep` tells of one that is to be kept or forgotten. */
  declare sets: Readonly<Record<string, ColumnSet>>;
  declare open: boolean;
  declare search: string;

  constructor() {
    super();
    this.open = false;
    this.search = "";
    this.sets = {};
  }

  protected override render(): unknown {
    return html`<vscode-button secondary icon="list-selection" aria-label="Columns" title="Columns" aria-haspopup="dialog" aria-expanded=${this.open} @click=${() => this.show(!this.open)}><span class="wide-only">Columns</span></vscode-button>
      ${this.open ? this.sheet() : nothing}`;
  }

  private sheet(): unknown {
    const shown = new Set(this.shown.map((column) => column.id));
    const kinds = Object.keys(groupNames);
    const found = this.columns
      .filter((column) => nameMatches(`${column.group} ${column.title}`, this.search))
      .sort((one, other) => kinds.indexOf(one.group) - kinds.indexOf(other.group));
    const listed = found.slice(0, mostShown);
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") this.show(false);
    };
    const onLeave = (event: FocusEvent) => {
      if (!(event.relatedTarget instanceof Node) || !this.contains(event.relatedTarget)) this.open = false;
    };
    return html`<div class="sheet" role="dialog" aria-label="Columns" tabindex="-1" @keydown=${onKey} @focusout=${onLeave}>
      ${searchField({
        text: this.search,
        label: "Search columns",
        onSearch: (text) => {
          this.search = text;
        },
      })}
      <div class="sheet-list">${listed.map((column, index) => this.entry(column, shown, listed[index - 1]))}
        ${found.length > listed.length ? html`<p class="quiet">${formatWhole(found.length - listed.length)} more: search for them.</p>` : nothing}
        ${found.length === 0 ? html`<p class="quiet">No column is called “${this.search}”.</p>` : nothing}
      </div>
      <div class="sheet-foot">
        <button class="link" @click=${() => this.choose(found, true)}>Show all</button>
        <button class="link" @click=${() => this.choose(found, false)}>Hide all</button>
        <span class="grow"></span>
        ${isArranged(this.arranged) ? html`<button class="link" title="Columns, their order and directions as Runline chooses them" @click=${() => this.begin(freshColumns)}>Reset</button>` : nothing}
      </div>
      ${this.keptSets()}
    </div>`;
  }

  /** The next comparison begins with the columns of this one; what else shall last has a name. */
  private keptSets(): unknown {
    const names = Object.keys(this.sets);
    const onKey = (event: KeyboardEvent) => {
      const field = event.target;
      if (event.key !== "Enter" || !(field instanceof HTMLInputElement) || field.value.trim() === "") return;
      this.keep({ name: field.value.trim(), set: this.arranged });
      field.value = "";
    };
    return html`<div class="sheet-sets">
      ${names.map(
        (
          name,
        ) => html`<span class="chip"><button class="clip" title=${`Use the columns of “${name}”`} @click=${() => this.use(name)}>${name}</button>
          ${iconButton("close", `Forget ${name}`, () => this.forget(name))}</span>`,
      )}
      ${isArranged(this.arranged) ? html`<input class="set-name" maxlength="100" aria-label="Keep these columns as" placeholder="Keep these columns as …" @keydown=${onKey} />` : nothing}
    </div>`;
  }

  private use(name: string): void {
    const { columns = {}, columnOrder = [], directions = {} } = checkedView(this.sets[name]);
    this.begin({ columns, columnOrder, directions });
  }

  private begin(set: ColumnSet): void {
    this.focusSheet();
    this.arrange(set);
  }

  private forget(name: string): void {
    this.focusSheet();
    this.keep({ name, set: null });
  }

  /** What was clicked may be gone by the next drawing, and the focus with it: the sheet would close. */
  private focusSheet(): void {
    this.querySelector<HTMLElement>(".sheet")?.focus();
  }

  private keep(detail: KeptSet): void {
    this.dispatchEvent(new CustomEvent("keep", { detail }));
  }

  private entry(column: GridColumn, shown: ReadonlySet<string>, before: GridColumn | undefined): unknown {
    const heading = before?.group === column.group ? nothing : html`<h4>${groupNames[column.group]}</h4>`;
    return html`${heading}<label class="sheet-entry" title=${column.title}><input class="sheet-tick" type="checkbox" .checked=${shown.has(column.id)}
      @change=${(event: Event) => this.choose([column], (event.target as HTMLInputElement).checked)} />
      <span class="clip">${column.title}</span>${column.differs ? nothing : html`<span class="quiet">same</span>`}</label>`;
  }

  private choose(columns: readonly GridColumn[], shown: boolean): void {
    const chosen = Object.fromEntries(columns.map((column) => [column.id, shown]));
    this.arrange({ ...this.arranged, columns: { ...this.arranged.columns, ...chosen } });
  }

  private arrange(detail: ColumnSet): void {
    this.dispatchEvent(new CustomEvent("arrange", { detail }));
  }

  private show(open: boolean): void {
    this.open = open;
    const next = open ? "input" : "vscode-button";
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(next)?.focus());
  }
}

customElements.define("rl-column-chooser", ColumnChooser);
