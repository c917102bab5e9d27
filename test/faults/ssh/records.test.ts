/** What happens to a run and its directory on a host, and what a host that lies can do: nothing beyond its own runs. */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isAlive, statOf } from "../../../src/compute/local/process.ts";
import { failureOf } from "../../../src/model/failure.ts";
import { hostDirectory } from "../../../src/model/host.ts";
import type { StartRecord } from "../../../src/model/journal.ts";
import { newId, until } from "../stack.ts";
import { type HostStack, openHostStack } from "./bench/hostStack.ts";
import { openSshBench, type SshBench } from "./bench/sshd.ts";

let bench: SshBench;
let root: string;
let stack: HostStack;

beforeAll(async () => {
  bench = await openSshBench();
  const server = await bench.serve({ name: "box" });
  for (const name of ["full", "readonly"]) await bench.alias(name, server.port);
  root = await mkdtemp(path.join(tmpdir(), "runline-there-"));
  const on = (directory: string) => ({ directory: path.join(root, directory), parallelRuns: 0 });
  stack = await openHostStack({ bench, hosts: { box: on("."), full: on("full"), readonly: on("readonly") } });
});
afterAll(async () => {
  await stack?.close();
  await bench?.close();
  for (const name of ["full", "readonly"]) spawnSync("umount", ["--lazy", path.join(root, name)]);
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
});

const there = (id: string, ...parts: string[]) => path.join(root, "runs", id, ...parts);
const startOf = async (id: string): Promise<StartRecord> =>
  JSON.parse(await readFile(there(id, "start.json"), "utf8"));

/** "" in the moment between the old copy and the new one. */
const mirroredText = (id: string) => stack.mirrored(id).then(String, () => "");

async function underWay(): Promise<{ readonly id: string; readonly start: StartRecord }> {
  const script = path.join(stack.workspace, "train.py");
  const { id } = await stack.launch({
    host: "box",
    script,
    arguments: ["--steps", "100000", "--pause", "0.02"],
  });
  stack.follow();
  await until("some steps", async () => ((await stack.run(id)).metrics.loss?.count ?? 0) > 2);
  return { id, start: await startOf(id) };
}

/** Both killed without a word, and the start record as given: what a host shows that nobody has looked at for a while. */
async function vanished(change: (start: StartRecord) => Partial<StartRecord>): Promise<string> {
  const { id, start } = await underWay();
  const changed = { ...start, recorder_pid: 1, recorder_start_ticks: 1, ...change(start) };
  process.kill(start.recorder_pid, "SIGKILL");
  process.kill(start.pid, "SIGKILL");
  await writeFile(there(id, "start.json.new"), JSON.stringify(changed));
  await rename(there(id, "start.json.new"), there(id, "start.json"));
  return id;
}

test("a script that is killed has failed, with its signal", async () => {
  const { id, start } = await underWay();
  process.kill(start.pid, "SIGKILL");
  expect(await stack.ended(id)).toMatchObject({ state: "failed", signal: "SIGKILL", drained: true });
  expect(await stack.mirrored(id)).toEqual(await stack.log(id));
});

test("a recorder that is killed: the run is lost once its script is gone, and what was read stays", async () => {
  const { id, start } = await underWay();
  process.kill(start.recorder_pid, "SIGKILL");
  await until("it to show", async () => ["orphaned", "lost"].includes((await stack.run(id)).state));
  if (isAlive(start.pid, start.start_ticks)) process.kill(start.pid, "SIGKILL");
  const run = await stack.ended(id);
  expect(run).toMatchObject({ state: "lost", reason: "killed together with its recorder" });
  expect(run.metrics.loss?.count).toBeGreaterThan(2);
});

test("a process that got the number of a dead one, a zombie and a restart are told from a living run", async () => {
  const own = statOf(process.pid);
  const reused = await vanished(() => ({ pid: process.pid, start_ticks: (own?.startTicks ?? 0) - 1 }));
  expect(await stack.ended(reused)).toMatchObject({
    state: "lost",
    reason: "killed together with its recorder",
  });
  const restarted = await vanished(() => ({ boot_id: "00000000-0000-4000-8000-000000000000" }));
  expect(await stack.ended(restarted)).toMatchObject({ state: "lost", reason: "the machine was restarted" });
  const program =
    "import os,time\npid=os.fork()\nif pid==0: os._exit(0)\nprint(pid,flush=True)\ntime.sleep(60)";
  const parent = spawn("python3", ["-c", program], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [said] = (await once(parent.stdout, "data")) as [Buffer];
    const zombie = Number(said.toString());
    await until("the zombie", async () => statOf(zombie)?.state === "Z");
    const id = await vanished(() => ({ pid: zombie, start_ticks: statOf(zombie)?.startTicks ?? 0 }));
    expect(await stack.ended(id)).toMatchObject({ state: "lost" });
  } finally {
    parent.kill("SIGKILL");
  }
});

