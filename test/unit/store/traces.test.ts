import { describe, expect, test } from "vitest";
import { type Assessment, type Span, type Trace, usageOf } from "../../../src/model/trace.ts";
import type { TraceClause, TraceQuery } from "../../../src/model/traceSearch.ts";
import type { Store } from "../../../src/store/store.ts";
import { freshStore } from "./freshStore.ts";

const trace = (id: string, more: Partial<Trace> = {}): Trace => {
  const metadata = more.metadata ?? {};
  return {
    ...{
      id,
      experimentId: "1",
      time: 1_000,
      duration: 5,
      state: "OK",
      requestPreview: null,
      responsePreview: null,
    },
    ...{ clientRequestId: null, tags: {}, ...more, metadata, usage: usageOf(metadata) },
  };
};
const span = (id: string, more: Partial<Span> = {}): Span => ({
  ...{ id, parentId: null, name: "f", type: "UNKNOWN", status: "OK", start: 1_000, end: 1_001 },
  ...{
    content: JSON.stringify({ name: id, attributes: [{ key: "k", value: { string_value: "v" } }] }),
    ...more,
  },
});
const said = (traceId: string, value: unknown, more: Partial<Assessment> = {}): Assessment => ({
  ...{ id: "a-1", traceId, name: "quality", kind: "feedback", value: JSON.stringify(value), time: 1 },
  ...{ isValid: true, content: "{}", ...more },
});

async function found(store: Store, clauses: readonly TraceClause[], more: Partial<TraceQuery> = {}) {
  const filter = { join: "and", parts: clauses.map((leaf) => ({ leaf })) } as const;
  const query = { experimentIds: ["1"], filter, order: [], limit: 100, offset: 0, ...more };
  return (await store.traces.search(query)).map(({ id }) => id);
}

test("what a client tells of a trace stands, whatever its spans say and whichever comes first", async () => {
  const store = await freshStore();
  const told = trace("told", { duration: 7, tags: { a: "1" }, metadata: { m: "told" } });
  const seen = trace("told", {
    duration: 99,
    state: "ERROR",
    tags: { b: "2" },
    metadata: { m: "seen", n: "seen" },
  });
  await store.traces.addSpans([{ trace: seen, spans: [span("1")] }]);
  expect(await store.traces.get(["told"])).toMatchObject([{ duration: 99, state: "ERROR" }]);
  await store.traces.put(told);
  await store.traces.addSpans([
    { trace: seen, spans: [span("2", { start: 900 }), span("1", { name: "again" })] },
  ]);
  expect(await store.traces.get(["none", "told"])).toMatchObject([
    { duration: 7, state: "OK", tags: { a: "1", b: "2" }, metadata: { m: "told", n: "seen" } },
  ]);
  expect(
    (await store.traces.spans("told")).map((text) => (JSON.parse(text) as { name: string }).name),
  ).toEqual(["2", "1"]);
});

test("a trace that comes in pieces grows, and ends with its first span", async () => {
  const store = await freshStore();
  const open = { state: "IN_PROGRESS", duration: null } as const;
  await store.traces.addSpans([{ trace: trace("t", { ...open, time: 1_010 }), spans: [span("2")] }]);
  await store.traces.addSpans([{ trace: trace("t", { time: 1_000, duration: 50 }), spans: [span("1")] }]);
  expect(await store.traces.get(["t"])).toMatchObject([{ state: "OK", time: 1_000, duration: 50 }]);
});

