/** The order of the rows by any columns. Pure and stable; runs without a value come last either way. */

import type { SortKey } from "../../src/protocol/comparePage.ts";
import type { GridColumn } from "./gridColumns.ts";
import { placesOf } from "./naturalOrder.ts";

export const nameColumn = "name";

/** Indexes of the runs in the order of the keys; ties keep the order in which the runs were chosen. */
export function sortedRows(
  names: readonly string[],
  columns: readonly GridColumn[],
  keys: readonly SortKey[],
): readonly number[] {
  const ranks = keys.flatMap((key) => {
    const column = columns.find((each) => each.id === key.column);
    if (key.column === nameColumn) return [ranksOf(placesOf(names), key.descending)];
    return column?.loaded === true ? [ranksOf(valuesOf(column, names.length), key.descending)] : [];
  });
  const rows = [...names.keys()];
  if (ranks.length === 0) return rows;
  return rows.sort((a, b) => {
    for (const rank of ranks) {
      const [one, other] = [rank[a] ?? 0, rank[b] ?? 0];
      if (one !== other) return one < other ? -1 : 1;
    }
    return a - b;
  });
}

/** Numbers that sort as the column does; NaN where there is nothing to sort by. */
function valuesOf({ cells, numeric }: GridColumn, runs: number): Float64Array {
  if (numeric) return Float64Array.from({ length: runs }, (_, index) => cells.number(index));
  const texts = new Map<number | string | null, string>();
  const keys = Array.from({ length: runs }, (_, index) => {
    const key = cells.key(index);
    if (key !== null && !texts.has(key)) texts.set(key, cells.at(index)?.text ?? "");
    return key;
  });
  const order = [...texts];
  const places = placesOf(order.map(([, text]) => text));
  const byKey = new Map(order.map(([key], at) => [key, places[at] ?? Number.NaN]));
  // Numbers among texts stand by their size, before the texts.
  return Float64Array.from(keys, (key) => byKey.get(key) ?? Number.NaN);
}

/** Ascending numbers in the wanted order; what is not a number comes last, after the infinities. */
function ranksOf(values: Float64Array, descending: boolean): Float64Array {
  return values.map((value) => {
    if (Number.isNaN(value)) return Number.POSITIVE_INFINITY;
    const bounded = Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
    return descending ? -bounded : bounded;
  });
}

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
