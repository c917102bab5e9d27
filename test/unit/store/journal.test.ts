import { describe, expect, test } from "vitest";
import type { JournalRecord } from "../../../src/model/journal.ts";
import type { Finding } from "../../../src/model/run.ts";
import type { Store } from "../../../src/store/store.ts";
import { freshStore, take } from "./freshStore.ts";
import { metric, newRun, runId } from "./records.ts";

const id = runId(1);

async function storeWithRun(): Promise<Store> {
  const store = await freshStore();
  await store.runs.create(newRun(1));
  return store;
}

async function run(store: Store) {
  const found = await store.runs.get(id);
  if (found === null) throw new Error("no run");
  return found;
}

describe("the cursor", () => {
  const first = { offset: 10, line: 1, identity: "a" };
  const second = { offset: 20, line: 2, identity: "a" };

  test("starts as nothing and moves with the data", async () => {
    const store = await storeWithRun();
    expect(await store.journal.cursor(id)).toBeNull();
    expect(await store.journal.append(id, null, first, [metric(0, { a: 1 })], [])).toBe(true);
    expect(await store.journal.cursor(id)).toEqual(first);
    expect(await store.journal.append(id, first, second, [], [])).toBe(true);
    expect(await store.journal.cursor(id)).toEqual(second);
  });

  test.each([
    ["nothing", null],
    ["another offset", { ...first, offset: 9 }],
    ["another line", { ...first, line: 2 }],
    ["another file", { ...first, identity: "b" }],
  ])("refuses a batch that begins at %s", async (_, from) => {
    const store = await storeWithRun();
    await store.journal.append(id, null, first, [metric(0, { a: 1 })], []);
    const before = await store.revision();
    expect(await store.journal.append(id, from, second, [metric(1, { a: 2 })], [])).toBe(false);
    expect(await store.revision()).toBe(before);
    expect((await run(store)).metrics.a?.count).toBe(1);
    expect(await store.journal.cursor(id)).toEqual(first);
  });

  test("an unknown run is refused by name", async () => {
    const store = await freshStore();
    await expect(store.journal.append(id, null, first, [], [])).rejects.toThrow(`There is no run ${id}.`);
  });
});

