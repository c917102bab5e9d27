import * as path from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import type { Smoothing } from "../../../src/model/metric.ts";
import { smoothedAt } from "../../../src/model/smoothing.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { freshFolder, freshStore, take } from "./freshStore.ts";
import { metric, newRun } from "./records.ts";

const columnsOf = { axis: "step", width: 100, keys: ["m"] } as const;

test("where stored points can't be read is said on every axis, smoothed or not, and nothing of series that are whole", async () => {
  const file = path.join(await freshFolder(), "runline.db");
  const store = await openSqliteStore(file);
  const run = newRun(1);
  await store.runs.create(run);
  const records = Array.from({ length: 10_000 }, (_, at) =>
    metric(at, { m: at / 7, whole: 20_000 - at }, run.created + 2 * at),
  );
  await take(store, run.id, records);
  const damage = new Database(file);
  const damaged = damage
    .prepare<[], { series: number; number: number; data: Buffer }>(
      "select chunk.* from chunk join series on series.id = chunk.series join metric_name on metric_name.id = metric where name = 'm' and number = 2",
    )
    .get();
  if (damaged === undefined) throw new Error("there is no second chunk");
  damaged.data[9_000] = (damaged.data[9_000] ?? 0) ^ 1;
  damage
    .prepare("update chunk set data = ? where series = ? and number = 2")
    .run(damaged.data, damaged.series);
  damage.close();

  const asked = { runIds: [run.id], keys: ["m", "whole"], width: 100 };
  const missing = { from: 4096, to: 8191, count: 4096 };
  for (const smoothing of [{}, { smoothing: { kind: "ema", weight: 0.5 } }] as const) {
    const { series } = await store.metrics.columns({ ...asked, ...smoothing, axis: "step" });
    expect(series.map((each) => each.missing)).toEqual([[missing], undefined]);
  }
  const { series } = await store.metrics.columns({ ...asked, axis: "relative" });
  expect(series[0]?.missing).toEqual([{ ...missing, from: 8192, to: 16_382 }]);
  const wall = await store.metrics.columns({ ...asked, axis: "wall" });
  expect(wall.series[0]?.missing?.[0]?.from).toBe(run.created + 8192);
  const over = async (key: string) =>
    (await store.metrics.columns({ ...asked, axis: { metric: key } })).series.map((each) => each.missing);
  // Its values fall: the first of the missing points stands at the right.
  expect(await over("whole")).toEqual([[{ from: 20_000 - 8191, to: 20_000 - 4096, count: 4096 }], undefined]);
  // Where the axis itself can't be read, nobody knows.
  expect(await over("m")).toEqual([undefined, undefined]);
  await store.close();
});

test.each<Smoothing>([
  { kind: "ema", weight: 0.9 },
  { kind: "mean", window: 9 },
  { kind: "gaussian", sigma: 3 },
])("smoothed by $kind, values beyond a range are as if they were not there", async (smoothing) => {
  const store = await freshStore();
  const run = newRun(1);
  await store.runs.create(run);
  const values = Array.from({ length: 100 }, (_, at) =>
    at === 50 ? 1_000 : at === 70 ? -1_000 : Math.sin(at / 9),
  );
  await take(
    store,
    run.id,
    values.map((value, at) => metric(at, { m: value })),
  );
  const asked = { ...columnsOf, runIds: [run.id], smoothing };
  const bent = (await store.metrics.columns(asked)).series[0]?.smooth;
  const { series } = await store.metrics.columns({ ...asked, smoothWithin: { low: -2, high: 2 } });
  const kept = [...values.keys()].filter((at) => Math.abs(values[at] ?? 0) <= 2);
  const wanted = smoothedAt(
    Float64Array.from(kept, (at) => values[at] ?? 0),
    [...kept.keys()],
    smoothing,
  );
  expect(series[0]?.smooth).toEqual({ x: kept, y: [...wanted] });
  expect(Math.max(...(bent?.y ?? []))).toBeGreaterThan(20);
  expect(Math.max(...(series[0]?.max ?? []))).toBe(1_000);
});
