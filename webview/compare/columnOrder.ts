/** Columns in an order of the person's own, and whole arrangements of columns. Pure. */

import type { ColumnSet, ComparePageState } from "../../src/protocol/comparePage.ts";

/** The columns named in `order` change places among themselves; all others stay where they stand. */
export function orderedColumns<C extends { readonly id: string }>(
  columns: readonly C[],
  order: readonly string[],
): readonly C[] {
  if (order.length === 0) return columns;
  const places = new Map(order.map((id, at) => [id, at]));
  const placeOf = ({ id }: C) => places.get(id);
  const own = columns
    .filter((column) => placeOf(column) !== undefined)
    .sort((a, b) => (placeOf(a) ?? 0) - (placeOf(b) ?? 0));
  let next = 0;
  return columns.map((column) => (placeOf(column) === undefined ? column : (own[next++] ?? column)));
}

/** The order of these columns with one of them moved by so many places; null where it can't go further. */
export function movedColumn(shown: readonly string[], id: string, by: -1 | 1): readonly string[] | null {
  const at = shown.indexOf(id);
  const to = at + by;
  if (at < 0 || to < 0 || to >= shown.length) return null;
  const others = shown.filter((each) => each !== id);
  return [...others.slice(0, to), id, ...others.slice(to)];
}

/** The part of a page's state that another comparison can begin with. */
export function columnSetOf({ columns, columnOrder, directions }: ComparePageState): ColumnSet {
  return { columns, columnOrder, directions };
}

export const freshColumns: ColumnSet = { columns: {}, columnOrder: [], directions: {} };

export function isArranged({ columns, columnOrder, directions }: ColumnSet): boolean {
  return Object.keys(columns).length + columnOrder.length + Object.keys(directions).length > 0;
}
