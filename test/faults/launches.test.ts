import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { manifestId, readManifest } from "../../src/compute/snapshot/manifest.ts";
import { newId, openStack, type Stack, until } from "./stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await openStack();
});
afterAll(() => stack.close());

const program = path.join(import.meta.dirname, "launchProcess.ts");
const words = (id: string) => ["--disable-warning=ExperimentalWarning", program, stack.workspace, id];
const isThere = (...parts: string[]) =>
  stat(path.join(stack.layout.runs, ...parts)).then(
    () => true,
    () => false,
  );

test("two windows that launch one id make one run, with the code whole", async () => {
  const id = newId();
  const sources = path.join(stack.workspace, "library");
  await mkdir(sources);
  const names = Array.from({ length: 300 }, (_, index) => `module${index}.py`);
  for (const name of names) await writeFile(path.join(sources, name), `print("${name}")\n`);
  const both = await Promise.all([1, 2].map(() => promisify(execFile)(process.execPath, words(id))));
  expect(new Set(both.map(({ stdout }) => stdout)).size).toBe(1);
  const run = await stack.ended(id);
  expect(run).toMatchObject({ state: "finished", attempt: 1, name: both[0]?.stdout });
  expect(run.metrics.loss?.count).toBe(50);
  expect((await stack.log(id)).toString().trim().split("\n").length).toBe(50);
  const directory = path.join(stack.layout.runs, id);
  const kept = await readManifest(directory);
  expect(kept.filter((file) => file.path.startsWith("library/")).length).toBe(names.length);
  expect(run.code).toMatchObject({ kind: "manifest", id: manifestId(kept), skipped: [] });
  expect((await readdir(path.join(directory, "code", "library"))).length).toBe(names.length);
});

test("a window that is killed while it launches leaves a whole run or none", async () => {
  for (const moment of ["", "spec.json", "claim"]) {
    const id = newId();
    const window = spawn(process.execPath, words(id), { stdio: "ignore" });
    await until(`${moment} of the launch`, () => isThere(id, moment));
    const gone = once(window, "exit");
    window.kill("SIGKILL");
    await gone;
    await stack.follow().looked();
    if (moment === "claim") {
      const run = await stack.ended(id);
      expect(run).toMatchObject({ state: "finished", script: "train.py" });
      expect(run.metrics.loss?.count).toBe(50);
    } else if (!(await isThere(id, "claim"))) {
      // A launch that is asked for again goes on where it was left.
      expect((await promisify(execFile)(process.execPath, words(id))).stdout).not.toBe("");
      expect((await stack.ended(id)).metrics.loss?.count).toBe(50);
    }
  }
}, 60_000);