test("a script that leaves its session and ignores signals is canceled whole", async () => {
  const { id } = await stack.launch({ host: "box", script: path.join(stack.workspace, "stubborn.py") });
  const file = path.join(root, "work", id, "child.pid");
  const child = Number(await until("the child", () => readFile(file, "utf8").catch(() => "")));
  stack.follow();
  await stack.reach.compute.cancel((await stack.run(id)).directory);
  expect(await stack.ended(id)).toMatchObject({ state: "cancelled", drained: true });
  expect(isAlive(child, 0)).toBe(false);
});

test("an output that is cut short or replaced on the host begins anew here; what was read is kept", async () => {
  const { id, start } = await underWay();
  await until(
    "some output",
    async () => (await stack.mirrored(id).catch(() => Buffer.alloc(0))).length > 100,
  );
  await rename(there(id, "output.log"), there(id, "rotated"));
  await writeFile(there(id, "output.log"), "another file\n");
  await until("the new one", async () => (await mirroredText(id)) === "another file\n");
  const kept = await readdir(path.join(stack.layout.directory, "mirror", id));
  expect(kept.some((name) => name.startsWith("output.log.before-"))).toBe(true);
  await appendFile(there(id, "output.log"), "more\n");
  await until("what follows", async () => (await mirroredText(id)) === "another file\nmore\n");
  process.kill(start.pid, "SIGKILL");
  await stack.ended(id);
});

test("a run directory of a liar gives nothing but its own files", async () => {
  const { id, start } = await underWay();
  process.kill(start.pid, "SIGKILL");
  await stack.ended(id);
  const host = stack.hosts.on("box");
  const { directory } = await stack.run(id);
  await symlink("/etc/passwd", there(id, "artifacts-link"));
  await rm(there(id, "recorder.log"));
  await symlink("/etc/passwd", there(id, "recorder.log"));
  expect((await host.read(directory, "recorder.log", 0, 100)).size).toBe(0);
  for (const file of ["../../../../etc/passwd", "/etc/passwd", "a/../../x", "", "."])
    expect(
      await host.read(directory, file as "spec.json", 0, 100).catch((thrown) => failureOf(thrown).code),
    ).not.toMatchObject({
      size: expect.any(Number),
      bytes: expect.objectContaining({ length: 100 }),
    });
  const elsewhere = hostDirectory("box", path.join(root, "..", "etc"));
  expect(await host.discard(elsewhere).catch((thrown) => failureOf(thrown).code)).toBe("hostFailed");
});

test("journals and outputs of a liar are bounded and checked like any other", async () => {
  const id = newId();
  await mkdir(there(id, "claim"), { recursive: true });
  const origin = JSON.parse(
    await readFile(there((await stack.store.runs.list({ limit: 1 }))[0]?.id ?? "", "origin.json"), "utf8"),
  );
  await writeFile(there(id, "origin.json"), JSON.stringify(origin));
  const spec = JSON.parse(
    await readFile(there((await stack.store.runs.list({ limit: 1 }))[0]?.id ?? "", "spec.json"), "utf8"),
  );
  await writeFile(
    there(id, "spec.json"),
    JSON.stringify({ ...spec, run_id: id, name: "\u001b[2Jliar\u202e" }),
  );
  await writeFile(there(id, "journal.jsonl"), `${"x".repeat(3_000_000)}\n{"kind":"metric"}\n\0\0\n[]\n`);
  await writeFile(there(id, "output.log"), "\u001b]0;title\u0007\u001b[31m\n");
  await writeFile(
    there(id, "start.json"),
    JSON.stringify({
      ...(await startOf((await stack.store.runs.list({ limit: 1 }))[0]?.id ?? "")),
      run_id: id,
    }),
  );
  await writeFile(there(id, "exit.json"), `{"run_id":"${id}","attempt":1e400}`);
  stack.hosts.disconnect("box");
  await stack.hosts.connect("box");
  await until("the run", () => stack.store.runs.get(id));
  await stack.follow().looked();
  const run = await until("findings", async () => {
    await stack.follow().looked();
    const found = await stack.run(id);
    return found.findings > 0 ? found : null;
  });
  expect(run.metrics).toEqual({});
  await rm(there(id), { recursive: true });
});

test("a disk that is full, or read-only, is said before anything is started", async ({ skip }) => {
  const places = { full: "size=64k", readonly: "size=1m" };
  for (const [name, options] of Object.entries(places)) {
    await mkdir(path.join(root, name), { recursive: true });
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path.join(root, name)]);
    if (mounted.status !== 0) skip();
  }
  spawnSync("mount", ["-o", "remount,ro", path.join(root, "readonly")]);
  const before = (await stack.store.runs.list({})).length;
  for (const name of Object.keys(places)) {
    const failed = await stack.launch({ host: name, command: ["true"] }).catch(failureOf);
    expect(failed).toMatchObject({ code: expect.stringMatching(/^host(Write|Failed)$/) });
    expect(JSON.stringify(failed)).toMatch(/No space left|Read-only|read-only/);
  }
  expect((await stack.store.runs.list({})).length).toBe(before);
});
