import { type ChildProcess, fork } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { RunlineError } from "../../../src/model/failure.ts";
import { type FilesystemProbe, isOnNetwork } from "../../../src/store/sqlite/filesystem.ts";
import { migrations } from "../../../src/store/sqlite/migrations/all.ts";
import { openSqliteStore, requireNode } from "../../../src/store/sqlite/open.ts";
import { freshFolder, take } from "./freshStore.ts";
import { metric, newRun, runId } from "./records.ts";

async function failureOfOpening(file: string) {
  const error = await openSqliteStore(file).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RunlineError)) throw new Error("it opened");
  return error.failure;
}

test("folder and file are made, and what was written is there again", async () => {
  const file = path.join(await freshFolder(), "deep", "er", "runline.db");
  const first = await openSqliteStore(file);
  expect([first.location, first.notice]).toEqual([file, null]);
  await first.runs.create(newRun(1));
  await take(first, runId(1), [metric(0, { a: 0.1 })]);
  await first.close();
  const second = await openSqliteStore(file);
  expect((await second.runs.get(runId(1)))?.metrics.a?.last).toBe(0.1);
  await second.close();
});

test("the revision grows with every commit, seen from another connection", async () => {
  const file = path.join(await freshFolder(), "runline.db");
  const [first, second] = [await openSqliteStore(file), await openSqliteStore(file)];
  const before = await second.revision();
  await first.runs.create(newRun(1));
  expect(await second.revision()).toBe(before + 1);
  expect(await second.runs.list({})).toHaveLength(1);
  expect(await second.revision()).toBe(before + 1);
  await first.close();
  await second.close();
});

describe("a file that can't be used is left as it is", () => {
  test("text", async () => {
    const file = path.join(await freshFolder(), "runline.db");
    fs.writeFileSync(file, "this is no database, whatever its name says. ".repeat(100));
    const before = fs.readFileSync(file);
    expect(await failureOfOpening(file)).toMatchObject({
      code: "storeUnreadable",
      message: expect.stringContaining("it is not a database") as string,
    });
    expect(fs.readFileSync(file)).toEqual(before);
  });

  test("a damaged store", async () => {
    const file = path.join(await freshFolder(), "runline.db");
    const store = await openSqliteStore(file);
    await store.runs.create(newRun(1));
    await store.close();
    const bytes = fs.readFileSync(file);
    bytes.fill(0x5a, 100, 4096);
    fs.writeFileSync(file, bytes);
    expect(await failureOfOpening(file)).toMatchObject({
      code: "storeUnreadable",
      message: expect.stringContaining("it is damaged") as string,
    });
    expect(fs.readFileSync(file)).toEqual(bytes);
  });

  test("another program's database", async () => {
    const file = path.join(await freshFolder(), "runline.db");
    const other = new Database(file);
    other.exec("create table notes (text)");
    other.close();
    const before = fs.readFileSync(file);
    expect(await failureOfOpening(file)).toMatchObject({
      code: "storeUnreadable",
      message: expect.stringContaining("another program") as string,
    });
    expect(fs.readFileSync(file)).toEqual(before);
  });

  test("a newer schema", async () => {
    const file = path.join(await freshFolder(), "runline.db");
    await (await openSqliteStore(file, { migrations: [...migrations, "create table later (x)"] })).close();
    const before = fs.readFileSync(file);
    const known = migrations.length;
    expect(await failureOfOpening(file)).toMatchObject({
      code: "storeNewer",
      message: `The store ${file} was written by a newer Runline (schema ${known + 1}, this one knows ${known}).`,
    });
    expect(fs.readFileSync(file)).toEqual(before);
  });

  test("a folder", async () => {
    expect(await failureOfOpening(await freshFolder())).toMatchObject({ code: "storeUnreadable" });
  });

  test("a path through a file", async () => {
    const folder = await freshFolder();
    fs.writeFileSync(path.join(folder, "file"), "");
    expect(await failureOfOpening(path.join(folder, "file", "x", "runline.db"))).toMatchObject({
      code: "workspaceReadOnly",
      message: expect.stringContaining("a part of the path is a file") as string,
    });
  });
});

