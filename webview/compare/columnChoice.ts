/** A choice of one column, by kind. */

import { html, nothing } from "lit";
import type { GridColumn } from "./gridColumns.ts";

const kinds = [
  ["metric", "Metrics"],
  ["parameter", "Parameters"],
  ["fact", "Facts"],
  ["data", "Data"],
  ["tag", "Tags"],
] as const;

export interface ChoiceView {
  readonly label: string;
  readonly columns: readonly GridColumn[];
  readonly chosen: string | null;
  /** The text of the choice of nothing; left out where something must be chosen. */
  readonly none?: string;
  readonly onChoose: (id: string | null) => void;
}

export function columnChoice({ label, columns, chosen, none, onChoose }: ChoiceView): unknown {
  const options = (group: string) => columns.filter((column) => column.group === group);
  return html`<label class="control"><span>${label}</span><select .value=${chosen ?? ""}
    @change=${(event: Event) => onChoose((event.target as HTMLSelectElement).value || null)}>
    ${none === undefined ? nothing : html`<option value="" ?selected=${chosen === null}>${none}</option>`}
    ${kinds.map(([group, title]) => {
      const found = options(group);
      return found.length === 0
        ? nothing
        : html`<optgroup label=${title}>${found.map((column) => html`<option value=${column.id} ?selected=${column.id === chosen}>${column.title}</option>`)}</optgroup>`;
    })}
  </select></label>`;
}
