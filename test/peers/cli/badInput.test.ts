/** What goes wrong around a command: exit codes of scripts, no Python, changed files, a store in trouble. Nothing is lost. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json, remove, runline, start, temporaryFolder } from "./commandLine.ts";

let folder: string;
const store = () => path.join(folder, ".runline", "runline.db");

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(
    path.join(folder, "train.py"),
    'print("loss 0.5")\nopen("model.bin", "w").write("weights")\n',
  );
  await mkdir(path.join(folder, "sub"));
  for (const name of ["one", "two"]) await runline(folder, "run", "--name", name, "train.py");
});
afterAll(() => remove(folder));

describe("trouble around a command", () => {
  it("answers with the script's own exit code, or that of its signal", async () => {
    expect((await runline(folder, "run", "--", "python3", "-c", "raise SystemExit(7)")).code).toBe(7);
    const killed = await runline(folder, "run", "--", "sh", "-c", "kill -9 $$");
    expect(killed.code).toBe(137);
    expect(killed.error).toMatch(/failed: killed by SIGKILL/);
  });

  it("keeps one JSON value apart from what the script prints", async () => {
    const { out, error } = await runline(folder, "run", "--json", "--", "python3", "-c", "print('hello')");
    expect(JSON.parse(out)).toMatchObject({
      state: "finished",
      exitCode: 0,
      command: ["python3", "-c", "print('hello')"],
    });
    expect(error).toContain("hello\n");
  });

  it("says so when there is no Python", async () => {
    const nothing = path.join(folder, "nothing");
    await mkdir(nothing);
    const answer = await start(folder, ["run", "train.py"], { PATH: nothing }).done;
    expect(answer.code).toBe(1);
    expect(answer.error).toContain("No Python was found to run train.py.");
  });

  it("finds the workspace from a folder below it, and paths start where the person stands", async () => {
    const below = path.join(folder, "sub");
    expect(await json(below, "runs")).toEqual(await json(folder, "runs"));
    const { out } = await runline(below, "register", "two", "../model.bin", "--model", "below", "--json");
    expect(JSON.parse(out)).toMatchObject({ model: "below", artifact: "model.bin" });
  });

  it("refuses bytes that are not what the run wrote", async () => {
    await writeFile(path.join(folder, "model.bin"), "others");
    const answer = await runline(folder, "register", "one", "model.bin", "--model", "m");
    expect(answer.error).toContain("model.bin has changed since one wrote it.");
    expect(answer.code).toBe(1);
  });

  it("keeps the settings of the folder and names a wrong one", async () => {
    await mkdir(path.join(folder, ".vscode"));
    const settings = '{\n  // ours\n  "runline.parallelRuns": "two",\n  "runline.codeLens": false,\n}\n';
    await writeFile(path.join(folder, ".vscode", "settings.json"), settings);
    const { code, error } = await runline(folder, "runs");
    expect(error).toContain(
      "The setting runline.parallelRuns is not valid: expected number, received string.",
    );
    expect(code).toBe(0);
  });
});

describe("a store in trouble", () => {
  it("shows which entry of the audit log was changed", async () => {
    await runline(folder, "promote", "below", "1", "--reason", "good");
    const database = new Database(store());
    const triggers = database.prepare("select name from sqlite_master where type = 'trigger'").all() as {
      name: string;
    }[];
    for (const { name } of triggers) database.exec(`drop trigger "${name}"`);
    const columns = database.pragma("table_info(audit)") as { name: string }[];
    const event = columns.map(({ name }) => name).find((name) => name === "event") ?? "";
    database.exec(`update audit set ${event} = replace(${event}, 'good', 'fine')`);
    database.close();
    const answer = await runline(folder, "audit", "verify");
    expect(answer.error).toContain("The audit log does not fit at entry 3:");
    expect(answer.code).toBe(1);
  });

  it("refuses a store of a newer Runline and leaves it as it is", async () => {
    const before = await readFile(store());
    const database = new Database(store());
    const known = Number(database.pragma("user_version", { simple: true }));
    database.pragma("user_version = 999");
    database.close();
    const answer = await runline(folder, "runs");
    expect(answer.error).toContain("was written by a newer Runline (schema 999");
    expect(answer.code).toBe(1);
    const back = new Database(store());
    expect(back.pragma("user_version", { simple: true })).toBe(999);
    back.pragma(`user_version = ${known}`);
    back.close();
    expect((await readFile(store())).length).toBe(before.length);
    expect(await json(folder, "runs")).toHaveLength(5);
  });

  it("says that a store is no database, and changes nothing", async () => {
    const other = await temporaryFolder();
    await mkdir(path.join(other, ".runline"));
    const file = path.join(other, ".runline", "runline.db");
    await writeFile(file, "precious notes of somebody else");
    const answer = await runline(other, "runs");
    expect(answer.error).toContain(`The store ${file} can't be read: it is not a database.`);
    expect((await runline(other, "status")).error).toContain("it is not a database");
    expect(await readFile(file, "utf8")).toBe("precious notes of somebody else");
    await remove(other);
  });

  it("leaves a folder clean that it only looked at", async () => {
    const other = await temporaryFolder();
    for (const command of ["runs", "models", "status"]) expect((await runline(other, command)).code).toBe(0);
    await expect(readFile(path.join(other, ".runline", "runline.db"))).rejects.toThrow("ENOENT");
    await remove(other);
  });
});
