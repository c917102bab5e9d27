/** Files that a run has kept on a host, brought here. */

import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failureOf } from "../../../src/model/failure.ts";
import { type HostStack, openHostStack } from "./bench/hostStack.ts";
import { openSshBench, type SshBench } from "./bench/sshd.ts";
import { openTestLine, type TestLine } from "./bench/testLine.ts";

let bench: SshBench;
let line: TestLine;
let root: string;
let stack: HostStack;
let id: string;
let directory: string;

beforeAll(async () => {
  bench = await openSshBench();
  const server = await bench.serve({ name: "box" });
  line = await openTestLine(server.port);
  await bench.alias("far", line.port, { lines: [`HostKeyAlias [127.0.0.1]:${server.port}`] });
  root = await mkdtemp(path.join(tmpdir(), "runline-there-"));
  stack = await openHostStack({ bench, hosts: { far: { directory: root } } });
  ({ id } = await stack.launch({ host: "far", command: ["true"] }));
  ({ directory } = await stack.ended(id));
});
afterAll(async () => {
  await stack?.close();
  await line?.close();
  await bench?.close();
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
});

const there = (name: string) => path.join(root, "runs", id, "artifacts", name);
const here = (name: string) => path.join(stack.layout.directory, "mirror", id, "artifacts", name);

async function keep(name: string, bytes: Buffer) {
  await mkdir(path.dirname(there(name)), { recursive: true });
  await writeFile(there(name), bytes);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  return { path: name, bytes: bytes.length, digest };
}

const noise = (size: number, seed: number) =>
  Buffer.alloc(size, Buffer.from(Array.from({ length: 251 }, (_, n) => (n * seed) % 251)));
/** Told by one number: to compare byte by byte takes a matcher half a minute. */
const difference = async (a: string, b: string) => Buffer.compare(await readFile(a), await readFile(b));
const pull = (kept: Awaited<ReturnType<typeof keep>>) =>
  stack.reach.compute.artifact?.(directory, kept) ?? Promise.reject(new Error("none"));

test("a file is brought whole, once, for its owner alone", async () => {
  const kept = await keep("models/a b/model.bin", noise(300_000, 7));
  const place = await pull(kept);
  expect(place).toBe(here("models/a b/model.bin"));
  expect(await difference(place, there(kept.path))).toBe(0);
  expect((await stat(place)).mode & 0o077).toBe(0);
  const before = line.received;
  await pull(kept);
  expect(line.received).toBe(before);
  expect((await readFile(await pull(await keep("empty", Buffer.alloc(0))))).length).toBe(0);
});

test("a link that breaks costs nothing that has arrived", async () => {
  const kept = await keep("big.bin", noise(30_000_000, 13));
  const before = line.received;
  const pulled = pull(kept);
  while (line.received - before < 12_000_000) await new Promise((resolve) => setTimeout(resolve, 1));
  line.cut();
  expect(await difference(await pulled, there("big.bin"))).toBe(0);
  expect(line.received - before).toBeLessThan(60_000_000);
});

test("who asks something else of the host need not wait for the whole of a large file", async () => {
  const kept = await keep("huge.bin", noise(48_000_000, 31));
  const before = line.received;
  const done: string[] = [];
  const pulled = pull(kept).then(() => done.push("file"));
  while (line.received - before < 2_000_000) await new Promise((resolve) => setTimeout(resolve, 1));
  await stack.reach.compute.read(directory, "recorder.log", 0, 10).then(() => done.push("answer"));
  await pulled;
  expect(done).toEqual(["answer", "file"]);
});

test("a beginning from before is gone on with; a wrong one is thrown away", async () => {
  const kept = await keep("resumed.bin", noise(20_000_000, 17));
  await writeFile(
    `${here("resumed.bin")}.part`,
    (await readFile(there("resumed.bin"))).subarray(0, 15_000_000),
  );
  const before = line.received;
  await pull(kept);
  expect(line.received - before).toBeLessThan(10_000_000);
  const other = await keep("other.bin", noise(1_000_000, 19));
  await writeFile(`${here("other.bin")}.part`, Buffer.alloc(500_000, 1));
  expect(await difference(await pull(other), there("other.bin"))).toBe(0);
});

test("a file that is not what was kept is not kept here", async () => {
  const kept = await keep("changed.bin", noise(100_000, 23));
  await writeFile(there("changed.bin"), noise(100_000, 29));
  expect(await pull(kept).catch(failureOf)).toMatchObject({ code: "artifactDamaged" });
  await truncate(there("changed.bin"), 10);
  expect(await pull(kept).catch(failureOf)).toMatchObject({ code: "artifactDamaged" });
  await expect(stat(here("changed.bin"))).rejects.toThrow("ENOENT");
  await expect(stat(`${here("changed.bin")}.part`)).rejects.toThrow("ENOENT");
});

test("no path leads out of the folder, here or there", async () => {
  const digest = `sha256:${"0".repeat(64)}`;
  for (const name of [
    "../../spec.json",
    "/etc/passwd",
    "a/../../b",
    "",
    "a//b",
    "C:\\x",
    "con",
    "a/NUL.txt",
    "x\0y",
  ])
    expect(await pull({ path: name, bytes: 10, digest }).catch(failureOf)).toMatchObject({
      code: "artifactMissing",
    });
  await symlink("/etc", there("etc"));
  await symlink("/etc/passwd", there("passwd"));
  for (const name of ["etc/passwd", "passwd"])
    expect(
      await pull({ path: name, bytes: (await stat("/etc/passwd")).size, digest }).catch(failureOf),
    ).toMatchObject({
      code: "artifactDamaged",
    });
});
