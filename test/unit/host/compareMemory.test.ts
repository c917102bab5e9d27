/** What the editor keeps of pages for the next ones: their first charts, and how columns were arranged. */

import { expect, test } from "vitest";
import { FirstCharts } from "../../../src/host/firstCharts.ts";
import { ColumnMemory } from "../../../src/host/keptColumns.ts";
import { compareTable } from "../../../src/ops/compareTable.ts";
import type { ColumnSet } from "../../../src/protocol/comparePage.ts";
import { freshStore, take } from "../store/freshStore.ts";
import { metric, newRun } from "../store/records.ts";
import { makeRun } from "./makeRun.ts";

function memory(values = new Map<string, unknown>()) {
  return {
    get: (key: string) => structuredClone(values.get(key)),
    update: async (key: string, value: unknown) => void values.set(key, structuredClone(value)),
  };
}

const ended = {
  ...({ state: "finished", reason: null, drained: true, attempt: 1, exitCode: 0, signal: null } as const),
  ...{ started: 1, ended: 2, asOf: 2 },
};

/** A table of two runs with two curves and a metric of one value. */
async function someTable() {
  const store = await freshStore();
  const ids = [1, 2].map((number) => newRun(number).id);
  for (const number of [1, 2]) {
    await store.runs.create(newRun(number));
    const curve = Array.from({ length: 5 }, (_, at) => metric(at, { loss: at, val_acc: at / 5 }));
    await take(store, newRun(number).id, [...curve, metric(5, { test_acc: 1 })]);
    await store.runs.observe(newRun(number).id, ended);
  }
  return { ids, table: await compareTable({ runIds: ids, wanted: [] }, store.runs) };
}

const query = (key: string, width: number) => ({ runIds: ["other"], keys: [key], axis: "step", width });

test("the next comparison's first charts are those of the one before, the key metric first", async () => {
  const { ids, table } = await someTable();
  const kept = memory();
  const charts = new FirstCharts(kept, "compare");
  expect(charts.ofTable(ids, table)).toEqual([]);
  const hear = charts.listener();
  hear("compare/columns", { runIds: ids, wanted: [] });
  hear("metrics/columns", query("loss", 800));
  hear("metrics/columns", query("val_acc", 640));
  // Not one of the first any more.
  hear("metrics/columns", query("loss", 100));
  const asked = { runIds: ids, axis: "step" };
  const wanted = [
    { ...asked, keys: ["val_acc"], width: 640 },
    { ...asked, keys: ["loss"], width: 800 },
  ];
  expect(new FirstCharts(kept, "compare").ofTable(ids, table)).toEqual(wanted);
});

test("nothing is asked early of what the page would ask otherwise", async () => {
  const { ids, table } = await someTable();
  const charts = new FirstCharts(memory(), "compare");
  charts.listener()("metrics/columns", { ...query("loss", 800), smoothing: { kind: "ema", weight: 0.5 } });
  charts.listener()("metrics/columns", { ...query("val_acc", 800), axis: "wall" });
  expect(charts.ofTable(ids, table)).toEqual([]);
  for (const key of ["test_acc", "gone", "loss"]) charts.listener()("metrics/columns", query(key, 800));
  expect(charts.ofTable(ids, table).map(({ keys }) => keys)).toEqual([["loss"]]);
  expect(charts.ofTable(ids, { ...table, missing: [0] })).toEqual([]);
});

test("a memory that holds something else is as good as none", async () => {
  const { ids, table } = await someTable();
  for (const odd of [null, 7, "text", [1], { loss: "wide", val_acc: -1 }, { last: 1, sets: [] }]) {
    const values = memory(
      new Map([
        ["runline.compare.firstCharts", odd],
        ["runline.compare.columns", odd],
      ]),
    );
    expect(new FirstCharts(values, "compare").ofTable(ids, table)).toEqual([]);
    expect(new ColumnMemory(values).kept()).toEqual({ last: null, sets: {} });
  }
});

test("columns are kept for the next comparison and by name, and forgotten", async () => {
  const set = (id: string): ColumnSet => ({ columns: { [id]: true }, columnOrder: [], directions: {} });
  const kept = memory();
  const columns = new ColumnMemory(kept);
  await columns.keep(null, set("a"));
  await columns.keep("mine", set("b"));
  await columns.keep("__proto__", set("c"));
  expect(new ColumnMemory(kept).kept().last).toEqual(set("a"));
  expect(Object.keys(new ColumnMemory(kept).kept().sets)).toContain("mine");
  expect(await columns.keep("mine", null)).toMatchObject({ last: set("a") });
  expect(Object.keys(columns.kept().sets)).not.toContain("mine");
  expect((await columns.keep(null, null)).last).toBeNull();
  for (let at = 0; at < 60; at++) await columns.keep(`set ${at}`, set("d"));
  expect(Object.keys(columns.kept().sets)).toHaveLength(50);
});

test("a run's page has first charts of its own width", () => {
  const kept = memory();
  const curve = {
    ...{ last: 0, lastStep: 9, min: 0, minStep: 0, max: 1, maxStep: 5 },
    count: 10,
    nan: 0,
    inf: 0,
  };
  const metrics = { loss: curve, val_acc: curve, test_acc: { ...curve, count: 1 } };
  const run = makeRun({ metrics, keyMetric: "val_acc" });
  new FirstCharts(kept, "compare").listener()("metrics/columns", query("loss", 800));
  expect(new FirstCharts(kept, "run").ofRun(run)).toEqual([]);
  const hear = new FirstCharts(kept, "run").listener();
  hear("metrics/columns", query("test_acc", 300));
  hear("metrics/columns", query("val_acc", 400));
  expect(new FirstCharts(kept, "run").ofRun(run)).toEqual([
    { runIds: [run.id], keys: ["val_acc"], axis: "step", width: 400 },
  ]);
});
