import { expect, test } from "vitest";
import type { JournalRecord } from "../../../src/model/journal.ts";
import { parseSearchFilter } from "../../../src/model/mlflowFilter.ts";
import { runGrammar } from "../../../src/model/mlflowGrammar.ts";
import { parseSearchOrder } from "../../../src/model/mlflowOrder.ts";
import type { Store } from "../../../src/store/store.ts";
import { freshStore, take } from "./freshStore.ts";
import { metric, newRun, runId } from "./records.ts";

async function ask(
  store: Store,
  filter: string,
  order: readonly string[],
  limit: number,
  after: string | null,
) {
  const [parsed, ordered] = [parseSearchFilter(filter, runGrammar), parseSearchOrder(order, runGrammar)];
  if (!parsed.ok || !ordered.ok) throw new Error("the question can't be read");
  const search = { filter: parsed.value, order: ordered.value };
  const experiment = await store.experiments.byName("tests");
  const experimentIds = [experiment?.id ?? ""];
  const query = { search, limit, after, view: "active", experimentIds } as const;
  const page = await store.trackedRuns.search(query, (runs) => runs.map(({ id }) => id));
  if (page === null) return null;
  const items = await Promise.all(page.items.flat().map((id) => store.trackedRuns.get(id)));
  return { ...page, items: items.flatMap((run) => run ?? []) };
}

/** Names of all runs, page by page. */
async function walk(
  store: Store,
  filter: string,
  order: readonly string[],
  limit: number,
): Promise<string[]> {
  const names: string[] = [];
  for (let after: string | null = null; ; ) {
    const page = await ask(store, filter, order, limit, after);
    names.push(...(page?.items.map(({ name }) => name) ?? []));
    if (page === null || page.next === null) return names;
    after = page.next;
  }
}

/** Runs with a metric that is a number, infinite, NaN or not there, and many ties. */
async function manyRuns(store: Store, count: number): Promise<void> {
  const values = [1, 2, 2, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 0];
  for (let at = 0; at < count; at++) {
    await store.runs.create(newRun(at));
    const records: JournalRecord[] = [{ kind: "tag", time: 1, key: "half", value: String(at % 2) }];
    if (at % 9 !== 0) records.push(metric(1, { score: values[at % values.length] ?? 0 }));
    if (at % 3 !== 0)
      records.push({ kind: "parameter", time: 1, key: "p", value: String(at % 4), source: "argv" });
    await take(store, runId(at), records);
  }
}

test.each([
  [[]],
  [["metrics.score"]],
  [["metrics.score DESC"]],
  [["params.p DESC", "metrics.score"]],
  [["tags.half", "params.p", "start_time"]],
  [["end_time"]],
  [["metrics.none", "run_name DESC"]],
])("pages of any size are the whole, ordered by %j", async (order) => {
  const store = await freshStore();
  await manyRuns(store, 60);
  const whole = await walk(store, "", order, 1_000);
  expect(new Set(whole).size).toBe(60);
  for (const limit of [1, 7, 59, 60]) expect(await walk(store, "", order, limit)).toEqual(whole);
});

test("numbers come first, then NaN, then runs without the metric, whichever the direction", async () => {
  const store = await freshStore();
  await manyRuns(store, 18);
  const valued = async (order: string) => {
    const page = await ask(store, "", [order], 100, null);
    return page?.items.map(({ metrics }) => metrics[0]?.value ?? "none");
  };
  const numbers = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, -1, 0, 0, 1, 2, 2, 2, 2];
  const infinite = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const rest = [...Array(2).fill(Number.NaN), ...Array(2).fill("none")];
  const found = await valued("metrics.score");
  expect(found?.length).toBe(18);
  expect(found?.slice(-4)).toEqual(rest);
  const up = found?.slice(0, -4) as number[];
  expect(up).toEqual([...up].sort((a, b) => (a === b ? 0 : a - b)));
  expect(up).toEqual(expect.arrayContaining([...numbers, ...infinite]));
  const down = await valued("metrics.score DESC");
  expect(down?.slice(-4)).toEqual(rest);
  expect(down?.slice(0, -4)).toEqual([...up].reverse());
});

