import { expect, test } from "vitest";
import { plotAxis } from "../../../../webview/compare/brush.ts";
import { gridColumns } from "../../../../webview/compare/gridColumns.ts";
import { copiedText } from "../../../../webview/compare/gridEdit.ts";
import { colorScale } from "../../../../webview/compare/runColors.ts";
import { comparedRun, knownRuns } from "./runs.ts";

const palette = [0, 100, 200].map((red) => ({ red, green: 0, blue: 0 }));
const runs = [
  comparedRun("a", { loss: 0.1 + 0.2 }, { seed: "0", rate: "0.001", kind: "adam" }),
  comparedRun("b", { loss: 2 }, { seed: "1", rate: "0.0011", kind: "sgd" }),
  comparedRun("c", { loss: 3 }, { seed: "2", rate: "0.1", kind: "adam" }),
];
const known = await knownRuns(runs);
const columns = gridColumns(known, new Map(), 0);
const column = (title: string) => {
  const found = columns.find((each) => each.title === title);
  if (found === undefined) throw new Error(`no column ${title}`);
  return found;
};

test("few numbers far apart are told one by one, others at even distances", () => {
  expect(plotAxis(column("seed")).ticks.map(({ value }) => value)).toEqual([0, 1, 2]);
  expect(plotAxis(column("rate")).ticks.map(({ place }) => place)).toEqual([0, 0.25, 0.5, 0.75, 1]);
});

test.each([
  ["kind", [[0, 2], [1]]],
  ["seed", [[0], [1], [2]]],
  ["rate", [[0, 1], [], [], [], [2]]],
] as const)("each color of %s knows its runs", (title, expected) => {
  const { legend } = colorScale(column(title), palette, String);
  expect(legend.map(({ holds }) => [0, 1, 2].filter(holds))).toEqual(expected);
});

test("cells are copied whole", () => {
  const [run] = known.runs;
  if (run === undefined) throw new Error("no run");
  expect(copiedText(run, 0, null)).toBe("a");
  expect(copiedText(run, 0, column("loss"))).toBe("0.30000000000000004");
  expect(copiedText(run, 0, column("kind"))).toBe("adam");
});
