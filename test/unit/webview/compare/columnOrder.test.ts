import { expect, test } from "vitest";
import { movedColumn, orderedColumns } from "../../../../webview/compare/columnOrder.ts";
import { gridColumns, isBest } from "../../../../webview/compare/gridColumns.ts";
import { comparedRun, knownRuns } from "./runs.ts";

const columns = (text: string) => [...text].map((id) => ({ id }));
const ids = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id).join("");

test.each([
  ["abcd", "", "abcd"],
  ["abcd", "ba", "bacd"],
  ["abcd", "dcba", "dcba"],
  // Columns that are new keep their places; those that are gone leave none.
  ["axbc", "cba", "cxba"],
  ["ac", "cba", "ca"],
])("%s in the order %s: %s", (all, order, wanted) => {
  expect(ids(orderedColumns(columns(all), [...order]))).toBe(wanted);
});

test("a column is moved by one place, and not beyond the ends", () => {
  expect(movedColumn(["a", "b", "c"], "b", -1)).toEqual(["b", "a", "c"]);
  expect(movedColumn(["a", "b", "c"], "b", 1)).toEqual(["a", "c", "b"]);
  expect(movedColumn(["a", "b"], "a", -1)).toBeNull();
  expect(movedColumn(["a", "b"], "b", 1)).toBeNull();
  expect(movedColumn(["a", "b"], "gone", 1)).toBeNull();
});

test.each([
  [
    [0.9, 0.8],
    [true, false],
  ],
  [
    [0.9, 0.9],
    [false, false],
  ],
  [
    [0.9, 0.9, 0.9, 0.8],
    [true, true, true, false],
  ],
  [
    [0.9, 0.9, 0.9, 0.9, 0.8],
    [false, false, false, false, false],
  ],
])("the best of %j is marked unless many share it", async (values, wanted) => {
  const runs = values.map((val_acc, at) => comparedRun(`run-${at}`, { val_acc }, {}));
  const [column] = gridColumns(await knownRuns(runs), new Map(), 0);
  if (column === undefined) throw new Error("no column");
  expect(values.map((value) => isBest(column, value))).toEqual(wanted);
});
