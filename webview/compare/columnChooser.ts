/** Which columns the table has: a list with boxes to tick, searched by name, in a sheet below its button. */

import { html, nothing } from "lit";
import { PageElement } from "../shared/element.ts";
import { nameMatches } from "../shared/metricGroups.ts";
import { searchField } from "../shared/searchField.ts";
import type { GridColumn } from "./gridColumns.ts";

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

export class ColumnChooser extends PageElement {
  static override properties = {
    columns: { attribute: false },
    shown: { attribute: false },
    chosen: { attribute: false },
    open: { state: true },
    search: { state: true },
  };

  /** All columns, and those that the table has. */
  declare columns: readonly GridColumn[];
  declare shown: readonly GridColumn[];
  /** What the person has chosen so far, by id. A change is told by the event `choose` with the whole choice. */
  declare chosen: Readonly<Record<string, boolean>>;
  declare open: boolean;
  declare search: string;

  constructor() {
    super();
    this.open = false;
    this.search = "";
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
        ${found.length > listed.length ? html`<p class="quiet">${(found.length - listed.length).toLocaleString("en-US")} more: search for them.</p>` : nothing}
        ${found.length === 0 ? html`<p class="quiet">No column is called “${this.search}”.</p>` : nothing}
      </div>
      <div class="sheet-foot">
        <button class="link" @click=${() => this.choose(found, true)}>Show all</button>
        <button class="link" @click=${() => this.choose(found, false)}>Hide all</button>
        <span class="grow"></span>
        <button class="link" @click=${() => this.tell({})}>Reset</button>
      </div>
    </div>`;
  }

  private entry(column: GridColumn, shown: ReadonlySet<string>, before: GridColumn | undefined): unknown {
    const heading = before?.group === column.group ? nothing : html`<h4>${groupNames[column.group]}</h4>`;
    return html`${heading}<label class="sheet-entry" title=${column.title}><input class="sheet-tick" type="checkbox" .checked=${shown.has(column.id)}
      @change=${(event: Event) => this.tell({ ...this.chosen, [column.id]: (event.target as HTMLInputElement).checked })} />
      <span class="clip">${column.title}</span>${column.differs ? nothing : html`<span class="quiet">same</span>`}</label>`;
  }

  private choose(columns: readonly GridColumn[], shown: boolean): void {
    this.tell({ ...this.chosen, ...Object.fromEntries(columns.map((column) => [column.id, shown])) });
  }

  private tell(detail: Readonly<Record<string, boolean>>): void {
    this.dispatchEvent(new CustomEvent("choose", { detail }));
  }

  private show(open: boolean): void {
    this.open = open;
    const next = open ? "input" : "vscode-button";
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(next)?.focus());
  }
}

customElements.define("rl-column-chooser", ColumnChooser);
