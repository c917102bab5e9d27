/** A row of tabs as the editor has them. The caller draws the chosen panel; arrows, Home and End walk the tabs. */

import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";

export interface Tab<Id extends string> {
  readonly id: Id;
  readonly label: string;
  readonly count?: number | undefined;
}

export interface TabsView<Id extends string> {
  readonly label: string;
  readonly tabs: readonly Tab<Id>[];
  readonly chosen: Id;
  readonly onChoose: (id: Id) => void;
}

export function tabBar<Id extends string>({ label, tabs, chosen, onChoose }: TabsView<Id>): TemplateResult {
  const onKey = (event: KeyboardEvent) => {
    const index = tabs.findIndex((tab) => tab.id === chosen);
    const targets: Readonly<Record<string, number>> = {
      ArrowLeft: index - 1,
      ArrowRight: index + 1,
      Home: 0,
      End: tabs.length - 1,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const next = tabs[(target + tabs.length) % tabs.length];
    if (next === undefined) return;
    onChoose(next.id);
    const bar = event.currentTarget;
    if (bar instanceof HTMLElement) bar.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };
  return html`<div class="tab-strip"><div class="tabs" role="tablist" aria-label=${label} @keydown=${onKey} ${ref(keepInSight)}>${tabs.map(
    (
      tab,
    ) => html`<button role="tab" id=${`tab-${tab.id}`} aria-selected=${tab.id === chosen} aria-controls="panel"
      tabindex=${tab.id === chosen ? 0 : -1} @click=${() => onChoose(tab.id)} ${ref(tab.id === chosen ? bringIntoSight : undefined)}
    >${tab.label}${tab.count ? html`<span class="count">${tab.count}</span>` : nothing}</button>`,
  )}</div></div>`;
}

// As wide as the fade at the ends of a row that goes on, see tabs.css.
const fade = 28;

const observer = new ResizeObserver((entries) => {
  for (const { target } of entries) showChosen(target);
});

/** A row that becomes narrower keeps the chosen tab in sight. */
function keepInSight(row: Element | undefined): void {
  if (row !== undefined) observer.observe(row);
}

/** Called while the page is rendered, so it looks a frame later. */
function bringIntoSight(tab: Element | undefined): void {
  const row = tab?.closest(".tabs");
  requestAnimationFrame(() => row && showChosen(row));
}

function showChosen(row: Element): void {
  const tab = row.querySelector('[aria-selected="true"]')?.getBoundingClientRect();
  const { left, right } = row.getBoundingClientRect();
  if (tab === undefined) return;
  if (tab.left < left + fade) row.scrollLeft += tab.left - left - fade;
  else if (tab.right > right - fade) row.scrollLeft += tab.right - right + fade;
}
