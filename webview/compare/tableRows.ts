/** The rows of the table: runs in their order, pinned ones first, the others in nested groups by the values of some columns. Pure. */

import type { SortKey } from "../../src/protocol/comparePage.ts";
import { naturally } from "../shared/metricGroups.ts";
import type { GridCell } from "./columnCells.ts";
import type { GridColumn } from "./gridColumns.ts";
import { groupCell } from "./groupCell.ts";
import { nameColumn } from "./sortRows.ts";

export interface RunRow {
  readonly kind: "run";
  /** Index of the run. */
  readonly index: number;
  readonly depth: number;
  readonly pinned: boolean;
}

export interface GroupRow {
  readonly kind: "group";
  /** The values that lead here, outermost first; stable while the data grows. */
  readonly id: string;
  readonly title: string;
  readonly value: string;
  readonly depth: number;
  readonly members: readonly number[];
  readonly open: boolean;
}

export type TableRow = RunRow | GroupRow;

export interface RowsInput {
  /** Indexes of the runs, sorted and filtered. */
  readonly order: readonly number[];
  readonly isPinned: (index: number) => boolean;
  readonly by: readonly GridColumn[];
  readonly closed: readonly string[];
  readonly sort: readonly SortKey[];
  readonly columns: readonly GridColumn[];
}

export function tableRows(input: RowsInput): readonly TableRow[] {
  const pinned = input.order.filter(input.isPinned);
  const others = input.order.filter((index) => !input.isPinned(index));
  const row = (index: number, isPinned: boolean, depth: number): RunRow => ({
    kind: "run",
    index,
    depth,
    pinned: isPinned,
  });
  return [
    ...pinned.map((index) => row(index, true, 0)),
    ...grouped(input, others, 0, "", (index, depth) => row(index, false, depth)),
  ];
}

function grouped(
  input: RowsInput,
  members: readonly number[],
  depth: number,
  path: string,
  row: (index: number, depth: number) => RunRow,
): readonly TableRow[] {
  const column = input.by[depth];
  if (column === undefined) return members.map((index) => row(index, depth));
  return groupsBy(input, column, members).flatMap(({ value, indexes }) => {
    const id = `${path}/${column.id}=${value ?? ""}`;
    const open = !input.closed.includes(id);
    const group: GroupRow = {
      kind: "group",
      id,
      title: column.title,
      value: value ?? "none",
      depth,
      members: indexes,
      open,
    };
    return open ? [group, ...grouped(input, indexes, depth + 1, id, row)] : [group];
  });
}

/** In the order of the first sort key's means where it is a number, else by value; runs without a value come last. */
function groupsBy({ sort, columns }: RowsInput, column: GridColumn, members: readonly number[]) {
  const groups = new Map<string | number | null, number[]>();
  for (const index of members) {
    const value = column.cells.key(index);
    const known = groups.get(value);
    if (known === undefined) groups.set(value, [index]);
    else known.push(index);
  }
  const [key] = sort;
  const sorted = columns.find((each) => each.id === key?.column);
  const all = [...groups.values()].map((indexes) => ({
    value: column.cells.at(indexes[0] ?? -1)?.shown ?? null,
    indexes,
  }));
  const means = new Map(
    all.map((each) => [each, sorted?.numeric ? (groupCell(sorted, each.indexes)?.number ?? null) : null]),
  );
  const byValue = (a: GroupMembers, b: GroupMembers) =>
    byCell(column.cells.at(a.indexes[0] ?? -1), column.cells.at(b.indexes[0] ?? -1));
  const turned = key?.column === column.id || key?.column === nameColumn ? key.descending : false;
  return all.sort((a, b) => {
    const [meanA, meanB] = [means.get(a) ?? null, means.get(b) ?? null];
    if (meanA !== null && meanB !== null && meanA !== meanB)
      return meanA < meanB === (key?.descending ?? false) ? 1 : -1;
    return turned ? byValue(b, a) : byValue(a, b);
  });
}

/** A group by the values of several columns at once, e.g. "lr 0.01 · depth 3". */
export function groupName(by: readonly GridColumn[], index: number): string {
  return by.map((column) => `${column.title} ${column.cells.at(index)?.shown ?? "none"}`).join(" · ");
}

interface GroupMembers {
  readonly indexes: readonly number[];
}

/** Numbers by their size, texts by their natural order, nothing last. */
export function byCell(a: GridCell | null, b: GridCell | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (a.number !== null && b.number !== null) return a.number - b.number;
  return naturally(a.shown, b.shown);
}

/** Cells of a group's row by column, made when first seen. */
export class GroupCells {
  private readonly known = new WeakMap<GroupRow, Map<GridColumn, GridCell | null>>();

  of(row: GroupRow, column: GridColumn): GridCell | null {
    const cells = this.known.get(row) ?? new Map<GridColumn, GridCell | null>();
    this.known.set(row, cells);
    if (!cells.has(column)) cells.set(column, groupCell(column, row.members));
    return cells.get(column) ?? null;
  }
}
