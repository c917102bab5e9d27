/** Databases of MLflow as it once was, as nobody expects it, and as somebody who means harm would write it. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import * as path from "node:path";
import Sqlite from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { ReadOnlyDatabase } from "../../../src/store/foreign/readOnlyDatabase.ts";
import { importStack, mlrunsRun, pointsOf, runId } from "../ops/importStack.ts";
import { freshFolder } from "./freshStore.ts";

const oldest = `
  create table experiments (experiment_id integer primary key, name text, artifact_location text);
  create table runs (run_uuid text primary key, name text, user_id text, status text, start_time bigint, end_time bigint,
    artifact_uri text, experiment_id integer);
  create table metrics ("key" text, value float, timestamp bigint, run_uuid text);
  create table params ("key" text, value text, run_uuid text);
  create table tags ("key" text, value text, run_uuid text);
  insert into experiments values (0, 'Default', 'x');
`;

function make(file: string, sql: string): Sqlite.Database {
  const database = new Sqlite(file);
  database.exec(sql);
  return database;
}

function addRun(id: string, artifacts: string): string {
  return `insert into runs values ('${id}', '', 'ada', 'FINISHED', 1500000000000, 1500000001000, '${artifacts}', 0);
    insert into metrics values ('loss', 0.5, 1500000000500, '${id}'), ('loss', null, 1500000000600, '${id}');
    insert into params values ('lr', '0.1', '${id}'); insert into tags values ('mlflow.runName', 'otter', '${id}');`;
}

test("one without steps, stages, data sets and models is read as far as it goes", async () => {
  await using stack = await importStack();
  make(path.join(stack.folder, "mlflow.db"), oldest + addRun(runId(1), "s3://bucket/x")).close();
  expect(await stack.importAll()).toMatchObject([{ runs: { new: 1 }, troubles: [] }]);
  expect(await stack.store.runs.get(runId(1))).toMatchObject({
    ...{ name: "otter", state: "finished", started: 1_500_000_000_000, ended: 1_500_000_001_000 },
    parameters: { lr: { value: "0.1" } },
  });
  expect(await pointsOf(stack.store, runId(1), "loss")).toEqual([
    [0, 1_500_000_000_500, 0.5],
    [0, 1_500_000_000_600, Number.NaN],
  ]);
});

test("nothing appears beside one in WAL mode, and what is only in its log is read too", async () => {
  await using stack = await importStack();
  const file = path.join(stack.folder, "mlflow.db");
  const writer = make(file, `pragma journal_mode = wal; ${oldest}`);
  writer.exec(addRun(runId(1), ""));
  await stack.importAll();
  expect(await stack.store.runs.list({})).toHaveLength(1);
  writer.exec(`insert into metrics values ('loss', 0.25, 1500000000700, '${runId(1)}')`);
  expect(await stack.importAll()).toMatchObject([{ runs: { grown: 1 } }]);
  expect(await pointsOf(stack.store, runId(1), "loss")).toHaveLength(3);
  writer.close();
  expect((await readdir(stack.folder)).filter((name) => name.startsWith("mlflow"))).toEqual(["mlflow.db"]);
  await stack.importAll();
  expect((await readdir(stack.folder)).filter((name) => name.startsWith("mlflow"))).toEqual(["mlflow.db"]);
});

test("one that its own program writes to all the time is read whole, again and again", async () => {
  const file = path.join(await freshFolder(), "mlflow.db");
  const writer = spawn(process.execPath, [path.join(import.meta.dirname, "walWriter.ts"), file]);
  onTestFinished(() => void writer.kill());
  await once(writer.stdout, "data");
  for (let again = 0; again < 10; again++) {
    const database = await ReadOnlyDatabase.open(file);
    expect(database.rows("pragma integrity_check")).toEqual([{ integrity_check: "ok" }]);
    await database.close();
  }
});

test("only files beside it are taken, whatever it says where they are", async () => {
  await using stack = await importStack();
  const { folder } = stack;
  const database = path.join(folder, "project");
  await mkdir(path.join(database, "files"), { recursive: true });
  await writeFile(path.join(database, "files", "model.bin"), "mine");
  await mkdir(path.join(folder, "private"));
  await writeFile(path.join(folder, "private", "key"), "not yours");
  const runs = [addRun(runId(1), "./files"), addRun(runId(2), path.join(folder, "private"))];
  const climbing = addRun(runId(3), "file:./files/../../private");
  make(path.join(database, "mlflow.db"), oldest + runs.join("") + climbing).close();
  await stack.importAll();
  const kept = async (number: number) =>
    (await stack.store.lineage.files(runId(number))).map((file) => path.basename(file.path));
  expect([await kept(1), await kept(2), await kept(3)]).toEqual([["model.bin"], [], []]);
});

test("what is no database of MLflow's is none", async () => {
  await using stack = await importStack();
  await stack.write({ "mlflow.db": "certainly not", "other/mlflow.db": new Uint8Array(4096) });
  make(path.join(stack.folder, "plain.db"), "create table x (y)").close();
  await expect(stack.importAll()).rejects.toMatchObject({ failure: { code: "importNothing" } });
});

test("what its tables do not have is not known, and a view is never asked: it may take for ever", async () => {
  await using stack = await importStack();
  const bare = `create table experiments (experiment_id integer, name text); insert into experiments values (0, 'D');
    create table runs (run_uuid text, experiment_id integer); insert into runs values ('${runId(1)}', 0);`;
  make(
    path.join(stack.folder, "mlflow.db"),
    `${bare} create table metrics ("key" text, run_uuid text);`,
  ).close();
  expect(await stack.importAll()).toMatchObject([{ runs: { new: 1 }, troubles: [] }]);
  await mkdir(path.join(stack.folder, "view"));
  const view = `create table r (run_uuid text); insert into r values ('${runId(2)}');
    create view runs as select run_uuid, 0 as experiment_id from r;
    create table experiments (experiment_id integer, name text);`;
  make(path.join(stack.folder, "view", "mlflow.db"), view).close();
  expect(await stack.importAll()).toMatchObject([{ runs: { same: 1 } }]);
});

test("one that is cut off is told as what it is, and the places beside it are imported", async () => {
  await using stack = await importStack();
  const file = path.join(stack.folder, "mlflow.db");
  make(file, oldest + addRun(runId(1), "")).close();
  await truncate(file, 9_000);
  await stack.write(mlrunsRun(2, 3));
  const [broken, sound] = await stack.importAll();
  expect(broken).toMatchObject({
    place: { kind: "mlflow.db" },
    troubles: [{ about: "mlflow.db", text: expect.stringContaining("malformed") }],
  });
  expect(sound).toMatchObject({ place: { kind: "mlruns" }, runs: { new: 1 }, troubles: [] });
});

test("of a damaged one the runs that can be read are imported, and the others are named", async () => {
  await using stack = await importStack();
  const file = path.join(stack.folder, "mlflow.db");
  const writer = make(file, `${oldest} create index by_run on metrics (run_uuid);`);
  for (let number = 1; number <= 20; number++) {
    writer.exec(addRun(runId(number), ""));
    const values = Array.from({ length: 400 }, (_, at) => `('loss', ${at}, ${at}, '${runId(number)}')`);
    writer.exec(`insert into metrics values ${values.join(", ")}`);
  }
  // A page of the index, which only some of the runs are in.
  const sql = "select pageno from dbstat where name = 'by_run' and pagetype = 'leaf' order by path";
  const pages = writer.prepare<[], number>(sql).pluck().all();
  writer.close();
  const bytes = await readFile(file);
  const page = pages[Math.floor(pages.length / 2)] ?? 0;
  await writeFile(file, bytes.fill(0xee, (page - 1) * 4096, page * 4096));
  const [imported] = await stack.importAll();
  const { troubleCount = 0, runs } = imported ?? {};
  expect(troubleCount).toBeGreaterThan(0);
  expect(runs?.new).toBeGreaterThan(0);
  expect((runs?.new ?? 0) + troubleCount).toBe(20);
});
