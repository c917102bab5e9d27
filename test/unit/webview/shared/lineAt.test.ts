import { expect, test } from "vitest";
import type { DrawnLine } from "../../../../webview/shared/chartPicture.ts";
import { lineAt } from "../../../../webview/shared/lineAt.ts";

const line = (of: string, ...points: readonly (readonly [number, number])[]): DrawnLine => ({
  ...{ of, color: "", width: 1, dash: [], marker: null, bad: [], gaps: [] },
  points: points.map(([x, y]) => ({ x, y })),
});
const same = (point: { readonly x: number; readonly y: number }) => point;

const lines = [
  line("flat", [0, 100], [1_000, 100]),
  line("steep", [500, 0], [500, 400]),
  line("broken", [0, 200], [200, Number.NaN], [400, 200], [1_000, 200]),
];

test.each([
  ["on a line far from its points", { x: 300, y: 104 }, "flat"],
  ["beside a stroke that goes straight up", { x: 506, y: 300 }, "steep"],
  ["the nearer of two", { x: 504, y: 101 }, "flat"],
  ["further than the reach", { x: 300, y: 130 }, null],
  ["in a gap", { x: 250, y: 200 }, null],
  ["at the end of a gap", { x: 396, y: 203 }, "broken"],
  ["before the first point", { x: -4, y: 100 }, "flat"],
  ["beyond the last point", { x: 1_200, y: 100 }, null],
] as const)("%s", (_name, at, found) => {
  expect(lineAt(lines, at, same)).toBe(found);
});

test("a line of no points and one of a single point", () => {
  expect(lineAt([line("none"), line("one", [10, 10])], { x: 12, y: 12 }, same)).toBe("one");
});
