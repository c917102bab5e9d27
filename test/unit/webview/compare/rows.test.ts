import { expect, test } from "vitest";
import { singleMetrics } from "../../../../src/model/singleMetrics.ts";
import { brushedRuns, plotAxis } from "../../../../webview/compare/brush.ts";
import { latexTable } from "../../../../webview/compare/exportTable.ts";
import { gridColumns, shownColumns } from "../../../../webview/compare/gridColumns.ts";
import { editableText, editOf } from "../../../../webview/compare/gridEdit.ts";
import { groupCell, spreadOf, spreadText } from "../../../../webview/compare/groupCell.ts";
import { quartiles } from "../../../../webview/compare/quartiles.ts";
import { filteredRuns } from "../../../../webview/compare/runFilter.ts";
import { type RowsInput, tableRows } from "../../../../webview/compare/tableRows.ts";
import { comparedRun, knownRuns } from "./runs.ts";

const runs = [
  comparedRun("a", { val_acc: 0.9, lr: 0.1 }, { lr: "0.1", seed: "1" }),
  comparedRun("b", { val_acc: 0.94, lr: 0.001 }, { lr: "0.001", seed: "1" }),
  comparedRun("c", { val_acc: 0.92, lr: 0.1 }, { lr: "0.1", seed: "2" }),
  comparedRun("d", { val_acc: 0.8 }, { seed: "2" }),
];
const known = await knownRuns(runs);
const columns = gridColumns(known, new Map(), 0);
const kept = (filter: string) => [...runs.keys()].filter(filteredRuns(known, filter).keeps);
const column = (id: string) => {
  const found = columns.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no column ${id}`);
  return found;
};

function rows(change: Partial<RowsInput>): readonly string[] {
  const input = { order: [0, 1, 2, 3], isPinned: () => false, by: [], closed: [], sort: [], columns };
  return tableRows({ ...input, ...change }).map((row) =>
    row.kind === "group"
      ? `${"  ".repeat(row.depth)}${row.title} ${row.value} (${row.members.length})`
      : `${"  ".repeat(row.depth)}${runs[row.index]?.name}${row.pinned ? " pinned" : ""}`,
  );
}

test("pinned runs stand before the groups, values in the order of their size, runs without one last", () => {
  expect(rows({ by: [column("parameter:lr")], isPinned: (index) => index === 2 })).toEqual([
    "c pinned",
    "lr 0.001 (1)",
    "  b",
    "lr 0.1 (1)",
    "  a",
    "lr none (1)",
    "  d",
  ]);
});

test("groups in groups; a closed one hides its runs", () => {
  const by = [column("parameter:seed"), column("parameter:lr")];
  expect(rows({ by, closed: ["/parameter:seed=2"] })).toEqual([
    "seed 1 (2)",
    "  lr 0.001 (1)",
    "    b",
    "  lr 0.1 (1)",
    "    a",
    "seed 2 (2)",
  ]);
});

test("sorted by a metric, groups follow their means", () => {
  const sort = [{ column: "metric:val_acc", descending: true }];
  expect(rows({ by: [column("parameter:lr")], sort, order: [1, 2, 0, 3] })).toEqual([
    "lr 0.001 (1)",
    "  b",
    "lr 0.1 (2)",
    "  c",
    "  a",
    "lr none (1)",
    "  d",
  ]);
});

test("a group says mean ± deviation to the same place, and how many runs that rests on", () => {
  expect(groupCell(column("metric:val_acc"), [0, 2])?.shown).toBe("0.910 ± 0.014");
  expect(groupCell(column("metric:lr"), [0, 1, 3])?.shown).toBe("0.051 ± 0.070 (2)");
  expect(groupCell(column("metric:lr"), [0, 2])?.shown).toBe("0.1");
  expect(groupCell(column("metric:lr"), [3])).toBeNull();
  const spread = spreadOf([1e-6, 3e-6]);
  expect(spread && spreadText(spread)).toBe("2e-6 ± 1.4e-6");
  expect(spreadOf([Number.NaN, Number.POSITIVE_INFINITY])).toBeNull();
});

test("bookkeeping comes after what measures quality", () => {
  expect(columns.filter((each) => each.group === "metric").map((each) => each.title)).toEqual([
    "val_acc",
    "lr",
  ]);
});

test("a direction that a person has chosen decides what is best", () => {
  const best = (directions: Readonly<Record<string, "up" | "down" | "none">>) =>
    gridColumns(known, new Map(), 0, directions).find((each) => each.id === "metric:val_acc")?.best;
  expect([best({}), best({ val_acc: "down" }), best({ val_acc: "none" })]).toEqual([0.94, 0.8, null]);
});

test("a person's choice of columns goes before what differs", () => {
  const ids = shownColumns(columns, 4, true, { "parameter:seed": false, "fact:host": true }).map(
    ({ id }) => id,
  );
  expect(ids).toContain("fact:host");
  expect(ids).not.toContain("parameter:seed");
});

test("a filter, a word in a name, and what is wrong with one", () => {
  expect(kept("metrics.val_acc > 0.91")).toEqual([1, 2]);
  expect(kept("params.lr = 0.1 or params.seed = '2'")).toEqual([0, 2, 3]);
  expect(kept("metrics.nowhere is null")).toHaveLength(4);
  expect(kept("")).toHaveLength(4);
  expect(kept("b")).toEqual([1]);
  expect(kept("metrics.val_acc > and")).toHaveLength(4);
  expect(filteredRuns(known, "metrics.val_acc > and").error?.column).toBe(18);
});

test("axes: numbers over two decades are logarithmic, texts stand at even distances", () => {
  const lr = plotAxis(column("parameter:lr"));
  expect(lr.logarithmic).toBe(true);
  expect(lr.places.map((place) => Number(place.toFixed(3)))).toEqual([1, 0, 1, Number.NaN]);
  expect(brushedRuns([0, 1, 2, 3], columns, { "parameter:lr": [0.5, 1] })).toEqual([0, 2]);
  expect(brushedRuns([0, 1], columns, { "parameter:gone": [0, 0] })).toEqual([0, 1]);
});

test("edits in the table", () => {
  const [first] = runs;
  if (first === undefined) throw new Error("no run");
  expect(editOf(first, 0, null, " new name ")).toEqual({ name: "new name" });
  expect(editOf(first, 0, null, "  ")).toBeNull();
  expect(editOf(first, 0, null, "a")).toBeNull();
  const note = columns.find((each) => each.group === "note") ?? null;
  // It has a field of its own, for several lines.
  expect(editableText(first, 0, note)).toBeNull();
});

test("LaTeX: its signs are text, the best value is bold", () => {
  const wanted = columns.filter((each) => ["metric:val_acc"].includes(each.id));
  expect(latexTable({ names: ["a_1", "50% ^"], columns: wanted, order: [1, 0] }).split("\n")).toEqual([
    "\\begin{tabular}{lr}",
    "  \\toprule",
    "  run & val\\_acc \\\\",
    "  \\midrule",
    "  50\\% \\textasciicircum{} & \\textbf{0.94} \\\\",
    "  a\\_1 & 0.9 \\\\",
    "  \\bottomrule",
    "\\end{tabular}",
    "",
  ]);
});

test("quartiles", () => {
  expect(quartiles([4, 1, 3, 2])).toEqual({ min: 1, low: 1.75, median: 2.5, high: 3.25, max: 4 });
  expect(quartiles([Number.NaN])).toBeNull();
});

test("a metric with one value in every finished run has no curve", () => {
  const once = (state: "finished" | "running", count: number) => {
    const run = comparedRun("x", { test_acc: 1 }, {}, { state });
    const [metric] = Object.values(run.metrics);
    return metric === undefined ? run : { ...run, metrics: { test_acc: { ...metric, count } } };
  };
  expect([...singleMetrics([once("finished", 1), once("running", 1)])]).toEqual(["test_acc"]);
  expect([...singleMetrics([once("finished", 1), once("running", 2)])]).toEqual([]);
  expect([...singleMetrics([once("running", 1)])]).toEqual([]);
});
