/** Tables of ended runs, which are read from tiles, against what the list says of each run. */

import * as path from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { encodeTile, TileReader, tileRuns } from "../../../src/store/columnTile.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import type { Store } from "../../../src/store/store.ts";
import { freshFolder, take } from "./freshStore.ts";
import { metric, newRun, runId } from "./records.ts";

const count = 700;
const names = ["loss", "acc", "rare", "late", "none"];

async function ended(store: Store, number: number, drained = true): Promise<void> {
  const facts = { state: "finished", reason: null, attempt: 1, started: 1, ended: 2, exitCode: 0 } as const;
  await store.runs.observe(runId(number), { ...facts, drained, signal: null, asOf: number });
}

/** Ended runs, some resumed, some with odd values. */
async function storeOfEnded() {
  const file = path.join(await freshFolder(), "runline.db");
  const store = await openSqliteStore(file);
  for (let number = 1; number <= count; number++) {
    await store.runs.create(newRun(number));
    const loss = number % 7 === 0 ? Number.NaN : number % 11 === 0 ? Number.POSITIVE_INFINITY : number / 8;
    await take(store, runId(number), [
      metric(0, { loss, ...(number % 2 === 0 ? { acc: Math.sin(number) } : {}) }),
      metric(1, { loss: number, ...(number === 5 ? { rare: 1 } : {}) }),
      ...(number % 3 === 0
        ? [{ kind: "attempt", time: 2, attempt: 2 } as const, metric(0, { loss: -number })]
        : []),
    ]);
    await ended(store, number, number % 50 !== 0);
  }
  return { file, store };
}

/** As the server does between its requests. */
async function prepared(store: Store): Promise<number> {
  let slices = 0;
  while (await store.runs.prepareTables()) slices++;
  return slices;
}

const query = { metrics: names, parameters: [], tags: [], summary: true };

async function expectAsListed(store: Store): Promise<void> {
  const runs = await store.runs.list({ limit: 10_000 });
  const table = await store.runs.table(query);
  expect(table.runs.map(({ id }) => id)).toEqual(runs.map(({ id }) => id));
  for (const { key, has, ...figures } of table.metrics) {
    expect([...has], key).toEqual(runs.map(({ metrics }) => (metrics[key] === undefined ? 0 : 1)));
    for (const figure of ["last", "min", "max"] as const)
      expect(figures[figure], `${figure} of ${key}`).toEqual(
        Float64Array.from(runs, ({ metrics }) => metrics[key]?.[figure] ?? Number.NaN),
      );
  }
  const summary = names
    .map((key) => ({ key, values: runs.flatMap(({ metrics }) => metrics[key]?.last ?? []) }))
    .filter(({ values }) => values.length > 0)
    .map(({ key, values }) => ({
      key,
      runs: values.length,
      low: Math.min(...values.filter(Number.isFinite)),
    }));
  const found = table.summary?.metrics.map(({ key, runs: having, low }) => ({ key, runs: having, low }));
  expect(found).toEqual(summary.sort((left, right) => (left.key < right.key ? -1 : 1)));
}

function inFile<T>(file: string, work: (database: Database.Database) => T): T {
  const database = new Database(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

const tiled = (file: string) => inFile(file, (at) => at.prepare("select count(*) from tiled").pluck().get());

test("a table of ended runs is read from tiles, and is the same; looking at it is no change", async () => {
  const { file, store } = await storeOfEnded();
  const before = await store.revision();
  await expectAsListed(store);
  expect(tiled(file)).toBe(0);
  expect(await prepared(store)).toBeGreaterThan(2);
  expect(tiled(file)).toBe(count - count / 50);
  expect(await store.revision()).toBe(before);
  await expectAsListed(store);
  await store.close();
});

test("a run that goes on after its end is read anew, whatever its tile says", async () => {
  const { file, store } = await storeOfEnded();
  await prepared(store);
  await expectAsListed(store);
  // Once without any sign, once resumed and ended again.
  await take(store, runId(8), [metric(9, { loss: -1e9, late: 3 })]);
  await ended(store, 10, false);
  await take(store, runId(10), [metric(9, { loss: -2e9, rare: 7 })]);
  await ended(store, 10, true);
  await expectAsListed(store);
  await store.runs.setDeleted(runId(700), 1);
  await store.runs.purge(2);
  const ofTile = (at: Database.Database) => at.prepare("select count(*) from column_tile where tile = 1");
  expect(inFile(file, (at) => ofTile(at).pluck().get())).toBe(0);
  // SQLite gives the key of the last run that is gone to the next one.
  await store.runs.create(newRun(701));
  await take(store, runId(701), [metric(0, { acc: 0.25 })]);
  await ended(store, 701);
  await expectAsListed(store);
  await prepared(store);
  await expectAsListed(store);
  expect(tiled(file)).toBe(count - count / 50 - 1);
  await store.close();
});

test("what changes while a tile is written is not lost, whoever writes it", async () => {
  const { file, store } = await storeOfEnded();
  const other = await openSqliteStore(file);
  // Two windows begin the same tiles, and runs go on, end, are purged and come between their slices.
  for (let round = 0; round < 6; round++) {
    await store.runs.prepareTables();
    if (round % 2 === 0) await take(store, runId(20 + round), [metric(9, { loss: round, late: -round })]);
    await other.runs.prepareTables();
    await ended(store, 50 * (round + 1));
    await expectAsListed(store);
  }
  await store.runs.setDeleted(runId(300), 1);
  await other.runs.prepareTables();
  await store.runs.purge(2);
  await prepared(other);
  await expectAsListed(store);
  await prepared(store);
  await expectAsListed(other);
  expect(tiled(file)).toBeGreaterThan(count - 100);
  await other.close();
  await store.close();
});

test("a damaged tile costs nothing but time", async () => {
  const { file, store } = await storeOfEnded();
  await prepared(store);
  inFile(file, (database) => {
    const rows = database.prepare("select rowid as at, last from column_tile").all() as {
      at: number;
      last: Buffer;
    }[];
    for (const { at, last } of rows.slice(0, 2)) {
      last[last.length - 1] = (last.at(-1) ?? 0) ^ 1;
      database.prepare("update column_tile set last = ? where rowid = ?").run(last, at);
    }
    database.prepare("update column_tile set extremes = zeroblob(3) where tile = 1").run();
  });
  await expectAsListed(store);
  await store.close();
});

test("a tile is kept to the bit, and a bit that changed is noticed", () => {
  const places = [0, 1, 9, 300, tileRuns - 1];
  const columns = [Float64Array.of(0.1, Number.NaN, -0, Number.POSITIVE_INFINITY, 3), new Float64Array(5)];
  const bytes = encodeTile({ places, columns });
  const tile = new TileReader();
  expect(tile.read(bytes)).toBe(true);
  expect([...tile.places.subarray(0, tile.count)]).toEqual(places);
  expect(tile.columns.map((column) => column.slice(0, tile.count))).toStrictEqual(columns);
  for (const place of [0, 1, 2, 5, 20, 80, bytes.length - 1]) {
    const damaged = bytes.slice();
    damaged[place] = (damaged[place] ?? 0) ^ 4;
    expect(tile.read(damaged), `byte ${place}`).toBe(false);
  }
  expect(tile.read(new Uint8Array(0))).toBe(false);
});