describe("metrics", () => {
  test("points come back in step order; points on one step in order of arrival", async () => {
    const store = await storeWithRun();
    await take(store, id, [metric(5, { a: 50 }), metric(1, { a: 10 }), metric(5, { a: 51 })]);
    await take(store, id, [metric(0, { a: Number.NaN }), metric(1, { a: 11 })]);
    const { steps, values } = await store.metrics.points({ runId: id, attempt: 1, key: "a" });
    expect([...steps]).toEqual([0, 1, 1, 5, 5]);
    expect([...values]).toEqual([Number.NaN, 10, 11, 50, 51]);
  });

  test("many small batches fill chunks like one large batch", async () => {
    const store = await storeWithRun();
    const values = Array.from({ length: 10_000 }, (_, at) => Math.sin(at));
    for (let at = 0; at < values.length; at += 501)
      await take(
        store,
        id,
        values.slice(at, at + 501).map((value, place) => metric(at + place, { a: value })),
      );
    const points = await store.metrics.points({ runId: id, attempt: 1, key: "a" });
    expect([...points.values]).toEqual(values);
    expect((await run(store)).metrics.a?.count).toBe(10_000);
  });

  test("steps that are no whole numbers, or large ones that are exact, are kept", async () => {
    const store = await storeWithRun();
    await take(store, id, [metric(0.5, { a: 1 }), metric(2 ** 53 - 1, { a: 2 }), metric(-3, { a: 3 })]);
    const { steps } = await store.metrics.points({ runId: id, attempt: 1, key: "a" });
    expect([...steps]).toEqual([-3, 0.5, 2 ** 53 - 1]);
  });

  test("a step beyond 2⁵³ is refused in words, and the rest of the batch is kept", async () => {
    const store = await storeWithRun();
    await take(store, id, [metric(2 ** 53, { a: 1 }), metric(1, { a: 2 }), metric(-1e300, { b: 1 }, 7)]);
    expect(await store.metrics.keys([id])).toEqual(["a"]);
    const text = (names: string, step: string) =>
      `A point of ${names} was left out: its step ${step} is beyond 2⁵³, where whole numbers are no longer exact.`;
    expect(await store.runs.findings(id)).toMatchObject([
      { code: "journal.step", text: text("a", "9007199254740992") },
      { code: "journal.step", text: text("b", "-1e+300"), time: 7 },
    ]);
  });

  test("a step that is no number is a finding, and the rest of the batch is kept", async () => {
    const store = await storeWithRun();
    await take(store, id, [metric(Number.NaN, { a: 1 }, 7), metric(1, { a: 2 })]);
    expect((await run(store)).metrics.a?.count).toBe(1);
    expect(await store.runs.findings(id)).toMatchObject([{ code: "journal.step", time: 7 }]);
  });

  test("the summary knows last, extremes and what was bad", async () => {
    const store = await storeWithRun();
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    await take(store, id, [
      metric(0, { a: nan }),
      metric(3, { a: 4 }),
      metric(1, { a: -2 }),
      metric(2, { a: inf }),
    ]);
    expect((await run(store)).metrics.a).toEqual({
      last: 4,
      lastStep: 3,
      min: -2,
      minStep: 1,
      max: 4,
      maxStep: 3,
      count: 4,
      nan: 1,
      inf: 1,
    });
  });

  test("a run that diverged ends in NaN, in the table and in the sparkline", async () => {
    const store = await storeWithRun();
    await take(store, id, [metric(0, { loss: 1 }), metric(1, { loss: Number.NaN })]);
    await take(store, id, [metric(2, { loss: Number.NaN })]);
    const { metrics, sparkline } = await run(store);
    expect(metrics.loss).toMatchObject({ last: Number.NaN, lastStep: 2, min: 1, max: 1, nan: 2 });
    expect(sparkline).toEqual([1, Number.NaN, Number.NaN]);
  });

  test("attempts stay apart as series and join in the summary", async () => {
    const store = await storeWithRun();
    await take(store, id, [metric(0, { a: 5 }), metric(1, { a: 9 })]);
    await take(store, id, [{ kind: "attempt", time: 50, attempt: 2 }, metric(0, { a: 7 }, 51)]);
    await take(store, id, [metric(1, { a: 6 }, 52)]);
    expect((await run(store)).metrics.a).toMatchObject({ last: 6, min: 5, max: 9, count: 4 });
    const { series } = await store.metrics.columns({ runIds: [id], keys: ["a"], axis: "step", width: 10 });
    expect(series.map(({ attempt, count }) => [attempt, count])).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  test("system metrics are series of their own, numbered on, and no metrics of the run", async () => {
    const store = await storeWithRun();
    const system = (time: number): JournalRecord => ({ kind: "system", time, values: { cpu_percent: time } });
    await take(store, id, [system(10), metric(0, { loss: 1 }), system(20)]);
    await take(store, id, [system(30)]);
    const found = await run(store);
    expect(Object.keys(found.metrics)).toEqual(["loss"]);
    expect(found.keyMetric).toBe("loss");
    expect(await store.metrics.keys([id])).toEqual(["loss", "system/cpu_percent"]);
    const { steps, times } = await store.metrics.points({ runId: id, attempt: 1, key: "system/cpu_percent" });
    expect([[...steps], [...times]]).toEqual([
      [0, 1, 2],
      [10, 20, 30],
    ]);
  });

  test("the key metric changes when a better one comes, and its sparkline stays bounded", async () => {
    const store = await storeWithRun();
    await take(store, id, [metric(0, { loss: 1 })]);
    expect((await run(store)).keyMetric).toBe("loss");
    for (let at = 0; at < 20; at++)
      await take(
        store,
        id,
        Array.from({ length: 77 }, (_, place) => metric(at * 77 + place, { val_acc: at * 77 + place })),
      );
    const { keyMetric, sparkline } = await run(store);
    expect(keyMetric).toBe("val_acc");
    expect(sparkline.length).toBeGreaterThan(11);
    expect(sparkline.length).toBeLessThanOrEqual(24);
    expect(sparkline[0]).toBe(0);
    expect(sparkline.at(-1)).toBe(20 * 77 - 1);
    expect(sparkline).toEqual([...sparkline].sort((left, right) => left - right));
  });

  test("100,000 names in a project, 20,000 of them in one run, slow nobody down", async () => {
    const store = await storeWithRun();
    const values = (from: number) =>
      Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`layer/${from + at}`, at]));
    await take(store, id, [metric(0, values(0)), metric(0, { val_acc: 0.5 })]);
    await take(store, id, [metric(1, values(10_000))]);
    for (let run = 2; run < 10; run++) {
      await store.runs.create(newRun(run));
      await take(store, runId(run), [metric(0, values(run * 10_000))]);
    }
    expect(await store.metrics.keys([id])).toHaveLength(20_001);
    expect(await run(store)).toMatchObject({ keyMetric: "val_acc" });
    const query = { runIds: [id], keys: ["layer/19999"], axis: "step", width: 10 } as const;
    expect((await store.metrics.columns(query)).series).toMatchObject([{ last: [9_999] }]);
  });

  test("names that look like members of an object are names", async () => {
    const store = await storeWithRun();
    const odd = JSON.parse('{"__proto__": 1, "constructor": 2, "a b\\n😀": 3}') as Record<string, number>;
    await take(store, id, [
      metric(0, odd),
      { kind: "parameter", time: 0, key: "__proto__", value: "x", source: "argv" },
    ]);
    const found = await run(store);
    expect(Object.keys(found.metrics).sort()).toEqual(["__proto__", "a b\n😀", "constructor"]);
    expect(Object.keys(found.parameters)).toEqual(["__proto__"]);
  });
});

