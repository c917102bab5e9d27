/** What a person may change in the table itself, and take from it: a run's name, note and tags. Pure. */

import type { RunEdit } from "../../src/model/run.ts";
import type { CompareRun } from "./comparedRuns.ts";
import type { GridColumn } from "./gridColumns.ts";

/** The text to edit in a cell (null is the name's column), or null where it is not a person's to change there. */
export function editableText(run: CompareRun, index: number, column: GridColumn | null): string | null {
  if (column === null) return run.name;
  return column.group === "tag" && column.loaded ? (column.cells.at(index)?.text ?? "") : null;
}

/** The edit that makes the cell say this, or null when nothing changes. An empty tag is removed; a name is never empty. */
export function editOf(
  run: CompareRun,
  index: number,
  column: GridColumn | null,
  text: string,
): RunEdit | null {
  const trimmed = text.trim();
  if (trimmed === editableText(run, index, column)) return null;
  if (column === null) return trimmed === "" ? null : { name: trimmed };
  return { tags: { [column.title]: trimmed === "" ? null : trimmed } };
}

/** The whole value of a cell (null is the name's column), as it is copied; null where there is none. */
export function copiedText(run: CompareRun, index: number, column: GridColumn | null): string | null {
  if (column === null) return run.name;
  const cell = column.cells.at(index);
  if (cell === null) return null;
  return column.group === "metric" ? String(cell.number) : cell.text;
}
