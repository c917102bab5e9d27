/** Pages of runs come from SQL as text, and are found by indexes: here beside what is read plainly, run by run. */

import { expect, test } from "vitest";
import { foundRunText, wireRun } from "../../../../src/api/mlflow/wire.ts";
import type { JournalRecord } from "../../../../src/model/journal.ts";
import { parseSearchFilter } from "../../../../src/model/mlflowFilter.ts";
import { runGrammar } from "../../../../src/model/mlflowGrammar.ts";
import { parseSearchOrder } from "../../../../src/model/mlflowOrder.ts";
import { runNameTag, type TrackedRun } from "../../../../src/model/tracking.ts";
import type { Page, Store } from "../../../../src/store/store.ts";
import { freshStore, take } from "../../store/freshStore.ts";
import { newRun, runId } from "../../store/records.ts";

/** The same numbers between 0 and 1 each time (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const words = [
  "",
  "1",
  "4",
  'a "quoted" one',
  "tab\tline\n\u0001",
  "\\",
  "日本語 🙂",
  "x".repeat(300),
  "\u2028</script>",
];
const keys = ["a", "b", 'odd "key"\\', "system/cpu", "__proto__", "日本"];
const values = [
  ...[0, -0, 1, -1, 2, 0.1, 1 / 3, 0.1 + 0.2, 1e21, 1e-7, 5e-324, 2.2250738585072014e-308],
  ...[Number.MAX_VALUE, -Number.MAX_VALUE, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ...[9_007_199_254_740_992, 123_456_789.123_456_79, 4.35, 1e15 + 0.3],
];
const steps = [0, 0, 1, 2, 2.75, -3, 9_007_199_254_740_991];

/** Runs with all kinds of names and numbers, in one attempt or more, where several are of the same step or time. */
async function randomRuns(store: Store, count: number): Promise<void> {
  const random = dice(count);
  const one = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)] as T;
  const number = () =>
    random() < 0.6 ? one(values) : (random() - 0.5) * 10 ** Math.floor(random() * 40 - 20);
  for (let at = 0; at < count; at++) {
    await store.runs.create(newRun(at, { name: one(words) || `run-${at}` }));
    const records: JournalRecord[] = [];
    const attempts = random() < 0.6 ? 1 : 1 + Math.floor(random() * 3);
    for (let attempt = 1; attempt <= attempts; attempt++) {
      records.push({ kind: "attempt", time: attempt, attempt });
      for (let logged = 0; logged < random() * 8; logged++)
        records.push({
          ...{ kind: "metric", time: 1_000 + Math.floor(random() * 3) + random(), step: one(steps) },
          ...{
            values: Object.fromEntries([[one(keys), number()]]),
            source: random() < 0.5 ? "mlflow" : "stdout",
          },
        });
    }
    for (const key of keys) {
      if (random() < 0.5)
        records.push({ kind: "parameter", time: 1, key, value: one(words), source: "argv" });
      if (random() < 0.5) records.push({ kind: "tag", time: 1, key, value: one(words) });
    }
    records.push({ kind: "tag", time: 1, key: runNameTag, value: "another name" });
    if (random() < 0.3) records.push({ kind: "tag", time: 2, key: "a", value: null });
    await take(store, runId(at), records);
    if (random() < 0.3) await store.runs.edit(runId(at), { tags: { b: null } });
  }
}

async function found(store: Store, filter: string, order: readonly string[] = []): Promise<object[]> {
  const [parsed, ordered] = [parseSearchFilter(filter, runGrammar), parseSearchOrder(order, runGrammar)];
  if (!parsed.ok || !ordered.ok) throw new Error(`${filter} can't be read`);
  const experimentIds = [(await store.experiments.byName("tests"))?.id ?? ""];
  const search = { filter: parsed.value, order: ordered.value };
  const texts: string[] = [];
  for (let after: string | null = null; ; ) {
    const query: Parameters<Store["trackedRuns"]["search"]>[0] = {
      search,
      limit: 37,
      after,
      view: "active",
      experimentIds,
    };
    const page: Page<string> | null = await store.trackedRuns.search(query, (runs) =>
      runs.map(foundRunText).join(","),
    );
    texts.push(...(page?.items ?? []));
    after = page?.next ?? null;
    if (after === null) return JSON.parse(`[${texts.join(",")}]`) as object[];
  }
}

