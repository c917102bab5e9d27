import { expect, test } from "vitest";
import { compareRuns } from "../../../src/model/comparison.ts";
import { predicateOf } from "../../../src/model/filterMatch.ts";
import { parseFilter } from "../../../src/model/filterParser.ts";
import { tableSubject } from "../../../src/model/runTable.ts";
import { freshStore, take } from "./freshStore.ts";
import { metric, newRun, runId } from "./records.ts";

const all = { metrics: ["loss", "none", "acc"], parameters: ["lr"], tags: ["team", "gone"] };

async function someRuns(count: number) {
  const store = await freshStore();
  for (let number = 1; number <= count; number++) {
    await store.runs.create(newRun(number));
    await take(store, runId(number), [
      { kind: "parameter", time: 1, key: "lr", value: String(number), source: "argv" },
      metric(0, { loss: number, ...(number % 2 === 0 ? { acc: Number.NaN } : {}) }),
      metric(1, { loss: -number }),
      { kind: "attempt", time: 2, attempt: 2 },
      metric(0, { loss: number / 2 }),
    ]);
  }
  await store.runs.edit(runId(1), { tags: { team: "vision", gone: "x" }, starred: true });
  await store.runs.edit(runId(1), { tags: { gone: null } });
  return store;
}

// From one by one to a whole column at a time.
test.each([3, 400])("columns of %i runs are what the list says of each", async (count) => {
  const store = await someRuns(count);
  const table = await store.runs.table(all);
  const runs = await store.runs.list({ limit: 10_000 });
  expect(table.runs.map(({ id }) => id)).toEqual(runs.map(({ id }) => id));
  for (const [at, head] of table.runs.entries()) expect(runs[at]).toMatchObject(head);
  for (const { key, has, last, min, max } of table.metrics) {
    expect([...has]).toEqual(runs.map(({ metrics }) => (metrics[key] === undefined ? 0 : 1)));
    const of = (figure: "last" | "min" | "max") =>
      Float64Array.from(runs, ({ metrics }) => metrics[key]?.[figure] ?? Number.NaN);
    expect([last, min, max]).toEqual([of("last"), of("min"), of("max")]);
  }
  expect(table.parameters).toEqual([
    { key: "lr", values: runs.map(({ parameters }) => parameters.lr?.value) },
  ]);
  expect(table.tags.map(({ key, values }) => [key, values.filter((value) => value !== null)])).toEqual([
    ["team", ["vision"]],
    ["gone", []],
  ]);
});

test.each([1, 3, 400])("the summary of %i runs names every column and what differs", async (count) => {
  const store = await someRuns(count);
  await take(
    store,
    runId(1),
    ["0.01", "x"].map((value, at) => ({ kind: "parameter", time: 1, key: `p${at}`, value, source: "argv" })),
  );
  for (let number = 2; number <= count; number++)
    await take(store, runId(number), [
      { kind: "parameter", time: 1, key: "p0", value: "1e-2", source: "argv" },
      { kind: "parameter", time: 1, key: "p1", value: number === 3 ? "y" : "x", source: "argv" },
      { kind: "system", time: 1, values: { cpu: 1 } },
      metric(0, {
        same: Number.NaN,
        most: Number.POSITIVE_INFINITY,
        "System/x": 1,
        ...(number === 2 ? { rare: 1 } : {}),
      }),
    ]);
  await take(store, runId(1), [metric(0, { same: Number.NaN, most: 7 })]);
  const runs = await store.runs.list({ limit: 10_000 });
  const { summary } = await store.runs.table({ metrics: [], parameters: [], tags: [], summary: true });
  const { columns } = compareRuns(runs);
  const of = (kind: string) =>
    columns
      .filter((column) => column.kind === kind)
      .map(({ key, cells, differs }) => ({
        key,
        differs,
        runs: cells.filter((cell) => cell !== null).length,
      }));
  expect(summary?.parameters).toEqual(of("parameter"));
  expect(summary?.tags).toEqual(of("tag"));
  expect(summary?.metrics.map(({ low: _, high: __, ...same }) => same)).toEqual(of("metric"));
  for (const { key, low, high } of summary?.metrics ?? []) {
    const finite = runs.map(({ metrics }) => metrics[key]?.last ?? Number.NaN).filter(Number.isFinite);
    expect([low, high]).toEqual(
      finite.length === 0 ? [Number.NaN, Number.NaN] : [Math.min(...finite), Math.max(...finite)],
    );
  }
});

test("takes the questions of a list", async () => {
  const store = await someRuns(3);
  await store.runs.setDeleted(runId(2), 1);
  const none = { metrics: [], parameters: [], tags: [] };
  const names = async (query: Parameters<typeof store.runs.list>[0]) =>
    (await store.runs.table({ ...none, ...query })).runs.map(({ name }) => name);
  expect(await names({})).toEqual(["run-3", "run-1"]);
  expect(await names({ deleted: true, limit: 2 })).toEqual(["run-3", "run-2"]);
  expect(await names({ ids: [runId(1)] })).toEqual(["run-1"]);
  expect(await store.runs.table({ ...none, ids: [] })).toEqual({ runs: [], ...none });
});

test("the code of each run, and texts as they are", async () => {
  const store = await freshStore();
  const code = { kind: "git", branch: null, remote: null, changed: [], skipped: [] } as const;
  await store.runs.create({
    ...newRun(1),
    code: { ...code, id: "c1", tree: "t1", head: "h1", changed_count: 2 },
  });
  await store.runs.create({ ...newRun(2), code: null });
  const odd = 'a "quoted" \\ text\nof two lines, ü and \u0000 and 🙂';
  await take(store, runId(2), [{ kind: "parameter", time: 1, key: "odd", value: odd, source: "argv" }]);
  const none = { metrics: [], parameters: ["odd"], tags: [] };
  const table = await store.runs.table({ ...none, code: true });
  expect(table.code).toEqual([null, { id: "c1", tree: "t1", head: "h1", changed_count: 2 }]);
  expect(table.parameters).toEqual([{ key: "odd", values: [odd, null] }]);
  expect((await store.runs.table(none)).code).toBeUndefined();
});

test("answers a filter row by row", async () => {
  const store = await someRuns(5);
  const table = await store.runs.table(all);
  const fitting = (text: string) => {
    const read = parseFilter(text);
    if (!read.ok || read.filter === null) throw new Error(text);
    const [fits, subject] = [predicateOf(read.filter), tableSubject(table)];
    return table.runs.filter((_, at) => fits(subject(at))).map(({ name }) => name);
  };
  expect(fitting("metrics.loss < 1.2 or params.lr = 5")).toEqual(["run-5", "run-2", "run-1"]);
  expect(fitting('tags.team = "vision" and starred and metrics.none is null')).toEqual(["run-1"]);
  expect(fitting("metrics.acc = nan")).toEqual(["run-4", "run-2"]);
  expect(fitting("metrics.acc is null and duration is null")).toEqual(["run-5", "run-3", "run-1"]);
});