test("a run that comes while somebody turns pages moves no other", async () => {
  const store = await freshStore();
  await manyRuns(store, 20);
  const first = await ask(store, "", ["start_time"], 10, null);
  await store.runs.create(newRun(-5, { id: runId(100), name: "early", created: 1 }));
  await store.runs.setDeleted(runId(2), 5);
  const second = await ask(store, "", ["start_time"], 10, first?.next ?? null);
  expect(second?.items.map(({ name }) => name)).toEqual(
    Array.from({ length: 10 }, (_, at) => `run-${at + 10}`),
  );
  // A place belongs to its question.
  expect(await ask(store, "", ["start_time DESC"], 10, first?.next ?? null)).toBeNull();
  expect(await ask(store, "tags.half = '1'", ["start_time"], 10, first?.next ?? null)).toBeNull();
});

test.each([
  "metrics.score > 1",
  "metrics.score != 2",
  "metrics.score = 2",
  "tags.half = '0' AND params.p = '2'",
  "tags.half = '0' OR params.p = '2'",
  "params.p IS NULL",
  "(metrics.score < 0 OR metrics.score > 1) AND tags.half != '1'",
  "run_name LIKE 'run-1_'",
  "run_name LIKE 'RUN%'",
  "run_name ILIKE 'RUN%'",
  "run_name LIKE 'run-[1]'",
])("finds what the same words find by hand: %s", async (filter) => {
  const store = await freshStore();
  await manyRuns(store, 40);
  const all = (await ask(store, "", [], 100, null))?.items ?? [];
  const by = Object.fromEntries(
    all.map((run) => {
      const score = run.metrics[0]?.value;
      const p = run.parameters.find(([key]) => key === "p")?.[1];
      const half = run.tags.find(([key]) => key === "half")?.[1];
      return [run.name, { score, p, half, name: run.name }];
    }),
  );
  const means: Readonly<Record<string, (run: (typeof by)[string]) => boolean>> = {
    "metrics.score > 1": ({ score = Number.NaN }) => score > 1,
    "metrics.score != 2": ({ score }) => score !== undefined && score !== 2,
    "metrics.score = 2": ({ score }) => score === 2,
    "tags.half = '0' AND params.p = '2'": ({ half, p }) => half === "0" && p === "2",
    "tags.half = '0' OR params.p = '2'": ({ half, p }) => half === "0" || p === "2",
    "params.p IS NULL": ({ p }) => p === undefined,
    "(metrics.score < 0 OR metrics.score > 1) AND tags.half != '1'": ({ score = Number.NaN, half }) =>
      (score < 0 || score > 1) && half !== "1",
    "run_name LIKE 'run-1_'": ({ name }) => /^run-1.$/.test(name),
    "run_name LIKE 'RUN%'": () => false,
    "run_name ILIKE 'RUN%'": () => true,
    "run_name LIKE 'run-[1]'": () => false,
  };
  const found = (await walk(store, filter, ["run_name"], 7)).sort();
  const wanted = Object.entries(by).filter(([, run]) => run !== undefined && means[filter]?.(run) === true);
  expect(found).toEqual(wanted.map(([name]) => name).sort());
});

test("every experiment of a run has a row and an id that follows from its name", async () => {
  const store = await freshStore();
  await store.runs.create(newRun(1, { experiment: "digits" }));
  await store.runs.create(newRun(2, { experiment: "Default" }));
  expect((await store.experiments.byName("digits"))?.id).toBe("924616169030740430");
  expect((await store.experiments.byName("Default"))?.id).toBe("0");
  expect((await store.trackedRuns.get(runId(1)))?.experimentId).toBe("924616169030740430");
  // A name that is given up may be taken again; its id is the next one then.
  await store.experiments.rename("924616169030740430", "letters", 5);
  expect((await store.trackedRuns.get(runId(1)))?.experimentId).toBe("924616169030740430");
  const again = await store.experiments.create({ name: "digits", artifactLocation: null, tags: {}, time: 6 });
  expect(again?.id).toBe("924616169030740431");
});
