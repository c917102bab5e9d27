/** Groups of runs, smoothed lines and metrics over metrics, from a real store. */

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JournalRecord } from "../../../src/model/journal.ts";
import type { BandColumns, BandsQuery, SeriesColumns } from "../../../src/model/metric.ts";
import { smoothedAt } from "../../../src/model/smoothing.ts";
import { statistics } from "../../../src/model/statistics.ts";
import type { Store } from "../../../src/store/store.ts";
import { freshStore, take } from "./freshStore.ts";
import { metric, newRun, runId } from "./records.ts";

const { NaN: none } = Number;
type Point = readonly [step: number, value: number];

async function addRun(store: Store, number: number, points: readonly Point[], key = "m"): Promise<string> {
  await store.runs.create(newRun(number));
  await take(
    store,
    runId(number),
    points.map(([step, value]) => metric(step, { [key]: value })),
  );
  return runId(number);
}

async function band(
  store: Store,
  runIds: readonly string[],
  window: Partial<BandsQuery> = {},
): Promise<BandColumns> {
  const groups = [{ name: "seeds", runIds }];
  const { bands } = await store.metrics.bands({ groups, keys: ["m"], axis: "step", width: 1000, ...window });
  return bands[0] as BandColumns;
}

describe("bands", () => {
  test("of runs at equal steps are the statistics of each step", async () => {
    const store = await freshStore();
    const runs: Point[][] = [0, 1, 2, 3].map((seed) =>
      Array.from({ length: 20 }, (_, at) => [at * 5, Math.sin(at + seed)]),
    );
    const ids = await Promise.all(runs.map((points, at) => addRun(store, at + 1, points)));
    const found = await band(store, ids);
    expect(found.x).toEqual(Array.from({ length: 20 }, (_, at) => at * 5));
    for (const at of found.x.keys()) {
      const wanted = statistics(runs.map((points) => points[at]?.[1] ?? none));
      expect({
        ...{
          count: found.runs[at],
          mean: found.mean[at],
          median: found.median[at],
          min: found.min[at],
          max: found.max[at],
        },
        ...{
          deviation: found.deviation[at],
          error: found.error[at],
          low: found.low[at],
          high: found.high[at],
        },
      }).toEqual(wanted);
    }
  });

  test("a run counts with its last value between its steps, from its first to its last finite one", async () => {
    const store = await freshStore();
    const ids = [
      await addRun(store, 1, [
        [0, 1],
        [10, 3],
        [20, 5],
      ]),
      await addRun(store, 2, [
        [4, 10],
        [5, 20],
        [12, 30],
        [13, none],
        [30, none],
      ]),
    ];
    const found = await band(store, ids);
    expect(found.x).toEqual([0, 4, 5, 10, 12, 20]);
    expect(found.runs).toEqual([1, 2, 2, 2, 2, 1]);
    expect(found.mean).toEqual([1, 5.5, 10.5, 11.5, 16.5, 5]);
    // A window takes what the runs bring into it, and what they go on to after it.
    const window = await band(store, ids, { x0: 6, x1: 11 });
    expect([window.x, window.runs, window.mean]).toEqual([[10], [2], [11.5]]);
    const behind = await band(store, ids, { x0: 14, x1: 21 });
    expect([behind.x, behind.runs, behind.mean]).toEqual([[20], [1], [5]]);
  });

  test("no spike is lost where a column holds many steps", async () => {
    const store = await freshStore();
    const points = (spike: number): Point[] =>
      Array.from({ length: 5_000 }, (_, at) => [at, at === spike ? 99 : 1]);
    const ids = [await addRun(store, 1, points(1_234)), await addRun(store, 2, points(-1))];
    const found = await band(store, ids, { width: 10 });
    expect(found.x).toEqual(
      Array.from({ length: 10 }, (_, at) => Math.ceil(((at + 1) * 4_999) / 10) - (at === 9 ? 0 : 1)),
    );
    expect(found.max).toEqual([1, 1, 99, 1, 1, 1, 1, 1, 1, 1]);
    expect(found.mean).toEqual(Array(10).fill(1));
  });

  test("where attempts overlap, the latest counts", async () => {
    const store = await freshStore();
    const id = await addRun(store, 1, [
      [0, 1],
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    const again: JournalRecord[] = [
      { kind: "attempt", time: 9, attempt: 2 },
      metric(2, { m: 7 }),
      metric(4, { m: 8 }),
    ];
    await take(store, id, again);
    const found = await band(store, [id]);
    expect([found.x, found.mean, found.runs]).toEqual([
      [0, 1, 2, 3, 4],
      [1, 1, 7, 1, 8],
      [1, 1, 1, 1, 1],
    ]);
  });

  test("come in the order of the question, empty ones too, and a run counts once", async () => {
    const store = await freshStore();
    const id = await addRun(store, 1, [[0, 2]]);
    const groups = [
      { name: "b", runIds: [id, id] },
      { name: "a", runIds: [] },
      { name: "c", runIds: ["none"] },
    ];
    const { bands } = await store.metrics.bands({ groups, keys: ["x", "m"], axis: "step", width: 10 });
    expect(bands.map(({ group, key, runs }) => [group, key, runs])).toEqual([
      ["b", "x", []],
      ["b", "m", [1]],
      ["a", "x", []],
      ["a", "m", []],
      ["c", "x", []],
      ["c", "m", []],
    ]);
  });

  test("are the same from the pyramid, to half a pixel", async () => {
    const [exact, coarse] = [await freshStore(), await freshStore({ rawPoints: 0 })];
    for (const store of [exact, coarse])
      for (const seed of [1, 2, 3]) {
        const points: Point[] = Array.from({ length: 20_000 }, (_, at) => [at, at + seed * 10]);
        await addRun(store, seed, points);
      }
    const ids = [1, 2, 3].map(runId);
    const [wanted, found] = [await band(exact, ids, { width: 20 }), await band(coarse, ids, { width: 20 })];
    expect(found.x.length).toBe(20);
    for (const at of found.x.keys()) {
      expect(Math.abs((found.x[at] as number) - (wanted.x[at] as number))).toBeLessThan(500);
      expect(found.mean[at]).toBe((found.x[at] as number) + 20);
      expect(found.deviation[at]).toBe(10);
    }
  });
});

test("a smoothed line is that of all points, one value a column", async () => {
  const store = await freshStore();
  let number = 0;
  const value = fc.oneof(
    fc.double({ min: -9, max: 9, noNaN: true }),
    fc.constantFrom(none, Number.POSITIVE_INFINITY),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), value), { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom(
        { kind: "ema", weight: 0.8 } as const,
        { kind: "mean", window: 9 } as const,
        { kind: "gaussian", sigma: 3 } as const,
      ),
      async (points, width, smoothing) => {
        const id = await addRun(store, ++number, points);
        const range = { x0: 100, x1: 400 };
        const { series } = await store.metrics.columns({
          runIds: [id],
          keys: ["m"],
          axis: "step",
          width,
          smoothing,
          ...range,
        });
        const finite = points.filter(([, one]) => Number.isFinite(one)).sort(([a], [b]) => a - b);
        const smooth = smoothedAt(
          Float64Array.from(finite, ([, one]) => one),
          [...finite.keys()],
          smoothing,
        );
        const columnOf = (x: number) => Math.min(width - 1, Math.floor((x - 100) * (width / 300)));
        const last = new Map<number, number>();
        for (const [at, [x]] of finite.entries()) if (x >= 100 && x <= 400) last.set(columnOf(x), at);
        const places = [...last.values()];
        expect((series[0] as SeriesColumns).smooth).toEqual({
          x: places.map((at) => finite[at]?.[0]),
          y: places.map((at) => smooth[at]),
        });
      },
    ),
    { numRuns: 60 },
  );
});

