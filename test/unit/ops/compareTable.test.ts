import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { glanceAsk } from "../../../src/model/compareTable.ts";
import type { JournalRecord } from "../../../src/model/journal.ts";
import {
  compareColumns,
  compareDetails,
  compareSummary,
  compareTable,
} from "../../../src/ops/compareTable.ts";
import { metricImportance } from "../../../src/ops/metricImportance.ts";
import { pointsBeyond } from "../../../src/ops/pointsBeyond.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import type { Store } from "../../../src/store/store.ts";
import { comparedRuns, withColumns } from "../../../webview/compare/comparedRuns.ts";

let folder: string;
let store: Store;
const idOf = (number: number) => number.toString(16).padStart(32, "0");

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "runline-compare-"));
  store = await openSqliteStore(path.join(folder, "store.db"));
  for (let number = 1; number <= 600; number++) await add(number);
});

afterAll(async () => {
  await store.close();
  fs.rmSync(folder, { recursive: true });
});

async function add(number: number): Promise<void> {
  const id = idOf(number);
  await store.runs.create({
    ...{ id, name: `run ${number}`, experiment: "e", host: "here", argv: [], cwd: "/w", script: "train.py" },
    ...{ code: null, created: number, directory: path.join(folder, id) },
  });
  const values = {
    "val/acc": number === 3 ? Number.NaN : number / 1_000,
    ...(number % 2 === 0 ? { odd: 1 } : {}),
  };
  const records: JournalRecord[] = [
    {
      kind: "parameter",
      time: number,
      key: "lr",
      value: number % 2 === 0 ? "0.1" : "1e-1",
      source: "argparse",
    },
    { kind: "parameter", time: number, key: "seed", value: String(number), source: "argparse" },
    { kind: "metric", time: number, step: 1, values: { "val/acc": 5 }, source: "stdout" },
    { kind: "metric", time: number + 1, step: 2, values, source: "stdout" },
  ];
  await store.journal.append(id, null, { offset: 4, line: 4, identity: "t" }, records, []);
}

const few = [5, 3, 4, 1].map(idOf);

test("rows come in the order of the ask, with the places of those that are not there", async () => {
  const runIds = [idOf(5), idOf(9_999), idOf(3)];
  const table = await compareTable({ runIds, wanted: [] }, store.runs);
  expect(table.missing).toEqual([1]);
  const { runs } = comparedRuns(runIds, table);
  expect(runs.map(({ id, name, script, started }) => [id, name, script, started])).toEqual([
    [idOf(5), "run 5", "train.py", null],
    [idOf(3), "run 3", "train.py", null],
  ]);
});

test("a small table comes whole: what was NaN, what is missing and equal numbers in other words stay what they are", async () => {
  const known = comparedRuns(few, await compareTable({ runIds: few, wanted: [] }, store.runs));
  const column = (id: string) => known.cells.get(id);
  expect(few.map((_id, at) => column("metric:val/acc")?.at(at)?.number)).toEqual([
    0.005,
    Number.NaN,
    0.004,
    0.001,
  ]);
  expect(few.map((_id, at) => column("metric:odd")?.has(at))).toEqual([false, false, true, false]);
  expect(new Set(few.map((_id, at) => column("parameter:lr")?.key(at)))).toEqual(new Set([0.1]));
  expect(column("metric:val/acc")?.at(0)?.text).toBe("0.005; lowest 0.005, highest 5");
  expect(known.summary.parameters.filter(({ differs }) => differs).map(({ key }) => key)).toEqual(["seed"]);
  expect(known.exact).toBe(true);
  expect(known.details.size).toBe(4);
});

