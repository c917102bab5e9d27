import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { withProcessLock } from "../../../src/ops/processLock.ts";

async function lockFile(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), "runline-lock-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return path.join(made, "deep", "lock");
}

test("one at a time, in this process too, and it is free again after a failure", async () => {
  const file = await lockFile();
  const inner = await withProcessLock(file, () => withProcessLock(file, async () => "both"));
  expect(inner).toBeNull();
  const failing = withProcessLock(file, () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect(await withProcessLock(file, async () => "free")).toBe("free");
  expect(await readdir(path.dirname(file))).toEqual([]);
});

test.each([
  ["a process that is gone", "999999999-0123456789abcdef"],
  ["one that wrote its number only", "999999999"],
  ["no process", "../../number"],
  ["one whose number is ours now", `${process.pid}-1-0123456789abcdef`],
  ["one whose number is another's now", `${process.ppid}-1-0123456789abcdef`],
])("the lock of %s counts no more", async (_, left) => {
  const file = await lockFile();
  await withProcessLock(file, async () => undefined);
  await writeFile(file, left);
  expect(await withProcessLock(file, async () => "taken over")).toBe("taken over");
  expect(await readdir(path.dirname(file))).toEqual([]);
});

test("a lock that is just being written is somebody's, one that stays empty is nobody's", async () => {
  const file = await lockFile();
  await withProcessLock(file, async () => undefined);
  await writeFile(file, "");
  expect(await withProcessLock(file, async () => "taken over")).toBeNull();
  await utimes(file, 1, 1);
  expect(await withProcessLock(file, async () => "taken over")).toBe("taken over");
});

test("who was killed while taking a lock over holds up nobody, and who is about to is left alone", async () => {
  const file = await lockFile();
  await withProcessLock(file, async () => undefined);
  const dead = "999999998-0123456789abcdef";
  await writeFile(file, dead);
  await writeFile(`${file}.${dead}`, String(process.pid));
  expect(await withProcessLock(file, async () => "taken over")).toBeNull();
  expect(await readFile(file, "utf8")).toBe(dead);
  await writeFile(`${file}.${dead}`, "999999999-fedcba9876543210");
  expect(await withProcessLock(file, async () => "taken over")).toBe("taken over");
  expect(await readdir(path.dirname(file))).toEqual([]);
});

test("a lock that is somebody else's by now is not taken away at the end", async () => {
  const file = await lockFile();
  await withProcessLock(file, () => writeFile(file, "another"));
  expect(await readFile(file, "utf8")).toBe("another");
});
