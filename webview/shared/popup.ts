/** A short menu at a place of the page: for a row or a head, opened by the pointer or by the keyboard. One at a time. */

import { html, nothing, render } from "lit";
import { icon } from "./icon.ts";

export interface PopupItem {
  readonly label: string;
  /** A chosen entry of several. */
  readonly checked?: boolean;
  /** A line above it. */
  readonly separated?: boolean;
  readonly run: () => void;
}

let close: () => void = () => undefined;

/** Opens below or beside the place; Escape and a click elsewhere close it and give the focus back. */
export function showPopup(
  at: { readonly x: number; readonly y: number },
  label: string,
  items: readonly PopupItem[],
): void {
  close();
  if (items.length === 0) return;
  const before = document.activeElement;
  const box = document.createElement("div");
  box.className = "menu popup";
  box.setAttribute("role", "menu");
  box.setAttribute("aria-label", label);
  const end = () => {
    close = () => undefined;
    removeEventListener("pointerdown", onOutside, true);
    removeEventListener("blur", end);
    box.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  };
  const onOutside = (event: PointerEvent) => {
    if (!(event.target instanceof Node) || !box.contains(event.target)) end();
  };
  close = end;
  render(
    items.map(
      (item) => html`${item.separated ? html`<hr />` : nothing}
        <button role=${item.checked === undefined ? "menuitem" : "menuitemradio"} aria-checked=${item.checked ?? nothing} tabindex="-1"
          @click=${() => {
            end();
            item.run();
          }}>${item.checked ? icon("check") : html`<span class="menu-space"></span>`}<span>${item.label}</span></button>`,
    ),
    box,
  );
  box.addEventListener("keydown", (event) => onKey(event, box, end));
  addEventListener("pointerdown", onOutside, true);
  addEventListener("blur", end);
  document.body.append(box);
  const left = Math.max(4, Math.min(at.x, innerWidth - box.offsetWidth - 4));
  const top = Math.max(4, Math.min(at.y, innerHeight - box.offsetHeight - 4));
  box.style.transform = `translate(${left}px, ${top}px)`;
  box.querySelector("button")?.focus();
}

function onKey(event: KeyboardEvent, box: HTMLElement, end: () => void): void {
  const items = [...box.querySelectorAll("button")];
  const focused = document.activeElement;
  const index = focused instanceof HTMLButtonElement ? items.indexOf(focused) : -1;
  const targets: Readonly<Record<string, number>> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    Home: 0,
    End: -1,
  };
  const target = targets[event.key];
  if (event.key === "Escape" || event.key === "Tab") end();
  if (target === undefined && event.key !== "Escape" && event.key !== "Tab") return;
  event.preventDefault();
  event.stopPropagation();
  if (target !== undefined) items[(target + items.length) % items.length]?.focus();
}
