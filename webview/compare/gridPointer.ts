/** Which cell of the grid an event is about: cells carry their places in their ids, so that a few listeners hear for thousands of cells. */

import type { GridPlace } from "./gridKeys.ts";

export const cellId = (row: number, column: number) => `cell-${row}-${column}`;

/** The cell that was hit; null for none, and for one whose text is being changed. */
export function placeOfCell(target: EventTarget | null): GridPlace | null {
  const cell = target instanceof Element ? target.closest('[id^="cell-"]') : null;
  const found = /^cell-(-?\d+)-(\d+)$/.exec(cell?.id ?? "");
  return found === null ? null : { row: Number(found[1]), column: Number(found[2]) };
}

/** The row that was hit; null for none of the body. */
export function rowOf(target: EventTarget | null): number | null {
  const row = target instanceof Element ? target.closest(".grid-row") : null;
  return row === null ? null : Number(row.getAttribute("aria-rowindex")) - 2;
}
