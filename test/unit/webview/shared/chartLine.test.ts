import fc from "fast-check";
import { expect, test } from "vitest";
import type { SeriesColumns } from "../../../../src/model/metric.ts";
import { ColumnReducer } from "../../../../src/store/columns.ts";
import {
  badMarks,
  linePoints,
  nearestIndex,
  readingAt,
  smoothPoints,
  valueRange,
} from "../../../../webview/shared/chartLine.ts";

/** Columns as the store makes them. */
function columnsOf(values: readonly number[], width: number): SeriesColumns {
  const reducer = new ColumnReducer({ x0: 0, x1: Math.max(1, values.length - 1), width });
  reducer.add(Float64Array.from(values.keys()), Float64Array.from(values));
  return reducer.columns({ runId: "r", attempt: 1, key: "loss" });
}

/** As it arrives on the page: JSON has no NaN. */
const crossed = (columns: SeriesColumns) => JSON.parse(JSON.stringify(columns)) as SeriesColumns;

const number = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1e9, -1e9) },
);

test("every spike is on the line, at its real step, in order", () => {
  fc.assert(
    fc.property(
      fc.array(number, { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 40 }),
      (values, width) => {
        const points = linePoints(crossed(columnsOf(values, width)), false);
        const drawn = points.filter((point) => !Number.isNaN(point.y));
        const finite = values.filter((value) => Number.isFinite(value));
        if (finite.length === 0) return drawn.length === 0;
        const highest = finite.reduce((a, b) => Math.max(a, b));
        const lowest = finite.reduce((a, b) => Math.min(a, b));
        const ordered = points.every((point, index) => index === 0 || point.x >= (points[index - 1]?.x ?? 0));
        return (
          ordered &&
          drawn.some((point) => point.y === highest && values[point.x] === highest) &&
          drawn.some((point) => point.y === lowest && values[point.x] === lowest)
        );
      },
    ),
  );
});

test("columns of bad values are gaps with marks", () => {
  const columns = crossed(columnsOf([1, Number.NaN, Number.POSITIVE_INFINITY, 4], 4));
  expect(linePoints(columns, false).map((point) => point.y)).toEqual([1, Number.NaN, Number.NaN, 4]);
  expect(badMarks(columns)).toEqual([
    { x: 1, kind: "nan" },
    { x: 2, kind: "inf" },
  ]);
});

test("a logarithmic line leaves zero and below out and keeps the rest", () => {
  const columns = columnsOf([1, 0, -5, 10], 4);
  expect(linePoints(columns, true).map((point) => point.y)).toEqual([1, Number.NaN, Number.NaN, 10]);
  expect(valueRange([columns], true)).toEqual({ min: 1, max: 10 });
  expect(valueRange([columnsOf([-1, -2], 2)], true)).toBeNull();
});

test("a smoothed line is the store's; what a logarithmic axis can't show is a gap", () => {
  const columns = { ...columnsOf([2, 1], 2), smooth: { x: [0, 1], y: [2, -0.5] } };
  expect(smoothPoints(columns, false)).toEqual([
    { x: 0, y: 2 },
    { x: 1, y: -0.5 },
  ]);
  expect(smoothPoints(columns, true).map((point) => point.y)).toEqual([2, Number.NaN]);
  expect(smoothPoints(columnsOf([1], 1), false)).toEqual([]);
});

test("a reading is a real point near the place", () => {
  const columns = columnsOf([5, 1, 9, 4], 2);
  expect(readingAt(columns, 2)).toEqual({ x: 2, value: 9, low: 4, high: 9 });
  expect(readingAt(columns, -100)).toEqual({ x: 0, value: 5, low: 1, high: 5 });
  expect(readingAt(columnsOf([], 2), 1)).toBeNull();
});

test("the nearest index is that of a search through all", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 1000 })),
      fc.integer({ min: -10, max: 1010 }),
      (some, x) => {
        const values = some.toSorted((a, b) => a - b);
        const found = nearestIndex(values, x);
        if (values.length === 0) return found === -1;
        const least = Math.min(...values.map((value) => Math.abs(value - x)));
        return Math.abs((values[found] ?? Number.NaN) - x) === least;
      },
    ),
  );
});
