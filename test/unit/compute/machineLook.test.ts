/** A look at this machine through a real shell, with a stand-in where there is no driver. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { tmpdir, userInfo } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { localTransport } from "../../../src/compute/localTransport.ts";
import { lookAt } from "../../../src/compute/machineLook.ts";
import type { Transport } from "../../../src/compute/transport.ts";
import { failureOf } from "../../../src/model/failure.ts";
import { type StandInGpus, standInGpus } from "../../editor/standInGpus.ts";

let folder: string;
let gpus: StandInGpus;
let transport: Transport;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), "runline-look-"));
  gpus = standInGpus(folder, "a100");
  transport = localTransport({ ...process.env, PATH: `${gpus.bin}:${process.env.PATH}` });
});

afterEach(async () => {
  fs.rmSync(path.join(folder, "hold"), { force: true });
  for (const child of children.splice(0)) {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
  transport.disconnect();
  fs.rmSync(folder, { recursive: true, force: true });
});

const look = () => lookAt(transport, () => false);

test("a machine without a driver tells of itself, at once", async () => {
  const plain = localTransport({ ...process.env, PATH: withoutTools() });
  try {
    const seen = await lookAt(plain, () => false);
    expect(seen).toMatchObject({ user: userInfo().username, gpus: [], gpuProblem: null, partitions: [] });
    expect(seen.cores).toBeGreaterThan(0);
    expect(seen.memoryBytes).toBeGreaterThan(seen.memoryFreeBytes ?? Number.POSITIVE_INFINITY);
  } finally {
    plain.disconnect();
  }
});

test("each GPU is told with who uses it and for which run", async () => {
  const id = "019a2b3c4d5e7f60718293a4b5c6d7e8";
  const child = spawn("sleep", ["600"], { env: { ...process.env, RUNLINE_RUN_ID: id }, stdio: "ignore" });
  children.push(child);
  await once(child, "spawn");
  gpus.become("a100", { apps: `GPU-5f2b8c1e-0a7d-4c39-9a52-6de1f04a7b10, ${child.pid}, 38902\n` });
  const { gpus: seen } = await look();
  expect(seen.map(({ index, busy }) => [index, busy])).toEqual([
    [0, 97],
    [1, 0],
    [2, 0],
    [3, 100],
  ]);
  expect(seen[0]?.processes).toEqual([
    expect.objectContaining({ pid: child.pid, user: userInfo().username, command: "sleep", runId: id }),
  ]);
});

test("which fields a driver knows is asked once, and again when its answer fails", async () => {
  gpus.become("kepler");
  expect((await look()).gpus.map(({ name }) => name)).toEqual(["Tesla K80", "Quadro K620"]);
  await look();
  expect(gpus.calls().filter((call) => call === "--help-query-gpu")).toHaveLength(1);
  // The driver is replaced by a newer one under the open connection.
  gpus.become("h100-mig");
  expect((await look()).gpuProblem).toMatch(/not a valid field/);
  const { gpus: seen, gpuProblem } = await look();
  expect(gpuProblem).toBeNull();
  expect(seen[0]?.instances.map(({ profile, memoryBytes }) => [profile, memoryBytes])).toEqual([
    ["3g.40gb", 40320 * 2 ** 20],
    ["1g.10gb+me", 9856 * 2 ** 20],
  ]);
});

test("a driver that hangs holds nobody up, is asked by nobody twice, and is told once it answers", async () => {
  fs.writeFileSync(path.join(folder, "hold"), "");
  let given = false;
  const waiting = lookAt(transport, () => given);
  await expect.poll(() => gpus.calls().length).toBe(1);
  // The connection is free for others while the tool hangs.
  const answer = await transport.request({ script: "echo free", deadlineMs: 30_000 });
  expect(answer.out.toString()).toBe("free\n");
  given = true;
  expect(failureOf(await waiting.catch((thrown: unknown) => thrown)).code).toBe("toolsLate");
  const second = look();
  expect(gpus.calls()).toHaveLength(1);
  fs.rmSync(path.join(folder, "hold"));
  expect((await second).gpus).toHaveLength(4);
});

/** A PATH of links to what the script needs, without any driver's tool that this machine may have. */
function withoutTools(): string {
  const bin = path.join(folder, "plain");
  fs.mkdirSync(bin);
  for (const name of [
    "sh",
    "id",
    "getconf",
    "grep",
    "mkdir",
    "rm",
    "cat",
    "head",
    "wc",
    "dd",
    "sleep",
    "timeout",
    "true",
  ]) {
    const found = (process.env.PATH ?? "")
      .split(":")
      .map((at) => path.join(at, name))
      .find((file) => fs.existsSync(file));
    if (found !== undefined) fs.symlinkSync(found, path.join(bin, name));
  }
  return bin;
}
