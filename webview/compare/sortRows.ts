/** The order of the rows by any columns. Pure and stable; runs without a value come last either way. */

import type { SortKey } from "../../src/protocol/comparePage.ts";
import type { GridCell, GridColumn } from "./gridColumns.ts";

export const nameColumn = "name";

const collator = new Intl.Collator("en", { numeric: true });

/** Indexes of the runs in the order of the keys; ties keep the order in which the runs were chosen. */
export function sortedRows(
  names: readonly string[],
  columns: readonly GridColumn[],
  keys: readonly SortKey[],
): readonly number[] {
  const comparers = keys.flatMap((key) => {
    if (key.column === nameColumn)
      return [(a: number, b: number) => sign(key) * collator.compare(names[a] ?? "", names[b] ?? "")];
    const column = columns.find((each) => each.id === key.column);
    return column === undefined
      ? []
      : [(a: number, b: number) => byCell(column.cells[a] ?? null, column.cells[b] ?? null, sign(key))];
  });
  return [...names.keys()].sort((a, b) => {
    for (const compare of comparers) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return a - b;
  });
}

const sign = (key: SortKey) => (key.descending ? -1 : 1);

function byCell(a: GridCell | null, b: GridCell | null, direction: number): number {
  const [emptyA, emptyB] = [isEmpty(a), isEmpty(b)];
  if (a === null || b === null || emptyA || emptyB) return Number(emptyA) - Number(emptyB);
  if (a.number !== null && b.number !== null)
    return direction * (a.number < b.number ? -1 : a.number > b.number ? 1 : 0);
  return direction * collator.compare(a.text, b.text);
}

const isEmpty = (cell: GridCell | null) =>
  cell === null || (cell.number !== null && Number.isNaN(cell.number));

/**
 * What a click on a header makes of the order: the best first, then the other way round, then not at all. With `add` the other keys
 * stay.
 */
export function toggledSort(
  keys: readonly SortKey[],
  column: GridColumn | null,
  id: string,
  add: boolean,
): readonly SortKey[] {
  const startsDescending = column?.numeric === true && column.direction !== "down";
  const known = keys.find((key) => key.column === id);
  const others = add ? keys.filter((key) => key.column !== id) : [];
  if (known === undefined) return [...others, { column: id, descending: startsDescending }];
  if (known.descending === startsDescending) {
    const turned = { column: id, descending: !startsDescending };
    return add ? keys.map((key) => (key.column === id ? turned : key)) : [turned];
  }
  return others;
}
