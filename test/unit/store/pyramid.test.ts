/** Charts read from the pyramid against the points they stand for. */

import * as path from "node:path";
import Database from "better-sqlite3";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { SeriesColumns, XAxis } from "../../../src/model/metric.ts";
import { encodeBuckets, openBuckets } from "../../../src/store/bucketCodec.ts";
import { bucketColumns, bucketsOf, coarser } from "../../../src/store/pyramid.ts";
import { migrations } from "../../../src/store/sqlite/migrations/all.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import type { Store } from "../../../src/store/store.ts";
import { freshFolder, freshStore, take } from "./freshStore.ts";
import { metric, newRun, runId } from "./records.ts";

interface Point {
  readonly step: number;
  readonly time: number;
  readonly value: number;
}
interface Placed {
  readonly x: number;
  readonly value: number;
}

const started = 4_000;

function placed(points: readonly Point[], axis: XAxis): Placed[] {
  const xOf = ({ step, time }: Point) => (axis === "step" ? step : axis === "wall" ? time : time - started);
  return points.map((point) => ({ x: xOf(point), value: point.value })).sort((a, b) => a.x - b.x);
}

/** What a column must say of its points, which come by x. */
function figuresOf(points: readonly Placed[]) {
  const finite = points.filter(({ value }) => Number.isFinite(value));
  const extreme = (better: (a: number, b: number) => boolean) =>
    finite.reduce<Placed | undefined>(
      (best, one) => (best && !better(one.value, best.value) ? best : one),
      undefined,
    );
  const [min, max] = [extreme((a, b) => a < b), extreme((a, b) => a > b)];
  const none = Number.NaN;
  return {
    ...{
      x: points[0]?.x,
      min: min?.value ?? none,
      minX: min?.x ?? none,
      max: max?.value ?? none,
      maxX: max?.x ?? none,
    },
    ...{ first: finite[0]?.value ?? none, last: finite.at(-1)?.value ?? none },
    nan: points.filter(({ value }) => Number.isNaN(value)).length,
    inf: points.filter(({ value }) => Math.abs(value) === Number.POSITIVE_INFINITY).length,
  };
}

/** Each column exact over its own points, and no edge more than half a pixel away from where a pixel ends. */
function expectExact(
  columns: SeriesColumns,
  points: readonly Placed[],
  x0: number,
  x1: number,
  width: number,
) {
  const seen = points.filter(({ x }) => x >= x0 && x <= x1);
  expect(columns.count).toBe(seen.length);
  const pixel = (x1 - x0) / width;
  let at = 0;
  for (const [column, x] of columns.x.entries()) {
    const next = columns.x[column + 1] ?? Number.POSITIVE_INFINITY;
    const from = at;
    while (at < seen.length && (seen[at] as Placed).x < next) at++;
    const own = seen.slice(from, at);
    const names = ["x", "min", "minX", "max", "maxX", "first", "last", "nan", "inf"] as const;
    const found = Object.fromEntries(names.map((name) => [name, columns[name][column]]));
    expect(found).toEqual(figuresOf(own));
    const pixelEnd = x0 + (Math.min(width - 1, Math.floor((x - x0) * (width / (x1 - x0)))) + 1) * pixel;
    expect((own.at(-1) as Placed).x).toBeLessThanOrEqual(pixelEnd + pixel / 2 + 1e-6 * Math.abs(pixelEnd));
  }
  expect(at).toBe(seen.length);
}

/** A long series by formula, with what goes wrong put in at some places; a recipe, so that a failure can be read. */
const recipe = fc.record({
  count: fc.oneof(fc.integer({ min: 1, max: 9_000 }), fc.integer({ min: 30_000, max: 45_000 })),
  stride: fc.constantFrom(1, 3, 0.25),
  jitter: fc.boolean(),
  odd: fc.array(
    fc.record({
      at: fc.nat(45_000),
      length: fc.constantFrom(1, 1, 1, 40, 5_000),
      value: fc.constantFrom(1e6, -1e6, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0),
    }),
    { maxLength: 8 },
  ),
});

function made({
  count,
  stride,
  jitter,
  odd,
}: typeof recipe extends fc.Arbitrary<infer T> ? T : never): Point[] {
  const points = Array.from({ length: count }, (_, at) => ({
    step: at * stride + (jitter ? (at % 7) / 100 : 0),
    time: 5_000 + at * 40 + (at % 11),
    value: Math.round(Math.sin(at / 50) * 100 + (at % 13)) / 100,
  }));
  for (const { at, length, value } of odd)
    for (let place = at; place < Math.min(count, at + length); place++)
      points[place] = { ...(points[place] as Point), value };
  return points;
}

