/** How the code of a run is sent, through a real shell and the recorder's own part of it. */

import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { localTransport } from "../../../../src/compute/localTransport.ts";
import type { CodeFiles } from "../../../../src/compute/ssh/codeFiles.ts";
import { type HostCalls, hostCalls } from "../../../../src/compute/ssh/hostCalls.ts";
import { sendFiles } from "../../../../src/compute/ssh/sendFiles.ts";
import type { Transport } from "../../../../src/compute/transport.ts";
import { newId, recorder } from "../../../faults/stack.ts";

let root: string;
let transport: Transport;
let bodies: number[];

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "runline-send-"));
  transport = localTransport();
  bodies = [];
});
afterEach(async () => {
  transport.disconnect();
  await rm(root, { recursive: true, force: true });
});

/** The calls of a host, with the size of each body noted before it is sent; `fails` at one of them. */
function callsThat(fails: (bytesSoFar: number) => boolean = () => false): HostCalls {
  const calls = hostCalls(transport, recorder, { directory: root });
  return {
    login: calls.login,
    async call(verb, ask, more) {
      if (more?.body !== undefined) {
        if (fails(bodies.reduce((sum, bytes) => sum + bytes, 0))) throw new Error("the line broke");
        bodies.push(more.body.length);
      }
      return calls.call(verb, ask, more);
    },
  };
}

const keyOf = (bytes: Buffer) => `sha256-${createHash("sha256").update(bytes).digest("hex")}`;

function codeOf(contents: Readonly<Record<string, Buffer>>): CodeFiles {
  const entries = Object.entries(contents).map(([name, bytes]) => ({
    ...{ mode: "100644" as const, key: keyOf(bytes), path: name },
  }));
  const byKey = new Map(Object.values(contents).map((bytes) => [keyOf(bytes), bytes]));
  return {
    tree: createHash("sha256").update(JSON.stringify(entries)).digest("hex"),
    entries,
    prefix: "",
    async *bytes(keys) {
      for (const key of keys) yield [key, byKey.get(key) ?? Buffer.alloc(0)];
    },
  };
}

const send = (files: CodeFiles, calls: HostCalls) =>
  sendFiles(files, { root, id: newId(), folders: {}, calls, host: "box", signal: null });

/** Names of the kept files that are whole, and of those that are not. */
async function kept(): Promise<string[]> {
  const names = await readdir(path.join(root, "blobs"), { recursive: true }).catch((): string[] => []);
  return names.map((name) => path.basename(name)).filter((name) => name.length > 2);
}

test("a large file goes in parts, between which the line is free, and small ones together", async () => {
  const big = randomBytes(1_500_000);
  const small = Object.fromEntries([1, 2, 3].map((n) => [`${n}.py`, Buffer.from(`print(${n})\n`)]));
  const files = codeOf({ ...small, "model.bin": big });
  const { workspace, ...sent } = await send(files, callsThat());
  expect(sent).toEqual({ files: 4, bytes: big.length + 27 });
  // How much one carries depends on the line; the first ones are small, since it may be slow.
  expect(bodies.length).toBeGreaterThanOrEqual(2);
  expect(Math.max(...bodies)).toBeLessThan(big.length);
  expect(bodies[0]).toBe(512 * 1024);
  expect(await readFile(path.join(workspace, "model.bin"))).toEqual(big);
  expect(await readFile(path.join(workspace, "2.py"), "utf8")).toBe("print(2)\n");
  expect((await kept()).sort()).toEqual(files.entries.map(({ key }) => key).sort());
  const blob = path.join(root, "blobs", keyOf(big).slice(7, 9), keyOf(big));
  expect((await stat(blob)).mode & 0o777).toBe(0o400);
  bodies = [];
  expect(await send(files, callsThat())).toMatchObject({ files: 0, bytes: 0 });
  expect(bodies).toEqual([]);
});

test("what of a large file has arrived before the line broke is not sent again", async () => {
  const big = randomBytes(1_000_000);
  const files = codeOf({ "model.bin": big });
  const broken = callsThat((soFar) => soFar > 500_000);
  await expect(send(files, broken)).rejects.toThrow("the line broke");
  const before = bodies.reduce((sum, bytes) => sum + bytes, 0);
  expect(before).toBeGreaterThan(500_000);
  expect(await kept()).toEqual([`${keyOf(big)}.part`]);
  const { workspace, bytes } = await send(files, callsThat());
  expect(bytes).toBe(big.length - before);
  expect(await readFile(path.join(workspace, "model.bin"))).toEqual(big);
  expect(await kept()).toEqual([keyOf(big)]);
});

test("two who send the same file at once, and a rest that is no part of it: it is whole, or said to be damaged", async () => {
  const big = randomBytes(700_000);
  const files = codeOf({ "model.bin": big });
  const both = await Promise.all([callsThat(), callsThat()].map((calls) => send(files, calls)));
  for (const { workspace } of both) expect(await readFile(path.join(workspace, "model.bin"))).toEqual(big);
  const other = randomBytes(700_000);
  const next = codeOf({ "other.bin": other });
  const part = path.join(root, "blobs", keyOf(other).slice(7, 9), `${keyOf(other)}.part`);
  await mkdir(path.dirname(part), { recursive: true });
  await writeFile(part, randomBytes(400_000));
  await expect(send(next, callsThat())).rejects.toMatchObject({ failure: { code: "hostCode" } });
  // Nothing of it stays that could spoil the next attempt.
  expect(await kept()).toEqual([keyOf(big)]);
});
