import { expect, it, test } from "vitest";
import type { Store } from "../../../src/store/store.ts";
import { freshStore } from "./freshStore.ts";
import { newRun, runId } from "./records.ts";

const created = Date.UTC(2026, 10, 22, 12, 7);

async function twoRuns(): Promise<Store> {
  const store = await freshStore();
  await store.runs.create(newRun(1, { name: "keen-heron", experiment: "digits", created }));
  await store.runs.create(newRun(2, { name: "Späte_Ente", created: created + 1 }));
  const cursor = { offset: 1, line: 1, identity: "x" };
  const parameter = { kind: "parameter", time: 1, key: "lr", value: "0.01", source: "argparse" } as const;
  await store.journal.append(runId(1), null, cursor, [parameter], []);
  await store.runs.edit(runId(1), {
    note: "Wrong split",
    starred: true,
    tags: { baseline: "", dataset: "v2", gone: null },
  });
  const facts = { reason: null, drained: true, attempt: 1, started: 1, ended: 2, exitCode: 0, signal: null };
  await store.runs.observe(runId(1), { ...facts, state: "cancelled", asOf: 1 });
  return store;
}

test.each<[string, boolean]>([
  ["", true],
  ["HERON", true],
  ["heron otter", false],
  ["heron split digits", true],
  ["lr=0.01", true],
  ["LR=0.01", true],
  ["lr=0.0", false],
  ["lr=", true],
  ["dataset=v2", true],
  ["baseline", true],
  ["gone", false],
  ["is:canceled", true],
  ["is:cancelled is:starred", true],
  ["is:failed", false],
  ["is:nonsense", false],
  ["train.py", true],
  ["100%", false],
  ["k_en", false],
  ["'; drop table run; --", false],
  [runId(1).slice(0, 20), true],
  [`heron ${"keen ".repeat(5_000)}`, true],
])("%j finds the run: %j", async (text, expected) => {
  const store = await twoRuns();
  const found = await store.runs.list({ text: text.slice(0, 9_000) });
  expect(found.some(({ name }) => name === "keen-heron")).toBe(expected);
});

test.each(["späte", "SPÄTE", "späte_e"])("%s is found whatever its case", async (text) => {
  const store = await twoRuns();
  expect((await store.runs.list({ text })).map(({ name }) => name)).toEqual(["Späte_Ente"]);
});

it("counts what fits, whatever the limit", async () => {
  const store = await twoRuns();
  const from = Date.UTC(2026, 10, 22, 12, 0);
  const both = [
    { experiment: "digits", from, runs: 1 },
    { experiment: "tests", from, runs: 1 },
  ];
  expect(await store.runs.counts({ limit: 1 })).toEqual(both);
  expect(await store.runs.counts({ text: "heron" })).toEqual(both.slice(0, 1));
  expect(await store.runs.counts({ states: ["failed"] })).toEqual([]);
  await store.runs.setDeleted(runId(2), created);
  expect(await store.runs.counts({})).toEqual(both.slice(0, 1));
});