const view = fc.record({
  from: fc.double({ min: 0, max: 0.9, noNaN: true }),
  share: fc.constantFrom(1, 1, 0.5, 0.1, 0.01, 0.001),
  width: fc.constantFrom(1, 2, 7, 50, 300, 1_000),
});

async function fill(store: Store, number: number, points: readonly Point[], parts: number): Promise<string> {
  await store.runs.create(newRun(number, { created: started }));
  const size = Math.ceil(points.length / parts);
  for (let at = 0; at < points.length; at += size)
    await take(
      store,
      runId(number),
      points.slice(at, at + size).map(({ step, time, value }) => metric(step, { m: value }, time)),
    );
  return runId(number);
}

async function columnsOf(store: Store, id: string, axis: XAxis, x0: number, x1: number, width: number) {
  const answer = await store.metrics.columns({ runIds: [id], keys: ["m"], axis, x0, x1, width });
  return answer.series[0] as SeriesColumns;
}

test("a chart from the pyramid is exact, in every window, on every axis", async () => {
  const store = await freshStore({ rawPoints: 0 });
  let number = 0;
  await fc.assert(
    fc.asyncProperty(
      recipe,
      fc.constantFrom<XAxis>("step", "relative", "wall"),
      fc.array(view, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 12 }),
      async (series, axis, views, parts) => {
        const points = made(series);
        const id = await fill(store, ++number, points, parts);
        const all = placed(points, axis);
        const [low, high] = [(all[0] as Placed).x, (all.at(-1) as Placed).x];
        for (const { from, share, width } of views) {
          const x0 = low + from * (high - low) * (share === 1 ? 0 : 1);
          const x1 = x0 + share * (high - low);
          if (x1 > x0) expectExact(await columnsOf(store, id, axis, x0, x1, width), all, x0, x1, width);
        }
      },
    ),
    { numRuns: 30 },
  );
}, 60_000);

test("steps that went back, twice over, lose nothing", async () => {
  const store = await freshStore({ rawPoints: 0 });
  const points = Array.from({ length: 40_000 }, (_, at) => ({
    step: at < 20_000 ? at : at < 30_000 ? at - 15_000 : (at * 7919) % 40_000,
    time: at,
    value: at === 25_001 ? 1e9 : Math.cos(at),
  }));
  const id = await fill(store, 1, points, 3);
  for (const width of [1, 10, 200]) {
    const columns = await columnsOf(store, id, "step", 1_000, 35_000, width);
    const seen = points.filter(({ step }) => step >= 1_000 && step <= 35_000);
    expect(columns.count).toBe(seen.length);
    expect(Math.max(...columns.max)).toBe(1e9);
    expect(columns.maxX[columns.max.indexOf(1e9)]).toBe(10_001);
    expect(Math.min(...columns.min)).toBe(Math.min(...seen.map(({ value }) => value)));
    expect(columns.x.every((x, at) => at === 0 || x > (columns.x[at - 1] as number))).toBe(true);
  }
});

test("up to the limit of points in view, a column is one pixel", async () => {
  const [coarse, exact] = [await freshStore({ rawPoints: 0 }), await freshStore()];
  const points = Array.from({ length: 20_000 }, (_, at) => ({ step: at, time: at, value: Math.sin(at) }));
  const [left, right] = [await fill(coarse, 1, points, 1), await fill(exact, 1, points, 1)];
  const pixels = await columnsOf(exact, right, "step", 0, 19_999, 30);
  expect(pixels.x).toEqual(Array.from({ length: 30 }, (_, at) => Math.ceil((at * 19_999) / 30)));
  expect((await columnsOf(coarse, left, "step", 0, 19_999, 30)).x).not.toEqual(pixels.x);
});

test("a row of buckets is kept to the bit, and a bit that changed is noticed", () => {
  const at = Float64Array.from({ length: 4096 }, (_, place) => place);
  const value = (place: number) => (place % 100 === 3 ? Number.NaN : Math.fround(Math.sin(place)));
  const row = bucketsOf({ steps: at, times: at.map((x) => x * 37 + (x % 3)), values: at.map(value) });
  for (const buckets of [row, coarser(row)]) {
    const bytes = encodeBuckets(buckets);
    const opened = openBuckets(bytes);
    for (const name of bucketColumns) expect(opened?.column(name), name).toEqual(buckets[name]);
    for (const place of [0, 1, 2, 3, 5, 30, bytes.length - 9]) {
      const damaged = bytes.slice();
      damaged[place] = (damaged[place] ?? 0) ^ 4;
      expect(openBuckets(damaged)).toBeNull();
    }
  }
  expect(openBuckets(new Uint8Array(0))).toBeNull();
});

