/** Columns from a real store against a brute-force reading of the same points. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ColumnsQuery, SeriesColumns, XAxis } from "../../../src/model/metric.ts";
import { freshStore, take } from "./freshStore.ts";
import { metric, newRun, runId } from "./records.ts";

interface Point {
  readonly step: number;
  readonly time: number;
  readonly value: number;
}

/** What the columns must be, by sorting all points and looking at each column alone. */
function bruteForce(
  points: readonly Point[],
  axis: XAxis,
  started: number,
  window: Omit<ColumnsQuery, "runIds" | "keys" | "axis">,
) {
  const xOf = ({ step, time }: Point) => (axis === "step" ? step : axis === "wall" ? time : time - started);
  const all = points.map((point) => ({ x: xOf(point), value: point.value }));
  const x0 = window.x0 ?? Math.min(...all.map(({ x }) => x));
  const x1 = window.x1 ?? Math.max(...all.map(({ x }) => x));
  const seen = all.filter(({ x }) => x >= x0 && x <= x1).sort((left, right) => left.x - right.x);
  const scale = x1 > x0 ? window.width / (x1 - x0) : 0;
  const columns = Array.from({ length: window.width }, (_, column) =>
    seen.filter(({ x }) => Math.min(window.width - 1, Math.floor((x - x0) * scale)) === column),
  ).filter((column) => column.length > 0);
  const finite = columns.map((column) => column.filter(({ value }) => Number.isFinite(value)));
  const min = finite.map((column) => column.reduce((a, b) => Math.min(a, b.value), Infinity));
  const max = finite.map((column) => column.reduce((a, b) => Math.max(a, b.value), -Infinity));
  const orNaN = (values: readonly number[]) =>
    values.map((value, at) => (finite[at]?.length === 0 ? Number.NaN : value));
  return {
    count: seen.length,
    x: columns.map((column) => column[0]?.x),
    min: orNaN(min),
    max: orNaN(max),
    minX: finite.map((column, at) => column.find(({ value }) => value === min[at])?.x ?? Number.NaN),
    maxX: finite.map((column, at) => column.find(({ value }) => value === max[at])?.x ?? Number.NaN),
    first: finite.map((column) => column[0]?.value ?? Number.NaN),
    last: finite.map((column) => column.at(-1)?.value ?? Number.NaN),
    nan: columns.map((column) => column.filter(({ value }) => Number.isNaN(value)).length),
    inf: columns.map(
      (column) => column.filter(({ value }) => Math.abs(value) === Number.POSITIVE_INFINITY).length,
    ),
  };
}

/** -0 and 0 are one place on a chart. */
function plain(value: unknown): unknown {
  return Array.isArray(value) ? value.map((item) => (item === 0 ? 0 : item)) : value;
}

const value = fc.oneof(
  { weight: 20, arbitrary: fc.double({ min: -10, max: 10, noNaN: true }) },
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 3 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(1e6, -1e6, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  },
);
const points = fc.oneof(
  // In order, as a run logs them, over more than one chunk.
  fc
    .tuple(
      fc.integer({ min: 1, max: 9_000 }),
      fc.integer({ min: 1, max: 500 }),
      fc.array(value, { minLength: 1, maxLength: 40 }),
    )
    .map(([count, stride, values]) =>
      Array.from({ length: count }, (_, at) => ({
        step: at * stride,
        time: 5_000 + at * 7,
        value: values[(at * 31) % values.length] ?? 0,
      })),
    ),
  // In any order, with repeated steps.
  fc.array(
    fc.record({
      step: fc.integer({ min: -50, max: 200 }),
      time: fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.double({ min: 0, max: 10_000, noNaN: true })),
      value,
    }),
    {
      minLength: 1,
      maxLength: 200,
    },
  ),
);
const window = fc.record(
  {
    x0: fc.integer({ min: -60, max: 3_000 }),
    span: fc.integer({ min: 0, max: 60_000 }),
    width: fc.integer({ min: 1, max: 1_500 }),
  },
  { requiredKeys: ["width"] },
);

test("columns are exact at every zoom, on every axis, however the points came", async () => {
  const store = await freshStore();
  let number = 0;
  await fc.assert(
    fc.asyncProperty(
      points,
      fc.constantFrom<XAxis>("step", "relative", "wall"),
      fc.array(window, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 5 }),
      async (series, axis, windows, parts) => {
        const id = runId(++number);
        const started = 4_000;
        await store.runs.create(newRun(number, { created: started }));
        const size = Math.ceil(series.length / parts);
        for (let at = 0; at < series.length; at += size)
          await take(
            store,
            id,
            series.slice(at, at + size).map(({ step, time, value: v }) => metric(step, { m: v }, time)),
          );
        for (const { x0, span, width } of windows) {
          const range = x0 === undefined || span === undefined ? { width } : { x0, x1: x0 + span, width };
          const { series: found } = await store.metrics.columns({
            runIds: [id],
            keys: ["m"],
            axis,
            ...range,
          });
          const { runId: _, attempt: __, key: ___, ...columns } = found[0] as SeriesColumns;
          const expected = bruteForce(series, axis, started, range);
          for (const [name, wanted] of Object.entries(expected))
            expect(plain(columns[name as keyof typeof columns]), name).toEqual(plain(wanted));
        }
      },
    ),
    { numRuns: 100 },
  );
});

test("an order for many series is kept, and the range is that of all of them", async () => {
  const store = await freshStore();
  for (const number of [1, 2]) {
    await store.runs.create(newRun(number));
    await take(store, runId(number), [metric(number, { a: 1, b: 2 }), metric(number * 10, { a: 1 })]);
  }
  const query = {
    runIds: [runId(2), runId(9), runId(1)],
    keys: ["b", "none", "a"],
    axis: "step",
    width: 100,
  } as const;
  const { x0, x1, series } = await store.metrics.columns(query);
  expect([x0, x1]).toEqual([1, 20]);
  expect(series.map(({ runId: id, key }) => [id, key])).toEqual([
    [runId(2), "b"],
    [runId(2), "a"],
    [runId(1), "b"],
    [runId(1), "a"],
  ]);
});

test("nothing asked for is an empty answer", async () => {
  const store = await freshStore();
  const answer = await store.metrics.columns({ runIds: [runId(1)], keys: ["a"], axis: "step", width: 100 });
  expect(answer).toEqual({ x0: 0, x1: 0, series: [] });
});
