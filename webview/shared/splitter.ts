/** The bar between two parts, one above the other: dragged, or moved by the arrow keys. */

import { html, type TemplateResult } from "lit";

export interface SplitterView {
  /** Share of the upper part, 0 to 1. */
  readonly share: number;
  readonly label: string;
  readonly onMove: (share: number) => void;
}

const least = 0.1;
const most = 0.9;
const limited = (share: number) => Math.min(most, Math.max(least, share));

export function splitter({ share, label, onMove }: SplitterView): TemplateResult {
  const onPointerDown = (down: PointerEvent) => {
    const bar = down.currentTarget;
    if (!(bar instanceof HTMLElement) || bar.parentElement === null) return;
    const box = bar.parentElement.getBoundingClientRect();
    const onPointerMove = (move: PointerEvent) => onMove(limited((move.clientY - box.top) / box.height));
    bar.setPointerCapture(down.pointerId);
    bar.addEventListener("pointermove", onPointerMove);
    bar.addEventListener("lostpointercapture", () => bar.removeEventListener("pointermove", onPointerMove), {
      once: true,
    });
  };
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === "ArrowUp" ? -0.05 : event.key === "ArrowDown" ? 0.05 : 0;
    if (step === 0) return;
    event.preventDefault();
    onMove(limited(share + step));
  };
  return html`<div class="splitter" role="separator" tabindex="0" aria-orientation="horizontal" aria-label=${label}
    aria-valuenow=${Math.round(share * 100)} aria-valuemin=${least * 100} aria-valuemax=${most * 100}
    @pointerdown=${onPointerDown} @keydown=${onKey} @dblclick=${() => onMove(0.45)}></div>`;
}