/** The same runs in a file of the first schema. */
function asOfFirstSchema(file: string): string {
  const old = path.join(path.dirname(file), "old.db");
  const database = new Database(old);
  database.exec(migrations[0] ?? "");
  database.pragma("application_id = 0x52554e4c");
  database.pragma("user_version = 1");
  database.prepare("attach ? as new").run(file);
  for (const table of ["run", "cursor", "metric_name", "series", "chunk"]) {
    const columns = database.prepare("select name from pragma_table_info(?)").pluck().all(table).join(", ");
    database.exec(`insert into ${table} (${columns}) select ${columns} from new.${table}`);
  }
  database.close();
  return old;
}

test("a file from before the pyramid gets one as it is looked at and as it grows", async () => {
  const fresh = path.join(await freshFolder(), "runline.db");
  const now = await openSqliteStore(fresh);
  const points = Array.from({ length: 50_000 }, (_, at) => ({ step: at, time: at, value: at % 977 }));
  const id = await fill(now, 1, points, 1);
  await now.close();
  const file = asOfFirstSchema(fresh);

  const store = await openSqliteStore(file, { rawPoints: 0 });
  expectExact(await columnsOf(store, id, "step", 0, 49_999, 10), placed(points, "step"), 0, 49_999, 10);
  const more = Array.from({ length: 9_000 }, (_, at) => ({
    step: 50_000 + at,
    time: 50_000 + at,
    value: at,
  }));
  await take(
    store,
    id,
    more.map(({ step, time, value }) => metric(step, { m: value }, time)),
  );
  const all = placed([...points, ...more], "step");
  expectExact(await columnsOf(store, id, "step", 0, 58_999, 10), all, 0, 58_999, 10);
  await store.close();
  const after = new Database(file);
  expect(after.prepare("select pyramid, chunks from series").get()).toEqual({ pyramid: 14, chunks: 15 });
  expect(after.prepare("select level, count(*) as rows from pyramid group by level").all()).toEqual([
    { level: 1, rows: 14 },
    { level: 2, rows: 7 },
    { level: 3, rows: 3 },
    { level: 4, rows: 1 },
  ]);
  expect(after.pragma("user_version", { simple: true })).toBe(migrations.length);
  after.close();
});

test("a damaged row of the pyramid costs nothing but time", async () => {
  const file = path.join(await freshFolder(), "runline.db");
  const store = await openSqliteStore(file, { rawPoints: 0 });
  const points = Array.from({ length: 70_000 }, (_, at) => ({ step: at, time: at, value: (at * 31) % 1013 }));
  const id = await fill(store, 1, points, 1);
  const all = placed(points, "step");
  const damage = new Database(file);
  for (const level of [3, 1, 2]) {
    damage.prepare("update pyramid set data = zeroblob(9) where level = ? and number = 0").run(level);
    for (const width of [4, 20, 200])
      expectExact(await columnsOf(store, id, "step", 0, 69_999, width), all, 0, 69_999, width);
  }
  damage.close();
  expect(await store.runs.findings(id)).toEqual([]);
  await store.close();
});

test("a damaged chunk is a finding of the run, said once, and the rest is shown", async () => {
  const file = path.join(await freshFolder(), "runline.db");
  const store = await openSqliteStore(file);
  const points = Array.from({ length: 10_000 }, (_, at) => ({ step: at, time: at, value: at / 7 }));
  const id = await fill(store, 1, points, 1);
  const damage = new Database(file);
  const bytes = damage.prepare("select data from chunk where number = 2").pluck().get() as Uint8Array;
  bytes[9_000] = (bytes[9_000] ?? 0) ^ 1;
  damage.prepare("update chunk set data = ? where number = 2").run(bytes);
  damage.close();
  for (let asked = 0; asked < 2; asked++) {
    const columns = await columnsOf(store, id, "step", 0, 9_999, 10);
    expect(columns.count).toBe(10_000 - 4096);
    expect(columns.last.at(-1)).toBe(9_999 / 7);
  }
  expect(await store.runs.findings(id)).toMatchObject([
    {
      code: "store.chunk",
      text: expect.stringContaining("4096 points of m (steps 4096 to 8191, attempt 1)") as string,
    },
  ]);
  expect((await store.runs.get(id))?.findings).toBe(1);
  await store.close();
});
