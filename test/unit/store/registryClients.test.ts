import * as path from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import type { Actor, CreatedVersion, RegistryEvent } from "../../../src/model/registry.ts";
import { sql as first } from "../../../src/store/sqlite/migrations/0001.ts";
import { sql as second } from "../../../src/store/sqlite/migrations/0002.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import type { Store } from "../../../src/store/store.ts";
import { freshFolder, freshStore } from "./freshStore.ts";
import { digest, newRun, runId } from "./records.ts";

const ana: Actor = { name: "ana", email: null };
const loggedModel = `m-${"0".repeat(32)}`;
const made = (version: number, more: Partial<CreatedVersion> = {}): RegistryEvent => ({
  ...{ type: "version.created", model: "iris", version, source: "s3://b/x", runId: null, loggedModel: null },
  ...{ storage: null, runLink: null, description: "", tags: {}, artifact: null, digest: null, bytes: null },
  ...{ signature: { flavors: ["sklearn"], inputs: ["x: double"], outputs: [] }, ...more },
});
const events: readonly RegistryEvent[] = [
  { type: "model.created", model: "iris", description: "flowers", tags: { team: "blue" } },
  made(1),
  made(2, { runId: runId(1), artifact: "model", digest: digest("a"), bytes: 12, tags: { a: "b" } }),
  made(3, { runId: runId(1), loggedModel, digest: digest("b"), bytes: 3 }),
  { type: "alias.set", model: "iris", alias: "champion", version: 3, previous: null, reason: "best" },
  { type: "model.tagged", model: "iris", tag: "team", value: null },
  { type: "model.tagged", model: "iris", tag: "late", value: "yes" },
  { type: "model.described", model: "iris", description: "irises" },
  { type: "version.described", model: "iris", version: 1, description: "the first" },
  { type: "version.tagged", model: "iris", version: 2, tag: "a", value: "c" },
  { type: "version.staged", model: "iris", version: 2, stage: "Staging" },
  { type: "version.deleted", model: "iris", version: 1 },
  { type: "model.renamed", model: "iris", name: "irises" },
];

async function filled(store: Store, list = events): Promise<void> {
  await store.runs.create(newRun(1));
  for (const [at, event] of list.entries()) await store.registry.append(ana, 100 + at, () => [event]);
}

test("after each event the tables are what the log folds to", async () => {
  const store = await freshStore();
  await store.runs.create(newRun(1));
  for (const [at, event] of events.entries()) {
    await store.registry.append(ana, 100 + at, () => [event]);
    expect(await store.registry.verify()).toMatchObject({ entries: at + 1, problem: null });
  }
  expect(await store.registry.model("irises")).toMatchObject({
    ...{ description: "irises", tags: { late: "yes" }, last: 3, updated: 112 },
    versions: [
      { version: 3, aliases: ["champion"], origin: { loggedModel } },
      { version: 2, tags: { a: "c" }, stage: "Staging", artifact: "model" },
    ],
  });
  expect(await store.registry.model("iris")).toBeNull();
});

test("a change that is about some models sees only those", async () => {
  const store = await freshStore();
  await filled(store);
  await store.registry.append(ana, 200, () => [{ type: "model.created", model: "other" }]);
  const seen: string[] = [];
  const look = (models: readonly { readonly name: string }[]) => {
    seen.push(...models.map(({ name }) => name));
    return [];
  };
  await store.registry.append(ana, 201, look, ["other", "nothing"]);
  expect(seen).toEqual(["other"]);
});

test("lineage goes from the run over the logged model or the file to the version, by its present name", async () => {
  const store = await freshStore();
  await filled(store);
  const upstream = async (version: number) => {
    const { edges } = await store.lineage.walk(`model:irises@${version}`, "upstream");
    return edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`).sort();
  };
  expect(await upstream(3)).toEqual([
    `artifact:${loggedModel} registered model:irises@3`,
    `run:${runId(1)} kept artifact:${loggedModel}`,
  ]);
  expect(await upstream(2)).toEqual([
    `data:model@${digest("a")} registered model:irises@2`,
    `run:${runId(1)} wrote data:model@${digest("a")}`,
  ]);
  expect((await store.lineage.node("model:irises@3"))?.detail).toBe("@champion");
  expect(await store.lineage.node("model:iris@3")).toBeNull();
});

test("nothing of a deleted model is mistaken for that of its successor", async () => {
  const store = await freshStore();
  await filled(store);
  const gone: readonly RegistryEvent[] = [
    { type: "alias.removed", model: "irises", alias: "champion", previous: 3, reason: "gone" },
    { type: "model.deleted", model: "irises" },
    { type: "model.created", model: "irises" },
    { ...(made(1) as Extract<RegistryEvent, { type: "version.created" }>), model: "irises" },
  ];
  for (const event of gone) await store.registry.append(ana, 300, () => [event]);
  expect(await store.registry.model("irises")).toMatchObject({ last: 1, tags: {}, aliases: [] });
  expect((await store.lineage.walk("model:irises@1", "upstream")).edges).toEqual([]);
  expect(await store.lineage.node("model:irises@2")).toBeNull();
  expect(await store.registry.verify()).toMatchObject({ problem: null });
});

test("the log moves to a rebuilt store, with what it says of lineage", async () => {
  const [old, rebuilt] = [await freshStore(), await freshStore()];
  await filled(old);
  await rebuilt.runs.create(newRun(1));
  await rebuilt.registry.restore(await old.registry.audit());
  expect(await rebuilt.registry.models()).toEqual(await old.registry.models());
  const walk = (store: Store) => store.lineage.walk("model:irises@3", "upstream");
  expect((await walk(rebuilt)).edges).toEqual((await walk(old)).edges);
});

test("a store of the first release keeps its models, and its log still verifies", async () => {
  const file = path.join(await freshFolder(), "runline.db");
  const early: readonly RegistryEvent[] = [
    { type: "model.created", model: "digits" },
    {
      ...{ type: "version.registered", model: "digits", version: 1, runId: runId(1) },
      ...{ artifact: "model.json", digest: digest("a"), bytes: 10 },
    },
    { type: "alias.set", model: "digits", alias: "champion", version: 1, previous: null, reason: "best" },
  ];
  const now = await freshStore();
  await filled(now, early);
  const old = await openSqliteStore(file, { migrations: [first, second] });
  await old.close();
  const database = new Database(file);
  const insert =
    "insert into audit (sequence, time, actor, event, previous_hash, hash) values (?, ?, ?, ?, ?, ?)";
  const log = (await now.registry.audit()).toReversed();
  const canonical = (value: object) => JSON.stringify(value, Object.keys(value).sort());
  for (const { sequence, time, actor, event, previousHash, hash } of log)
    database.prepare(insert).run(sequence, time, canonical(actor), canonical(event), previousHash, hash);
  const person = JSON.stringify(ana);
  database.prepare("insert into model values ('digits', 100)").run();
  database
    .prepare("insert into model_version values ('digits', 1, ?, 'model.json', ?, 10, 101, ?)")
    .run(runId(1), digest("a"), person);
  database.prepare("insert into alias values ('digits', 'champion', 1, 102, ?, 'best', null)").run(person);
  database.close();
  const opened = await openSqliteStore(file);
  expect(await opened.registry.verify()).toMatchObject({ entries: 3, problem: null });
  expect(await opened.registry.models()).toEqual(await now.registry.models());
  await opened.close();
});