describe("migrations", () => {
  test("go forward in one step and keep a copy of the older file", async () => {
    const file = path.join(await freshFolder(), "runline.db");
    const old = await openSqliteStore(file);
    await old.runs.create(newRun(1));
    await old.close();
    const next = [...migrations, "alter table run add column color text", "update run set color = 'red'"];
    const store = await openSqliteStore(file, { migrations: next });
    expect(await store.runs.list({})).toHaveLength(1);
    await store.close();
    const migrated = new Database(file);
    expect(migrated.pragma("user_version", { simple: true })).toBe(migrations.length + 2);
    expect(migrated.prepare("select color from run").pluck().get()).toBe("red");
    migrated.close();
    const backup = new Database(`${file}.schema${migrations.length}.bak`);
    expect(backup.pragma("user_version", { simple: true })).toBe(migrations.length);
    expect(backup.prepare("select count(*) from run").pluck().get()).toBe(1);
    backup.close();
    expect(fs.readdirSync(path.dirname(file)).sort()).toEqual([
      "runline.db",
      `runline.db.schema${migrations.length}.bak`,
    ]);
  });

  test("one that fails leaves the file at the older schema", async () => {
    const file = path.join(await freshFolder(), "runline.db");
    await (await openSqliteStore(file)).close();
    const broken = [...migrations, "create table half (x)", "create table nonsense ("];
    await expect(openSqliteStore(file, { migrations: broken })).rejects.toThrow("can't be read");
    const store = await openSqliteStore(file);
    await store.runs.create(newRun(1));
    await store.close();
    const database = new Database(file);
    expect(database.prepare("select count(*) from sqlite_master where name = 'half'").pluck().get()).toBe(0);
    database.close();
  });
});

test("windows that open the same new file at the same moment all get in", async () => {
  const folder = await freshFolder();
  const program = path.join(import.meta.dirname, "openProcess.ts");
  const windows = [1, 2, 3, 4].map((number) => ({ number, child: fork(program) }));
  const heard = () => Promise.all(windows.map(({ child }) => heardFrom(child)));
  await heard();
  for (const round of ["a", "b", "c"]) {
    const file = path.join(folder, `${round}.db`);
    const done = heard();
    for (const { number, child } of windows) child.send({ file, number });
    await done;
    const store = await openSqliteStore(file);
    expect((await store.runs.list({})).map(({ name }) => name)).toEqual(["run-4", "run-3", "run-2", "run-1"]);
    await store.close();
  }
  for (const { child } of windows) child.disconnect();
});

/** The next message of a process; its end without one is an error. */
function heardFrom(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const end = (code: number | null) => reject(new Error(`ended with ${code}`));
    child.once("exit", end);
    child.once("message", (message) => {
      child.off("exit", end);
      resolve(message);
    });
  });
}

test("two processes take one journal in, and each record counts once", async () => {
  const file = path.join(await freshFolder(), "runline.db");
  const store = await openSqliteStore(file);
  await store.runs.create(newRun(1));
  const program = path.join(import.meta.dirname, "appendProcess.ts");
  const processes = [1, 2].map(() =>
    fork(program, [file, runId(1), "200", "10"], { stdio: ["ignore", "ignore", "inherit", "ipc"] }),
  );
  const won = await Promise.all(processes.map(heardFrom));
  expect(won.reduce<number>((sum, count) => sum + Number(count), 0)).toBe(200);
  const { steps } = await store.metrics.points({ runId: runId(1), attempt: 1, key: "a" });
  expect([...steps]).toEqual(Array.from({ length: 2000 }, (_, at) => at));
  expect((await store.registry.verify()).problem).toBeNull();
  expect(
    (await store.registry.models())[0]?.versions.map(({ version }) => version).sort((a, b) => a - b),
  ).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
  await store.close();
});

describe("the place of the file", () => {
  const probe = (type: number, dataFolder = "/nowhere"): FilesystemProbe => ({
    typeOf: () => type,
    platform: "linux",
    dataFolder,
  });

  test("a network file system is left for a local folder, and that is said", async () => {
    const folder = await freshFolder();
    const asked = path.join(folder, "shared", "runline.db");
    const store = await openSqliteStore(asked, { probe: probe(0x6969, path.join(folder, "local")) });
    expect(store.location.startsWith(path.join(folder, "local", "stores"))).toBe(true);
    expect(store.notice).toMatchObject({
      code: "storeMoved",
      message: expect.stringContaining(asked) as string,
    });
    await store.close();
    expect(fs.existsSync(path.dirname(asked))).toBe(false);
    const again = await openSqliteStore(asked, { probe: probe(0x6969, path.join(folder, "local")) });
    expect(again.location).toBe(store.location);
    await again.close();
  });

  test.each([
    ["ext4", 0xef53, false],
    ["tmpfs", 0x01021994, false],
    ["overlay", 0x794c7630, false],
    ["NFS", 0x6969, true],
    ["CIFS", 0xff534d42, true],
    ["Lustre", 0x0bd00bd0, true],
    ["sshfs", 0x65735546, true],
  ])("%s", (_, type, expected) => {
    expect(isOnNetwork("/data/runline.db", probe(type))).toBe(expected);
  });

  test("a Windows share", () => {
    const windows: FilesystemProbe = { ...probe(0), platform: "win32" };
    expect(isOnNetwork("\\\\server\\share\\runline.db", windows)).toBe(true);
    expect(isOnNetwork("C:\\work\\runline.db", windows)).toBe(false);
  });
});

test.each([
  ["20.20.2", true],
  ["22.13.1", true],
  ["22.14.0", false],
  ["24.21.0", false],
])("Node %s is refused: %s", (version, refused) => {
  if (refused) expect(() => requireNode(version)).toThrow(`This is Node ${version}`);
  else expect(() => requireNode(version)).not.toThrow();
});