describe("search", () => {
  async function filled(): Promise<Store> {
    const store = await freshStore();
    await store.traces.put(
      trace("a", { time: 3, tags: { mood: "good", "odd key": "1" }, metadata: { "mlflow.sourceRun": "r1" } }),
    );
    await store.traces.put(trace("b", { time: 2, duration: null, state: "ERROR", tags: { mood: "BAD" } }));
    await store.traces.put(trace("c", { time: 1, experimentId: "2" }));
    await store.traces.addSpans([{ trace: trace("a"), spans: [span("1", { name: "llm", type: "LLM" })] }]);
    await store.traces.link(["b", "none"], "r2");
    await store.traces.putAssessment(said("a", true));
    await store.traces.putAssessment(said("b", "yes"));
    await store.traces.putAssessment(said("b", 0.5, { id: "a-2", name: "score" }));
    await store.traces.putAssessment(said("b", true, { id: "a-3", isValid: false }));
    return store;
  }
  const clause = (of: string, key: string, comparator: string, value: unknown = "") =>
    ({ field: { of, key }, comparator, value }) as unknown as TraceClause;

  test.each<[TraceClause[], string[]]>([
    [[], ["a", "b"]],
    [[clause("tag", "mood", "=", "good")], ["a"]],
    [[clause("tag", "mood", "ILIKE", "b%")], ["b"]],
    [[clause("tag", "mood", "LIKE", "b%")], []],
    [[clause("tag", "odd key", "IS NULL")], ["b"]],
    [[clause("tag", "x' or 1=1 --", "=", "1")], []],
    [[clause("attribute", "status", "IN", ["ERROR", "X"])], ["b"]],
    [[clause("attribute", "timestamp_ms", ">", 2)], ["a"]],
    [[clause("attribute", "execution_time_ms", ">=", 0)], ["a"]],
    [[clause("run", "run_id", "=", "r1")], ["a"]],
    [[clause("run", "run_id", "=", "r2")], ["b"]],
    [[clause("span", "name", "=", "llm")], ["a"]],
    [[clause("span", "content", "LIKE", "%string_value%")], []],
    [[clause("span", "content", "LIKE", "v")], ["a"]],
    [[clause("tag", "mood", "RLIKE", "^g(o)+d$")], ["a"]],
    [[clause("tag", "mood", "RLIKE", "(")], []],
    [[clause("spanAttribute", "k", "=", "v")], ["a"]],
    [[clause("spanAttribute", "k", "=", "w")], []],
    [[clause("feedback", "quality", "=", "true")], ["a"]],
    [[clause("feedback", "quality", "=", "yes")], ["b"]],
    [[clause("feedback", "score", ">", 0.4)], ["b"]],
    [[clause("feedback", "quality", ">", 0)], []],
    [[clause("feedback", "score", "IS NULL")], ["a"]],
    [[clause("expectation", "quality", "=", "true")], []],
    [[clause("tag", "mood", "=", "good"), clause("attribute", "status", "=", "OK")], ["a"]],
  ])("%#", async (clauses, ids) => {
    expect(await found(await filled(), clauses)).toEqual(ids);
  });

  test("order and pages", async () => {
    const store = await filled();
    const field = { of: "attribute", key: "timestamp_ms" } as const;
    expect(await found(store, [], { order: [{ field, descending: false }] })).toEqual(["b", "a"]);
    // One more than asked for says that there is another page.
    expect(await found(store, [], { limit: 1 })).toEqual(["a", "b"]);
    expect(await found(store, [], { limit: 1, offset: 1 })).toEqual(["b"]);
  });

  test("what is deleted takes everything along", async () => {
    const store = await filled();
    expect(await store.traces.delete("1", { ids: ["a", "c", "none"] })).toBe(1);
    expect(await store.traces.spans("a")).toEqual([]);
    expect((await store.traces.assessments(["a", "b"])).size).toBe(1);
    expect(await store.traces.delete("2", { until: 10, most: 1 })).toBe(1);
    expect(await found(store, [], { experimentIds: ["1", "2"] })).toEqual(["b"]);
  });

  test("a rebuilt store takes all of it over", async () => {
    const [old, rebuilt] = [await filled(), await freshStore()];
    await old.evaluations.addScorer({
      experimentId: "1",
      scorerId: "s",
      name: "n",
      serialized: "{}",
      time: 1,
    });
    await rebuilt.kept.restore(old.kept.read());
    expect(await rebuilt.traces.get(["a", "b", "c"])).toEqual(await old.traces.get(["a", "b", "c"]));
    expect(await rebuilt.traces.spans("a")).toEqual(await old.traces.spans("a"));
    expect(await rebuilt.traces.assessments(["b"])).toEqual(await old.traces.assessments(["b"]));
    expect(await found(rebuilt, [clause("run", "run_id", "=", "r2")])).toEqual(["b"]);
    expect(await rebuilt.evaluations.scorers("1")).toEqual(await old.evaluations.scorers("1"));
  });
});

test("scorers are numbered by experiment and name", async () => {
  const { evaluations } = await freshStore();
  const add = (name: string, scorerId: string) =>
    evaluations.addScorer({ experimentId: "1", scorerId, name, serialized: "{}", time: 1 });
  expect([await add("a", "x"), await add("a", "y"), await add("b", "z")]).toMatchObject([
    { version: 1, scorerId: "x" },
    { version: 2, scorerId: "x" },
    { version: 1, scorerId: "z" },
  ]);
  expect(await evaluations.deleteScorer("1", "a", 1)).toBe(1);
  expect(await evaluations.deleteScorer("1", "a", null)).toBe(1);
  expect(await evaluations.deleteScorer("1", "a", null)).toBe(0);
});
