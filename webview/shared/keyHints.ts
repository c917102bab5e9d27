/** The list of keys of a page: `?` shows it where nobody types, any click or Escape takes it away. */

import { html, render } from "lit";

export interface KeyGroup {
  readonly name: string;
  /** What the keys do, by how they are pressed. */
  readonly keys: readonly (readonly [keys: string, does: string])[];
}

let close: (() => void) | null = null;

/** Answers what ends it. */
export function offerKeyHints(groups: readonly KeyGroup[]): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    event.preventDefault();
    showKeyHints(groups);
  };
  document.addEventListener("keydown", onKey);
  return () => {
    document.removeEventListener("keydown", onKey);
    close?.();
  };
}

/** Shows the list, or takes it away where it is shown. */
export function showKeyHints(groups: readonly KeyGroup[]): void {
  if (close !== null) {
    close();
    return;
  }
  const before = document.activeElement;
  const box = document.createElement("div");
  box.className = "key-hints";
  box.tabIndex = -1;
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", "Keyboard");
  const end = () => {
    close = null;
    document.removeEventListener("pointerdown", end, true);
    box.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  };
  close = end;
  render(groups.map(group), box);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    end();
  });
  document.addEventListener("pointerdown", end, true);
  document.body.append(box);
  box.focus();
}

function group({ name, keys }: KeyGroup): unknown {
  return html`<section><h2>${name}</h2>
    <dl>${keys.map(([pressed, does]) => html`<div><dt>${pressed.split(" ").map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${does}</dd></div>`)}</dl></section>`;
}

function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof Element && target.matches("input:not([type=checkbox], [type=range]), textarea, select")
  );
}

/** Those of every chart. */
export const chartKeys: KeyGroup = {
  name: "Chart",
  keys: [
    ["← →", "Move the crosshair"],
    ["Home End", "To the first, to the last step"],
    ["+ −", "Zoom in and out around it"],
    ["0 Esc", "Show all steps"],
  ],
};
