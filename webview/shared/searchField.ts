/** A search field that tells its text while it is typed, and is cleared by Escape. */

import { html, type TemplateResult } from "lit";
import { icon } from "./icon.ts";

export interface SearchView {
  readonly text: string;
  readonly label: string;
  readonly onSearch: (text: string) => void;
  /** Enter; true with Shift. */
  readonly onEnter?: (backwards: boolean) => void;
}

export function searchField({ text, label, onSearch, onEnter }: SearchView): TemplateResult {
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape" && text !== "") onSearch("");
    if (event.key === "Enter") onEnter?.(event.shiftKey);
  };
  return html`<span class="search">${icon("search")}<input type="search" aria-label=${label} placeholder=${label} .value=${text}
    @input=${(event: Event) => onSearch((event.target as HTMLInputElement).value)} @keydown=${onKey} /></span>`;
}
