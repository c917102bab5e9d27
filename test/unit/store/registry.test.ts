import * as path from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import type { Actor, RegistryEvent } from "../../../src/model/registry.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import type { Store } from "../../../src/store/store.ts";
import { freshFolder, freshStore } from "./freshStore.ts";
import { digest, runId } from "./records.ts";

const ana: Actor = { name: "ana", email: "ana@example.org" };
const created: RegistryEvent = { type: "model.created", model: "digits" };
const registered = (version: number): RegistryEvent => ({
  type: "version.registered",
  model: "digits",
  version,
  runId: runId(version),
  artifact: "model.json",
  digest: digest("a"),
  bytes: 10,
});
const moved = (version: number, previous: number | null): RegistryEvent => ({
  type: "alias.set",
  model: "digits",
  alias: "champion",
  version,
  previous,
  reason: "better on 1,000 “hard” cases 😀",
});
const history = [created, registered(1), moved(1, null), registered(2), moved(2, 1)];

async function filled(store: Store): Promise<void> {
  for (const [at, event] of history.entries()) await store.registry.append(ana, 100 + at, () => [event]);
}

test("events fold into models that can be read", async () => {
  const store = await freshStore();
  await filled(store);
  const [model] = await store.registry.models();
  expect(model).toMatchObject({
    name: "digits",
    created: 100,
    versions: [
      { version: 2, created: 103, aliases: ["champion"], actor: ana },
      { version: 1, created: 101, aliases: [] },
    ],
    aliases: [{ alias: "champion", version: 2, previous: 1, since: 104, actor: ana }],
  });
  expect(await store.registry.version("digits", 1)).toMatchObject({ runId: runId(1), digest: digest("a") });
  expect(await store.registry.version("digits", 3)).toBeNull();
  await store.registry.append(ana, 105, () => [
    { type: "alias.removed", model: "digits", alias: "champion", previous: 2, reason: "withdrawn" },
  ]);
  expect((await store.registry.models())[0]?.aliases).toEqual([]);
  expect(await store.registry.verify()).toMatchObject({ entries: 6, problem: null });
});

test("the log is read newest first", async () => {
  const store = await freshStore();
  await filled(store);
  expect((await store.registry.audit()).map(({ sequence }) => sequence)).toEqual([5, 4, 3, 2, 1]);
  const [last] = await store.registry.audit(1);
  expect(last).toMatchObject({ sequence: 5, time: 104, actor: ana, event: moved(2, 1) });
  expect((await store.registry.verify()).head).toBe(last?.hash);
});

test("an empty log is sound", async () => {
  const store = await freshStore();
  expect(await store.registry.verify()).toEqual({ entries: 0, head: "0".repeat(64), problem: null });
});

test.each([
  [
    "what decide throws",
    () => {
      throw new Error("no");
    },
    "no",
  ],
  ["a version that does not follow", () => [registered(4)], "does not follow"],
  ["an alias that was elsewhere", () => [moved(1, null)], "was at version 2"],
  ["the second of two events", () => [registered(3), registered(3)], "does not follow"],
])("nothing is written after %s", async (_, decide: () => RegistryEvent[], message) => {
  const store = await freshStore();
  await filled(store);
  const before = await store.revision();
  await expect(store.registry.append(ana, 1, decide)).rejects.toThrow(message);
  expect((await store.registry.audit()).length).toBe(5);
  expect(await store.revision()).toBe(before);
});

describe("a log moves to a rebuilt store", () => {
  test("entry for entry", async () => {
    const [old, rebuilt] = [await freshStore(), await freshStore()];
    await filled(old);
    await rebuilt.registry.restore(await old.registry.audit());
    expect(await rebuilt.registry.audit()).toEqual(await old.registry.audit());
    expect(await rebuilt.registry.models()).toEqual(await old.registry.models());
    expect(await rebuilt.registry.verify()).toEqual(await old.registry.verify());
  });

  test("whole or not at all", async () => {
    const [old, rebuilt] = [await freshStore(), await freshStore()];
    await filled(old);
    const entries = await old.registry.audit();
    const forged = entries.map((entry) => (entry.sequence === 2 ? { ...entry, time: 0 } : entry));
    await expect(rebuilt.registry.restore(forged)).rejects.toThrow("does not fit at entry 2");
    expect(await rebuilt.registry.audit()).toEqual([]);
    await expect(old.registry.restore(entries)).rejects.toThrow("has a log already");
  });
});

describe("tampering", () => {
  /** Opens the file as an attacker would, changes it, and asks for the verdict. */
  async function verdictAfter(sql: string) {
    const file = path.join(await freshFolder(), "runline.db");
    const store = await openSqliteStore(file);
    await filled(store);
    const database = new Database(file);
    for (const { name } of database
      .prepare<[], { name: string }>("select name from sqlite_master where type = 'trigger'")
      .all())
      database.exec(`drop trigger ${name}`);
    database.exec(sql);
    database.close();
    const { problem } = await store.registry.verify();
    await store.close();
    return problem;
  }

  test.each([
    [
      "one byte of an event",
      "update audit set event = replace(event, 'better', 'bettes') where sequence = 3",
      3,
      "content",
    ],
    ["a name", "update audit set actor = replace(actor, 'ana@', 'eva@') where sequence = 2", 2, "content"],
    ["a time", "update audit set time = time + 1 where sequence = 4", 4, "content"],
    [
      "a hash",
      "update audit set hash = replace(hash, substr(hash, 1, 1), 'x') where sequence = 2",
      2,
      "content",
    ],
    ["a link", "update audit set previous_hash = hash where sequence = 5", 5, "previous hash"],
    ["an entry cut out", "delete from audit where sequence = 3", 4, "entry 3 is missing"],
    ["the first entry cut out", "delete from audit where sequence = 1", 2, "entry 1 is missing"],
    ["no JSON", "update audit set event = 'x' where sequence = 1", 1, "can't be read"],
    ["a space", "update audit set event = event || ' ' where sequence = 1", 1, "can't be read"],
    ["an alias in the table only", "update alias set version = 1", 5, "differs from the log"],
    [
      "a model in the table only",
      "insert into model (name, created) values ('zebra', 1)",
      5,
      "the table of zebra differs",
    ],
    ["the last entry cut off", "delete from audit where sequence = 5", 4, "differs from the log"],
  ])("shows in the entry: %s", async (_, sql, sequence, text) => {
    expect(await verdictAfter(sql)).toMatchObject({
      sequence,
      text: expect.stringContaining(text) as string,
    });
  });

  test.each([
    "update audit set time = 0",
    "delete from audit",
    "insert into audit values (9, 0, '', '', '', '')",
  ])("is refused by the file itself: %s", async (sql) => {
    const file = path.join(await freshFolder(), "runline.db");
    const store = await openSqliteStore(file);
    await filled(store);
    const database = new Database(file);
    expect(() => database.exec(sql)).toThrow("the audit log");
    database.close();
    await store.close();
  });
});
