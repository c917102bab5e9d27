/** Where columns stand and which of them can be seen. Pure. */

import { codeId } from "../../src/model/compareTable.ts";
import { type GridColumn, hasDeltas } from "./gridColumns.ts";

export const rowHeight = 22;
export const headHeight = 28;

const narrowest = 64;
const widest = 240;
const character = 7.4;
const padding = 28;
const groupedLength = 17;
const usualLength = 7;
// "4f2a1c9 + 12": it comes row by row, and its column is wide enough from the start.
const codeLength = 12;
const deltaWidth = 64;
const bestWidth = 18;
const unequalWidth = 18;
const trendWidth = 104;

export interface ColumnPlace {
  readonly left: number;
  readonly width: number;
}

/** Widths by content, and the distance of each column from the first. */
export function columnPlaces(
  columns: readonly GridColumn[],
  withDeltas: boolean,
  grouped = false,
): readonly ColumnPlace[] {
  let left = 0;
  return columns.map((column) => {
    const longest = Math.max(
      // A column that has not come yet is as wide as most numbers, so that it does not jump when it does.
      column.loaded ? column.cells.width().longest : usualLength,
      column.id === codeId ? codeLength : 0,
      column.title.length,
      // "0.9430 ± 0.0042 (12)" in the rows of groups.
      grouped && column.numeric && column.differs ? groupedLength : 0,
    );
    const extra =
      (withDeltas ? (hasDeltas(column) ? deltaWidth : unequalWidth) : 0) +
      (column.best === null ? 0 : bestWidth);
    const own = column.group === "trend" ? trendWidth : 0;
    const width =
      own || Math.min(widest, Math.max(narrowest, Math.ceil(longest * character) + padding) + extra);
    const place = { left, width };
    left += width;
    return place;
  });
}

/** Places from the first to the one before the end. */
export interface Seen {
  readonly first: number;
  readonly end: number;
}

/**
 * The rows of `count` that a body of this height shows when it is scrolled so far, with `spare` more at each side. Where there are fewer rows
 * than it was scrolled by, the last ones: the editor scrolls back a frame later.
 */
export function seenRows(scrolled: number, height: number, count: number, spare: number): Seen {
  const top = Math.max(0, Math.min(scrolled, count * rowHeight - height));
  return {
    first: Math.max(0, Math.floor(top / rowHeight) - spare),
    end: Math.min(count, Math.ceil((top + height) / rowHeight) + spare),
  };
}

/** The columns from the first that is seen to the last, with one more at each side. */
export function seenColumns(places: readonly ColumnPlace[], from: number, to: number): Seen {
  const first = places.findIndex((place) => place.left + place.width > from);
  if (first < 0) return { first: 0, end: 0 };
  const after = places.findIndex((place) => place.left >= to);
  return {
    first: Math.max(0, first - 1),
    end: Math.min(places.length, (after < 0 ? places.length : after) + 1),
  };
}