describe("the other records", () => {
  test("parameters: the last one counts", async () => {
    const store = await storeWithRun();
    const parameter = (value: string): JournalRecord => ({
      kind: "parameter",
      time: 1,
      key: "lr",
      value,
      source: "argparse",
    });
    await take(store, id, [parameter("0.1"), parameter("0.2")]);
    expect((await run(store)).parameters).toEqual({ lr: { value: "0.2", source: "argparse" } });
  });

  test("tags: what a person set or took away stays", async () => {
    const store = await storeWithRun();
    const tags = (value: string): readonly JournalRecord[] =>
      ["mine", "gone", "script"].map((key) => ({ kind: "tag", time: 1, key, value }));
    await take(store, id, tags("first"));
    await store.runs.edit(id, { tags: { mine: "by hand", gone: null } });
    await take(store, id, tags("second"));
    expect((await run(store)).tags).toEqual({ mine: "by hand", script: "second" });
  });

  test("findings: 200 are kept, all are counted", async () => {
    const store = await storeWithRun();
    const findings: Finding[] = Array.from({ length: 150 }, (_, line) => ({
      code: "corruptLine",
      text: "bad",
      time: 1,
      line,
    }));
    await store.journal.append(id, null, { offset: 1, line: 150, identity: "" }, [], findings);
    const notice: JournalRecord = { kind: "notice", time: 2, code: "captureFailed", text: "why" };
    await take(
      store,
      id,
      Array.from({ length: 100 }, () => notice),
    );
    expect((await run(store)).findings).toBe(250);
    const kept = await store.runs.findings(id);
    expect(kept).toHaveLength(200);
    expect([kept[149], kept[150]]).toEqual([
      { code: "corruptLine", text: "bad", time: 1, line: 149 },
      { code: "captureFailed", text: "why", time: 2, line: null },
    ]);
  });

  test("the environment is kept whole", async () => {
    const store = await storeWithRun();
    const environment = {
      interpreter: "/usr/bin/python3",
      version: "3.11.2",
      platform: "linux",
      packages: { numpy: "2.0" },
      gpus: ["A100"],
    };
    await take(store, id, [{ kind: "environment", time: 1, ...environment }]);
    expect(await store.runs.environment(id)).toEqual(environment);
    expect(await store.runs.environment(runId(2))).toBeNull();
  });
});
