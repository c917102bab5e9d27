import { expect, test } from "vitest";
import { csvTable, markdownTable } from "../../../../webview/compare/exportTable.ts";
import { differenceOf, gridColumns, shownColumns } from "../../../../webview/compare/gridColumns.ts";
import { columnPlaces, seenColumns } from "../../../../webview/compare/gridLayout.ts";
import { sortedRows, toggledSort } from "../../../../webview/compare/sortRows.ts";
import { comparedRun, knownRuns } from "./runs.ts";

const runs = [
  comparedRun("heron", { val_acc: 0.9, loss: 0.3 }, { lr: "0.01", depth: "3" }),
  comparedRun(
    "otter",
    { val_acc: 0.95, loss: Number.NaN },
    { lr: "1e-2", depth: "10" },
    { note: "a | b\nsecond line" },
  ),
  comparedRun("moth", { val_acc: 0.92 }, { lr: "0.1", depth: "5" }, { note: "=1+1" }),
];
const columns = gridColumns(await knownRuns(runs), new Map(), 0);
const names = runs.map((each) => each.name);
const column = (title: string) => {
  const found = columns.find((each) => each.title === title);
  if (found === undefined) throw new Error(`no column ${title}`);
  return found;
};

test("the key metric comes first, and only what differs is shown", async () => {
  const titles = shownColumns(columns, 3, true).map((each) => each.title);
  expect(titles[0]).toBe("val_acc");
  expect(titles).toContain("depth");
  expect(titles).not.toContain("host");
  expect(shownColumns(columns, 3, false).map((each) => each.title)).toContain("host");
  expect(
    shownColumns(gridColumns(await knownRuns(runs.slice(0, 1)), new Map(), 0), 1, true).length,
  ).toBeGreaterThan(3);
});

test("the best is known only where the direction is", () => {
  expect(column("val_acc").best).toBe(0.95);
  expect(column("loss").best).toBeNull();
  expect(column("lr").best).toBeNull();
});

test.each([
  ["val_acc", 1, { differs: true, delta: "+0.05", better: true }],
  ["loss", 1, { differs: true, delta: null, better: null }],
  ["loss", 2, { differs: true, delta: null, better: null }],
  ["lr", 1, { differs: false, delta: null, better: null }],
  ["lr", 2, { differs: true, delta: null, better: null }],
] as const)("%s of run %d against the baseline", (title, index, expected) => {
  expect(differenceOf(column(title), index, 0)).toEqual(expected);
});

test.each([
  ["metric:val_acc", true, ["otter", "moth", "heron"]],
  ["metric:val_acc", false, ["heron", "moth", "otter"]],
  ["metric:loss", true, ["heron", "otter", "moth"]],
  ["metric:loss", false, ["heron", "otter", "moth"]],
  ["parameter:depth", false, ["heron", "moth", "otter"]],
  ["name", false, ["heron", "moth", "otter"]],
  ["no:such", false, ["heron", "otter", "moth"]],
])("sorted by %s, descending %s: missing and NaN come last", (id, descending, expected) => {
  expect(sortedRows(names, columns, [{ column: id, descending }]).map((index) => names[index])).toEqual(
    expected,
  );
});

test("a second key decides ties", () => {
  const keys = [
    { column: "parameter:lr", descending: false },
    { column: "metric:val_acc", descending: true },
  ];
  expect(sortedRows(names, columns, keys).map((index) => names[index])).toEqual(["otter", "heron", "moth"]);
});

test("clicks on a head go: best first, the other way, not at all", () => {
  const loss = column("loss");
  const once = toggledSort([], loss, loss.id, false);
  const twice = toggledSort(once, loss, loss.id, false);
  expect([once, twice, toggledSort(twice, loss, loss.id, false)]).toEqual([
    [{ column: "metric:loss", descending: false }],
    [{ column: "metric:loss", descending: true }],
    [],
  ]);
  expect(toggledSort(once, column("val_acc"), "metric:val_acc", true)).toHaveLength(2);
});

test("Markdown keeps its columns whatever is in the cells", () => {
  const text = markdownTable({ names, columns: [column("val_acc"), column("note")], order: [1, 0] });
  expect(text).toBe(
    "| run | val_acc | note |\n| --- | ---: | --- |\n| otter | 0.95 | a \\| b second line |\n| heron | 0.9 |  |\n",
  );
});

test("CSV has exact numbers, and nothing that a spreadsheet would run", () => {
  const text = csvTable({
    names,
    columns: [column("val_acc"), column("duration"), column("note")],
    order: [0, 2],
  });
  expect(text).toBe("run,val_acc,duration_ms,note\r\nheron,0.9,60000,\r\nmoth,0.92,60000,'=1+1\r\n");
});

test("only the columns in sight are drawn", () => {
  const many = Array.from({ length: 200 }, (_, index) => ({ ...column("val_acc"), id: `metric:${index}` }));
  const places = columnPlaces(many, true);
  const seen = seenColumns(places, 5000, 6000);
  expect(seen.end - seen.first).toBeLessThan(15);
  expect(places[seen.first]?.left).toBeLessThanOrEqual(5000);
  expect(seenColumns([], 0, 1000)).toEqual({ first: 0, end: 0 });
});
