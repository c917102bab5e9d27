/** What clients of MLflow's protocol say twice is stored once: in any order, said however often, and taken in in any pieces. */

import fc from "fast-check";
import { expect, test } from "vitest";
import type { JournalRecord, MetricRecord } from "../../../src/model/journal.ts";
import type { Store } from "../../../src/store/store.ts";
import { freshStore, take } from "./freshStore.ts";
import { newRun, runId } from "./records.ts";

type Point = readonly [step: number, time: number, value: number];

const said = ([step, time, value]: Point): MetricRecord => ({
  ...{ kind: "metric", step, time, values: { loss: value }, source: "mlflow" },
});

/** Steps and times so few that most of them meet; 0 and -0 are one value to MLflow. */
const point = fc.tuple(
  fc.integer({ min: -1, max: 3 }),
  fc.integer({ min: 0, max: 2 }),
  fc.constantFrom(0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY),
);
const cuts = fc.array(fc.nat({ max: 60 }), { maxLength: 6 });

const byPlace = (points: Iterable<Point>) =>
  [...new Set([...points].map((one) => one.map((number) => String(number + 0)).join(" ")))].sort();

async function stored(store: Store, number: number, attempts = 1): Promise<readonly Point[]> {
  const found: Point[] = [];
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const ref = { runId: runId(number), attempt, key: "loss" };
    const { steps, times, values } = await store.metrics.points(ref);
    for (const [at, step] of steps.entries())
      found.push([step, times[at] ?? Number.NaN, values[at] ?? Number.NaN]);
  }
  return found;
}

async function taken(store: Store, number: number, records: readonly JournalRecord[], at: readonly number[]) {
  await store.runs.create(newRun(number));
  const places = [0, ...[...at].sort((a, b) => a - b), records.length];
  for (const [index, from] of places.slice(0, -1).entries())
    await take(store, runId(number), records.slice(from, places[index + 1]));
}

test("the series is the same whatever is said again, in whatever order and pieces", async () => {
  const store = await freshStore();
  let number = 0;
  const points = fc.array(point, { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(points, fc.infiniteStream(fc.nat()), cuts, async (first, chance, at) => {
      const again = first.filter(() => (chance.next().value ?? 0) % 2 === 0);
      const all = [...first, ...again, ...again];
      const shuffled = all
        .map((one) => [chance.next().value ?? 0, one] as const)
        .sort(([a], [b]) => a - b)
        .map(([, one]) => one);
      number += 1;
      await taken(store, number, shuffled.map(said), at);
      const found = await stored(store, number);
      expect(byPlace(found)).toEqual(byPlace(first));
      expect(found).toHaveLength(byPlace(first).length);
      const numbers = found.filter(([, , value]) => Number.isFinite(value)).map(([, , value]) => value);
      const run = await store.runs.get(runId(number));
      expect(run?.metrics.loss).toMatchObject({
        count: found.length,
        nan: found.filter(([, , value]) => Number.isNaN(value)).length,
        min: numbers.length === 0 ? Number.NaN : Math.min(...numbers) + 0,
      });
    }),
    { numRuns: 150 },
  );
});

test("what lies in closed chunks is met too, and what is new among it is kept", async () => {
  const store = await freshStore();
  const points = Array.from({ length: 10_000 }, (_, at): Point => [at >> 2, 1_000 + (at >> 1), at % 3]);
  await taken(store, 1, points.map(said), [4_000, 9_000]);
  const before = await stored(store, 1);
  expect(before).toHaveLength(byPlace(points).length);
  const fresh: Point = [10, 1_020, 7];
  await take(store, runId(1), [...points.toReversed(), fresh].map(said));
  expect(byPlace(await stored(store, 1))).toEqual(byPlace([...points, fresh]));
  expect(await stored(store, 1)).toHaveLength(before.length + 1);
});

test("said again after the run was begun anew it is no point of the new attempt", async () => {
  const store = await freshStore();
  const attempt = { kind: "attempt", time: 5, attempt: 2 } as const;
  const [first, second]: [Point, Point] = [
    [1, 1, 0.5],
    [2, 2, 0.4],
  ];
  await taken(store, 1, [said(first), said(second), attempt, said(second)], [2]);
  expect(await stored(store, 1, 2)).toEqual([first, second]);
  await take(store, runId(1), [said([2, 2, 0.3])]);
  expect(await stored(store, 1, 2)).toEqual([first, second, [2, 2, 0.3]]);
});

test("what the script prints twice are two points", async () => {
  const store = await freshStore();
  const printed = { ...said([1, 1, 0.5]), source: "stdout" } as const;
  await taken(store, 1, [printed, printed], []);
  expect(await stored(store, 1)).toHaveLength(2);
});