const idsOf = (runs: readonly object[]) => runs.map((run) => (run as ReturnType<typeof wireRun>).info.run_id);

/** As a client reads it, in an order of its own. */
function read(run: TrackedRun): object {
  const wired = JSON.parse(JSON.stringify(wireRun({ ...run, modelInputs: [] })));
  return sorted(wired);
}

function sorted(run: object): object {
  const { data, ...rest } = run as { data: Record<string, { key: string }[]> };
  const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
  return {
    ...rest,
    data: Object.fromEntries(Object.entries(data).map(([name, list]) => [name, list.toSorted(byKey)])),
  };
}

test("a page says of each run what the run itself says, to the last digit", async () => {
  const store = await freshStore();
  await randomRuns(store, 150);
  const page = await found(store, "");
  expect(page.length).toBe(150);
  const each = await Promise.all(idsOf(page).map((id) => store.trackedRuns.get(id)));
  expect(page.map(sorted)).toEqual(each.flatMap((run) => (run === null ? [] : read(run))));
});

const latest = (run: TrackedRun, key: string) => run.metrics.find((metric) => metric.key === key)?.value;
const pair = (of: TrackedRun["tags"], key: string) => of.find(([name]) => name === key)?.[1];

const filters: readonly [filter: string, means: (run: TrackedRun) => boolean][] = [
  ["metrics.a < 1", (run) => (latest(run, "a") ?? Number.NaN) < 1],
  ["metrics.a != 1", (run) => latest(run, "a") !== undefined && latest(run, "a") !== 1],
  [
    "metrics.a >= 0.1 AND metrics.b <= 2",
    (run) => (latest(run, "a") ?? Number.NaN) >= 0.1 && (latest(run, "b") ?? Number.NaN) <= 2,
  ],
  [
    "metrics.a < 1 AND params.a = '4'",
    (run) => (latest(run, "a") ?? Number.NaN) < 1 && pair(run.parameters, "a") === "4",
  ],
  [
    "metrics.a != 1 AND params.b != '4' AND tags.a != '1'",
    (run) =>
      latest(run, "a") !== undefined &&
      latest(run, "a") !== 1 &&
      !["4", undefined].includes(pair(run.parameters, "b")) &&
      !["1", undefined].includes(pair(run.tags, "a")),
  ],
  [
    "params.a = '4' OR metrics.a > 1",
    (run) => pair(run.parameters, "a") === "4" || (latest(run, "a") ?? Number.NaN) > 1,
  ],
  ["params.a = ''", (run) => pair(run.parameters, "a") === ""],
  [
    "tags.b IS NULL AND metrics.b > 0",
    (run) => pair(run.tags, "b") === undefined && (latest(run, "b") ?? 0) > 0,
  ],
];

test("finds what a plain look at every run finds, in the same order", async () => {
  const store = await freshStore();
  await randomRuns(store, 150);
  const all = await Promise.all(idsOf(await found(store, "")).map((id) => store.trackedRuns.get(id)));
  for (const [filter, means] of filters) {
    const wanted = all.flatMap((run) => (run !== null && means(run) ? [run.id] : []));
    expect(wanted.length, filter).toBeGreaterThan(0);
    expect(wanted.length, filter).toBeLessThan(150);
    expect(idsOf(await found(store, filter)), filter).toEqual(wanted);
  }
});

test("orders by the latest value, whichever attempt it is of", async () => {
  const store = await freshStore();
  await randomRuns(store, 150);
  const all = await Promise.all(idsOf(await found(store, "")).map((id) => store.trackedRuns.get(id)));
  const ordered = await found(store, "", ["metrics.a DESC"]);
  const values = new Map(all.flatMap((run) => (run === null ? [] : [[run.id, latest(run, "a")]])));
  const rank = (value: number | undefined) => (value === undefined ? 2 : Number.isNaN(value) ? 1 : 0);
  const wanted = [...values].toSorted(
    ([, a], [, b]) =>
      rank(a) - rank(b) || (rank(a) === 0 && a !== b ? ((b as number) > (a as number) ? 1 : -1) : 0),
  );
  expect(idsOf(ordered)).toEqual(wanted.map(([id]) => id));
});
