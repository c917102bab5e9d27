import { expect, test } from "vitest";
import type { SeriesColumns } from "../../../../src/model/metric.ts";
import { ColumnReducer } from "../../../../src/store/columns.ts";
import { clippingRange } from "../../../../webview/shared/chartClip.ts";
import { gapsOf, linePoints, withGaps } from "../../../../webview/shared/chartLine.ts";
import { chartSummary, missingPoints, missingText, tableRows } from "../../../../webview/shared/chartText.ts";
import { pixelScale } from "../../../../webview/shared/pixelScale.ts";

function columnsOf(points: readonly (readonly [number, number])[]): SeriesColumns {
  const reducer = new ColumnReducer({ x0: 0, x1: 9, width: 10 });
  reducer.add(
    Float64Array.from(points, ([x]) => x),
    Float64Array.from(points, ([, value]) => value),
  );
  return reducer.columns({ runId: "r", attempt: 1, key: "loss" });
}

const hurt: SeriesColumns = {
  ...columnsOf([
    [0, 3],
    [1, 2],
    [7, 1],
    [8, 0],
  ]),
  missing: [{ from: 2, to: 6, count: 5 }],
};

test("a line has a gap where its points can't be read, and only there", () => {
  const points = withGaps(linePoints(hurt, false), gapsOf(hurt));
  expect(points.map(({ x, y }) => [x, y])).toEqual([
    [0, 3],
    [1, 2],
    [2, Number.NaN],
    [7, 1],
    [8, 0],
  ]);
  const coarse = { ...hurt, missing: [{ from: 0, to: 7, count: 5 }] };
  expect(gapsOf(coarse)).toEqual([]);
  const atEnd = { ...hurt, missing: [{ from: 9, to: 9, count: 1 }] };
  expect(withGaps(linePoints(atEnd, false), gapsOf(atEnd))).toHaveLength(4);
});

test("what is missing is said in the summary, the tooltip and the table", () => {
  const named = [{ name: "heron", columns: hurt }];
  expect(chartSummary("loss", named)).toMatch(/4 points, 5 can't be read$/);
  expect(missingPoints(named)).toBe(5);
  expect(missingPoints([{ name: "gone", columns: { ...columnsOf([]), missing: hurt.missing ?? [] } }])).toBe(
    0,
  );
  expect(missingText(hurt, 4)).toBe("5 points can't be read here");
  expect(missingText(hurt, 7)).toBeNull();
  expect(tableRows(named, "step", 60).map(({ place, value, note }) => [place, value, note])).toEqual([
    ["step 0", "3", "highest"],
    ["step 1", "2", ""],
    ["step 2 to 6", "–", "5 points can't be read"],
    ["step 7", "1", ""],
    ["step 8", "0", "lowest"],
  ]);
});

test("a chart that clips nothing has no range to smooth within", () => {
  const even = columnsOf(Array.from({ length: 10 }, (_, at) => [at, at] as const));
  expect(clippingRange([even], false)).toBeNull();
  const many = Array.from({ length: 200 }, (_, at) => [at / 25, at === 90 ? 500 : at % 10] as const);
  const reducer = new ColumnReducer({ x0: 0, x1: 8, width: 200 });
  reducer.add(
    Float64Array.from(many, ([x]) => x),
    Float64Array.from(many, ([, value]) => value),
  );
  const range = clippingRange([reducer.columns({ runId: "r", attempt: 1, key: "loss" })], false);
  expect(range?.max).toBeLessThan(30);
});

test("places of the axes are pixels of the frame, on a logarithmic axis too", () => {
  const frame = { left: 50, right: 250, top: 10, bottom: 110 };
  const linear = pixelScale(frame, { x: { min: 0, max: 10 }, y: { min: -1, max: 1 }, logarithmic: false });
  expect([linear.toX(0), linear.toX(5), linear.toX(10)]).toEqual([50, 150, 250]);
  expect([linear.toY(-1), linear.toY(0), linear.toY(1)]).toEqual([110, 60, 10]);
  const logarithmic = pixelScale(frame, {
    x: { min: 0, max: 10 },
    y: { min: 0.01, max: 100 },
    logarithmic: true,
  });
  expect(logarithmic.toY(1)).toBeCloseTo(60, 9);
  // Far outside: bounded, so that no canvas gives up.
  expect(linear.toY(1e300)).toBe(-32_000);
  expect(linear.toY(Number.NaN)).toBeNaN();
});