test("of many runs a look at some comes first; the exact summary, further columns and details when asked for", async () => {
  const runIds = Array.from({ length: 600 }, (_, at) => idOf(at + 1));
  const first = await compareTable({ runIds, wanted: ["metric:nowhere"] }, store.runs);
  expect(first.exact).toBe(false);
  expect(first.details).toBeNull();
  expect(first.summary.parameters.every(({ differs }) => differs)).toBe(true);
  const known = comparedRuns(runIds, first);
  expect(known.cells.get("metric:nowhere")?.present).toBe(0);
  expect(known.cells.get("metric:val/acc")?.at(599)?.number).toBe(0.6);
  const exact = await compareSummary(runIds, store.runs);
  expect(exact.metrics).toMatchObject([
    { key: "odd", runs: 300 },
    { key: "val/acc", runs: 600, low: 0.001, high: 0.6 },
  ]);
  const columns = await compareColumns({ runIds, wanted: ["parameter:seed", "fact:host"] }, store.runs);
  expect(columns.map(({ id }) => id)).toEqual(["parameter:seed"]);
  expect(withColumns(known, columns)?.cells.get("parameter:seed")?.at(599)?.text).toBe("600");
  const fewer = await compareColumns({ runIds: runIds.slice(1), wanted: ["parameter:seed"] }, store.runs);
  expect(withColumns(known, fewer)).toBeNull();
  const details = await compareDetails([idOf(600), idOf(9_999)], store.runs);
  expect(details.runs).toMatchObject([{ trend: [5, 0.6] }, null]);
});

test("a first look has the rows at the top as the whole table has them, and gives way to it", async () => {
  const all = Array.from({ length: 1_200 }, (_, at) => idOf(at + 1));
  const ask = glanceAsk(all);
  if (ask === null) throw new Error("Twelve hundred runs are many.");
  expect(glanceAsk(all.slice(0, 1_000))).toBeNull();
  const glance = await compareTable(ask, store.runs);
  expect(glance).toMatchObject({ exact: false, details: null });
  expect(glance.summary.metrics.every(({ differs, low }) => differs && Number.isNaN(low))).toBe(true);
  const whole = await compareTable({ runIds: all, wanted: [] }, store.runs);
  const first = comparedRuns(ask.runIds, glance, undefined, all.length - ask.runIds.length);
  const known = comparedRuns(all, whole, first);
  expect(first.runs).toEqual(known.runs.slice(0, first.runs.length));
  expect([first.coming, first.runs.length, known.coming, known.runs.length]).toEqual([1_140, 60, 0, 600]);
  for (const [id, cells] of first.cells) {
    const of = (column: typeof cells | undefined) => first.runs.map((_, at) => column?.at(at)?.shown);
    expect(of(cells), id).toEqual(of(known.cells.get(id)));
  }
});

test("the code of each run is a column: with few runs at once, with many when it is wanted", async () => {
  const many = Array.from({ length: 600 }, (_, at) => idOf(at + 1));
  const ids = ({ columns }: { readonly columns: readonly { readonly id: string }[] }) =>
    columns.map(({ id }) => id);
  expect(ids(await compareTable({ runIds: few, wanted: [] }, store.runs))).toContain("fact:code");
  expect(ids(await compareTable({ runIds: many, wanted: [] }, store.runs))).not.toContain("fact:code");
  expect(ids({ columns: await compareColumns({ runIds: many, wanted: ["fact:code"] }, store.runs) })).toEqual(
    ["fact:code"],
  );
});

test("points beyond a range are counted one by one; NaN is not among them", async () => {
  const series = few.map((runId) => ({ runId, attempt: 1 }));
  const beyond = (low: number, high: number) =>
    pointsBeyond({ series, key: "val/acc", low, high }, store.metrics);
  expect(await beyond(0, 1)).toBe(4);
  expect(await beyond(0.002, 10)).toBe(1);
  const ended = { series, key: "val/acc", low: 0.002, high: 1, steps: { from: 2, to: 9 } };
  expect(await pointsBeyond(ended, store.metrics)).toBe(1);
});

test("importance rests on the runs with a finite value; parameters that do not differ are not among them", async () => {
  const runIds = Array.from({ length: 40 }, (_, at) => idOf(at + 1));
  const importance = await metricImportance(runIds, "val/acc", store.runs);
  expect(importance).toMatchObject({ metric: "val/acc", runs: 39 });
  expect(importance.parameters.map(({ key }) => key)).toEqual(["seed"]);
  expect(await metricImportance(runIds, "nowhere", store.runs)).toMatchObject({ runs: 0, parameters: [] });
  expect(await metricImportance(runIds, "val/acc", null)).toMatchObject({ runs: 0 });
});

test("without a store there is nothing, and no failure", async () => {
  const table = await compareTable({ runIds: few, wanted: ["metric:a"] }, null);
  expect(table.missing).toEqual([0, 1, 2, 3]);
  expect(comparedRuns(few, table).runs).toEqual([]);
});
