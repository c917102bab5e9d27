import { expect, test } from "vitest";
import type { RunFacts } from "../../../src/store/store.ts";
import { freshStore, take } from "./freshStore.ts";
import { digest, metric, newRun, runId } from "./records.ts";

const facts: RunFacts = {
  state: "failed",
  reason: "exit 1",
  drained: true,
  attempt: 1,
  started: 10,
  ended: 20,
  exitCode: 1,
  signal: null,
  asOf: 30,
};

test("a run that was created reads as it was asked for", async () => {
  const store = await freshStore();
  await store.runs.create(newRun(1, { argv: ["python", "a b.py", "--x=\n"] }));
  expect(await store.runs.get(runId(1))).toEqual({
    ...newRun(1, { argv: ["python", "a b.py", "--x=\n"] }),
    ...{ state: "unknown", reason: null, drained: false, attempt: 1, exitCode: null, signal: null },
    ...{ started: null, ended: null, asOf: newRun(1).created, note: "", starred: false, tags: {} },
    ...{ parameters: {}, metrics: {}, keyMetric: null, sparkline: [], findings: 0 },
  });
  expect(await store.runs.get(runId(2))).toBeNull();
});

test("a second launch of one id changes nothing", async () => {
  const store = await freshStore();
  await store.runs.create(newRun(1));
  await store.runs.edit(runId(1), { note: "mine" });
  await store.runs.create(newRun(1, { name: "other" }));
  expect(await store.runs.get(runId(1))).toMatchObject({ name: "run-1", note: "mine" });
});

test("facts and edits are kept apart", async () => {
  const store = await freshStore();
  await store.runs.create(newRun(1));
  await store.runs.observe(runId(1), facts);
  await store.runs.edit(runId(1), { name: "best", starred: true, tags: { team: "a", old: "b" } });
  await store.runs.edit(runId(1), { tags: { old: null } });
  expect(await store.runs.get(runId(1))).toMatchObject({
    ...facts,
    name: "best",
    starred: true,
    note: "",
    tags: { team: "a" },
  });
});

test("lists are newest first, limited and filtered", async () => {
  const store = await freshStore();
  for (const number of [2, 3, 1])
    await store.runs.create(newRun(number, { script: number === 3 ? "other.py" : "train.py" }));
  await store.runs.observe(runId(1), facts);
  const ids = async (query: Parameters<typeof store.runs.list>[0]) =>
    (await store.runs.list(query)).map(({ name }) => name);
  expect(await ids({})).toEqual(["run-3", "run-2", "run-1"]);
  expect(await ids({ limit: 1 })).toEqual(["run-3"]);
  expect(await ids({ script: "train.py" })).toEqual(["run-2", "run-1"]);
  expect(await ids({ states: ["failed", "running"] })).toEqual(["run-1"]);
  expect(await ids({ states: [] })).toEqual([]);
  expect(await ids({ ids: [runId(1), runId(3), "nothing"] })).toEqual(["run-3", "run-1"]);
});

test("runs are found by name or by the beginning of the id", async () => {
  const store = await freshStore();
  await store.runs.create(newRun(1, { name: "calm-ibex" }));
  await store.runs.create(newRun(2, { name: "calm-ibex" }));
  const found = async (text: string) => (await store.runs.find(text)).map(({ id }) => id);
  expect(await found("calm-ibex")).toEqual([runId(2), runId(1)]);
  expect(await found(runId(1))).toEqual([runId(1)]);
  expect(await found(runId(1).slice(0, 11))).toEqual([runId(1)]);
  expect(await found(runId(1).slice(0, 4))).toEqual([runId(2), runId(1)]);
  for (const nothing of ["", "calm", "%", "_"]) expect(await found(nothing)).toEqual([]);
});

test("a deleted run hides, comes back, and goes for good with a purge", async () => {
  const store = await freshStore();
  await store.runs.create(newRun(1));
  await store.runs.create(newRun(2));
  await take(store, runId(1), [
    metric(0, { a: 1 }),
    { kind: "read", time: 1, path: "d", type: "file", files: 1, bytes: 1, digest: digest("a"), how: "audit" },
  ]);
  await store.runs.setDeleted(runId(1), 100);
  expect((await store.runs.list({})).map(({ name }) => name)).toEqual(["run-2"]);
  expect(await store.runs.list({ deleted: true })).toHaveLength(2);
  expect(await store.runs.find("run-1")).toEqual([]);
  expect(await store.runs.get(runId(1))).not.toBeNull();
  await store.runs.setDeleted(runId(1), null);
  expect(await store.runs.list({})).toHaveLength(2);

  await store.runs.setDeleted(runId(1), 100);
  expect(await store.runs.purge(100)).toEqual([]);
  expect(await store.runs.purge(101)).toEqual(["/runs/1"]);
  expect(await store.runs.get(runId(1))).toBeNull();
  expect(await store.metrics.keys([runId(1)])).toEqual([]);
  expect(await store.lineage.search("", 100)).toMatchObject([{ label: "run-2" }]);
  expect(await store.journal.cursor(runId(1))).toBeNull();
});

test("a version that no run made keeps no run from being purged", async () => {
  const store = await freshStore();
  await store.runs.create(newRun(1));
  await store.registry.append({ name: "ana", email: null }, 1, () => [
    { type: "model.created", model: "m" },
    {
      ...{ type: "version.created", model: "m", version: 1, source: "s3://there/model", runId: null },
      ...{ loggedModel: null, storage: null, runLink: null, artifact: null, digest: null, bytes: null },
      ...{ signature: null, description: "", tags: {} },
    },
  ]);
  await store.runs.setDeleted(runId(1), 1);
  expect(await store.runs.purgeable(2)).toHaveLength(1);
  expect(await store.runs.purge(2)).toEqual(["/runs/1"]);
});

test("a purge keeps a run that a model was registered from", async () => {
  const store = await freshStore();
  await store.runs.create(newRun(1));
  await store.registry.append({ name: "ana", email: null }, 1, () => [
    { type: "model.created", model: "m" },
    {
      type: "version.registered",
      model: "m",
      version: 1,
      runId: runId(1),
      artifact: "m",
      digest: digest("a"),
      bytes: 1,
    },
  ]);
  await store.runs.setDeleted(runId(1), 1);
  expect(await store.runs.purge(100)).toEqual([]);
  expect(await store.runs.get(runId(1))).not.toBeNull();
});

test("a run that is not there is refused by name", async () => {
  const store = await freshStore();
  const message = "There is no run nothing.";
  await expect(store.runs.edit("nothing", { note: "x" })).rejects.toThrow(message);
  await expect(store.runs.observe("nothing", facts)).rejects.toThrow(message);
  await expect(store.runs.setDeleted("nothing", 1)).rejects.toThrow(message);
});
