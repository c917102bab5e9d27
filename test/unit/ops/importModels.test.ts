import { expect, test } from "vitest";
import type { ForeignModel, ForeignTrouble } from "../../../src/model/foreignLog.ts";
import { importModel } from "../../../src/ops/importModels.ts";
import { promote } from "../../../src/ops/promote.ts";
import type { Store } from "../../../src/store/store.ts";
import { importStack } from "./importStack.ts";

const unseen = { runId: null, artifact: null, digest: null, bytes: null, signature: null };

function model(versions: readonly number[], aliases: Readonly<Record<string, number>>): ForeignModel {
  const version = (number: number) => ({
    ...{ version: number, description: "", tags: {}, stage: "None", source: `s3://x/${number}` },
    ...{ runId: null, loggedModel: null, storage: null, runLink: null, artifact: null },
  });
  return {
    ...{ name: "net", description: "", tags: {} },
    versions: versions.map((number) => ({ ...version(number), stage: "None" as const })),
    aliases: Object.entries(aliases).map(([alias, number]) => ({ alias, version: number })),
  };
}

async function take(from: ForeignModel, store: Store) {
  const troubles: ForeignTrouble[] = [];
  const clock = () => 5;
  const trouble = (what: ForeignTrouble) => void troubles.push(what);
  const parts = { registry: store.registry, clock, trouble, filesOf: async () => unseen };
  const counts = await importModel(from, parts);
  const here = await store.registry.model(from.name);
  return {
    ...counts,
    versions: here?.versions.map(({ version }) => version),
    aliases: Object.fromEntries(here?.aliases.map(({ alias, version }) => [alias, version]) ?? []),
    troubles: troubles.map(({ about }) => about),
    added: counts.versions,
  };
}

test("numbers stay as they were there, those deleted there are never given here", async () => {
  await using stack = await importStack();
  const { store } = stack;
  expect(await take(model([2, 5], { best: 5 }), store)).toMatchObject({
    ...{ versions: [5, 2], aliases: { best: 5 }, added: 2, troubles: [] },
  });
  const entries = (await store.registry.audit()).length;
  expect(await take(model([2, 5], { best: 5 }), store)).toMatchObject({ added: 0, troubles: [] });
  expect((await store.registry.audit()).length).toBe(entries);
  expect((await store.registry.audit()).every(({ actor }) => actor.name === "import")).toBe(true);
  expect((await store.registry.verify()).problem).toBeNull();
});

test("an alias follows the source until a person here has moved it", async () => {
  await using stack = await importStack();
  const { store } = stack;
  await take(model([1, 2, 3], { best: 1 }), store);
  expect(await take(model([1, 2, 3], { best: 2 }), store)).toMatchObject({ aliases: { best: 2 } });
  const asked = {
    model: "net",
    version: 3,
    alias: "best",
    reason: "mine",
    actor: { name: "ada", email: null },
  };
  await promote(asked, store.registry, () => 6);
  expect(await take(model([1, 2, 3], { best: 1 }), store)).toMatchObject({
    ...{ aliases: { best: 3 }, troubles: ["net@best"] },
  });
});

test("what can't be is left out and told", async () => {
  await using stack = await importStack();
  const { store } = stack;
  expect(await take({ ...model([1], {}), name: "a/b" }, store)).toMatchObject({ troubles: ["model a/b"] });
  expect(await take(model([1], { v3: 1, gone: 9 }), store)).toMatchObject({
    ...{ versions: [1], aliases: {}, troubles: ["net@v3", "net@gone"] },
  });
});

test("a number that is out of all reason is told, and the log stays short", async () => {
  await using stack = await importStack();
  const taken = await take(model([1, 20_000_000], {}), stack.store);
  expect(taken).toMatchObject({ versions: [1], troubles: ["net@20000000"] });
  expect((await stack.store.registry.audit()).length).toBeLessThan(5);
});