describe("a metric over a metric", () => {
  test("joins on equal steps within an attempt", async () => {
    const store = await freshStore();
    const id = runId(1);
    await store.runs.create(newRun(1));
    await take(store, id, [
      ...[metric(0, { m: 1, tokens: 300 }), metric(1, { m: 2, tokens: 100 }), metric(2, { m: 3 })],
      ...[metric(3, { m: none, tokens: 200 }), metric(4, { m: 5, tokens: none }), metric(1, { tokens: 150 })],
      { kind: "attempt", time: 9, attempt: 2 },
      ...[metric(2, { m: 9 }), metric(3, { m: 10, tokens: 400 })],
    ]);
    const ask = { runIds: [id], keys: ["m"], axis: { metric: "tokens" }, width: 250 } as const;
    const { x0, x1, series } = await store.metrics.columns(ask);
    expect([x0, x1]).toEqual([150, 400]);
    expect(series.map(({ x, last, nan }) => [x, last, nan])).toEqual([
      [
        [150, 200, 300],
        [2, none, 1],
        [0, 1, 0],
      ],
      [[400], [10], [0]],
    ]);
    const window = await store.metrics.columns({
      ...ask,
      x0: 250,
      x1: 350,
      smoothing: { kind: "mean", window: 1 },
    });
    expect(window.series.map(({ x, smooth }) => [x, smooth])).toEqual([
      [[300], { x: [300], y: [1] }],
      [[], { x: [], y: [] }],
    ]);
    const groups = [{ name: "g", runIds: [id] }];
    const { bands } = await store.metrics.bands({
      groups,
      keys: ["m"],
      axis: { metric: "tokens" },
      width: 250,
    });
    expect([bands[0]?.x, bands[0]?.mean]).toEqual([
      [150, 300, 400],
      [2, 1, 10],
    ]);
  });

  test("that no run has is an empty answer", async () => {
    const store = await freshStore();
    const id = await addRun(store, 1, [[0, 1]]);
    const answer = await store.metrics.columns({
      runIds: [id],
      keys: ["m"],
      axis: { metric: "no" },
      width: 10,
    });
    expect(answer).toMatchObject({ x0: 0, x1: 0, series: [{ count: 0, x: [] }] });
  });
});
