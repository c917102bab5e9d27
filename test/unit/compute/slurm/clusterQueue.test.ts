/** The shared query of a cluster, through a real shell; squeue, sacct and scontrol are stand-ins that count how often they are asked. */

import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { localTransport } from "../../../../src/compute/localTransport.ts";
import {
  type ClusterQueue,
  clusterQueue,
  type QueuePace,
} from "../../../../src/compute/slurm/clusterQueue.ts";
import type { Transport } from "../../../../src/compute/transport.ts";
import { sacctSeparator } from "../../../../src/model/slurmAnswer.ts";

const name = "runline-01a20234584c7ad2bd1d9bb122d83673";
const record = { job: "12", name, index: null, partition: "gpu", time: 0 };
const ask = { record, doubtful: false };
const eager: QueuePace = { soonestMs: 0, slowestMs: 0, doubtMs: 0, endMs: 0, goneMs: 0, lateMs: 0 };
const lazy: QueuePace = { ...eager, soonestMs: 3_600_000, slowestMs: 3_600_000, doubtMs: 3_600_000 };
const longMs = 60_000;

let folder: string;
let transports: Transport[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "runline-queue-"));
  transports = [];
  await mkdir(path.join(folder, "bin"));
  await program(
    "scontrol",
    'echo "Slurmctld(primary) at c1 is $(cat "$F/ping")"; [ "$(cat "$F/ping")" = UP ]',
  );
  await program(
    "squeue",
    'echo "squeue $*" >>"$F/asked"; cat "$F/queue"; exit "$(cat "$F/code" 2>/dev/null || echo 0)"',
  );
  await program("sacct", 'echo "sacct $*" >>"$F/asked"; cat "$F/accounts" 2>/dev/null');
  await say("ping", "UP");
  await say("queue", "");
  await say("asked", "");
});
afterEach(async () => {
  for (const each of transports) each.disconnect();
  await rm(folder, { recursive: true, force: true });
});

const say = (file: string, text: string) => writeFile(path.join(folder, file), text);
const asked = async () =>
  (await readFile(path.join(folder, "asked"), "utf8")).trim().split("\n").filter(Boolean);

async function program(file: string, body: string): Promise<void> {
  const target = path.join(folder, "bin", file);
  await writeFile(target, `#!/bin/sh\nF=${folder}\n${body}\n`);
  await chmod(target, 0o755);
}

function open(pace: QueuePace): ClusterQueue {
  const environment = { ...process.env, PATH: `${folder}/bin:${process.env.PATH}`, SQUEUE_FORMAT: "%j" };
  const transport = localTransport(environment, "cluster");
  transports.push(transport);
  return clusterQueue(transport, path.join(folder, "shared"), pace);
}

const widths = [24, 24, 24, 80, 32, 80, 80, 300, 24, 24, 12, 12];
const row = (state: string, restarts = "0", job = "12") =>
  ["12", "12", "N/A", name, state, "Resources", "gpu", "", "N/A", "N/A", restarts, "0"]
    .map((cell, at) => (at < 2 ? job : cell).padEnd(widths[at] ?? 0))
    .join("");

test("all runs are asked about at once, and two windows share the answer", async () => {
  await say("queue", `${row("PENDING")}\nsomething else\n`);
  const windows = [open(lazy), open(lazy)];
  const other = { ...ask, record: { ...record, name: `${name.slice(0, -1)}4`, job: "13" } };
  const [first] = await (windows[0] as ClusterQueue).look([ask, other], longMs);
  expect(first).toMatchObject({ job: { id: "12", state: "PENDING", reason: "Resources" }, settled: false });
  const [second] = await (windows[1] as ClusterQueue).look([ask], longMs);
  expect(second).toEqual(first);
  await Promise.all([...windows, ...windows].map((each) => each.look([ask], longMs)));
  // What squeue does not know is looked up in the accounts, by number.
  const questions = await asked();
  expect(questions.map((line) => line.split(" ")[0])).toEqual(["squeue", "sacct"]);
  expect(questions[0]).toMatch(/ -r -u \d+ --states=all /);
  expect(questions[1]).toContain("-j 13");
  expect((await readdir(path.join(folder, "shared"))).sort()).toEqual(["cluster.json"]);
});

test("windows that ask at the same moment make one query", async () => {
  await say("queue", `${row("RUNNING")}\n`);
  const windows = Array.from({ length: 4 }, () => open(lazy));
  await Promise.all(windows.map((each) => each.look([ask], longMs)));
  const looks = await Promise.all(windows.map((each) => each.look([ask], longMs)));
  expect(looks.map(([look]) => look?.job?.state)).toEqual(["RUNNING", "RUNNING", "RUNNING", "RUNNING"]);
  expect((await asked()).length).toBe(1);
});

test("a controller that is down is not asked, and what it said last only gets older", async () => {
  await say("queue", `${row("RUNNING")}\n`);
  const queue = open(eager);
  const [before] = await queue.look([ask], longMs);
  await say("ping", "DOWN");
  await say("queue", "");
  for (let time = 0; time < 3; time++) expect(await queue.look([ask], longMs)).toEqual([before]);
  expect((await asked()).filter((line) => line.startsWith("squeue")).length).toBe(1);
  expect(await queue.fresh()).toBeNull();
  await say("ping", "UP");
  await say("code", "1");
  expect(await queue.look([ask], longMs)).toEqual([before]);
});

test("an end is certain by the second answer; one that the controller has forgotten is in the accounts", async () => {
  const queue = open(eager);
  await say("queue", `${row("RUNNING")}\n`);
  await queue.look([ask], longMs);
  await say("queue", "");
  const cells = ["12", name, "FAILED", "3:0", "1795331883", "1795331886", "node1", "gpu"];
  await say("accounts", `${cells.join(sacctSeparator)}\n`);
  expect(await queue.look([ask], longMs)).toMatchObject([
    { job: { state: "FAILED", exitCode: 3 }, settled: false },
  ]);
  await expect
    .poll(async () => (await queue.look([ask], longMs))[0]?.settled, { timeout: 20_000, interval: 5 })
    .toBe(true);
});

test("what somebody wrote into the shared file by mistake is no answer", async () => {
  await mkdir(path.join(folder, "shared"));
  await say("queue", `${row("PENDING")}\n`);
  for (const text of ["", "{", '{"last": 1}', '{"last": {"time": "now"}}', "\0\0"]) {
    await writeFile(path.join(folder, "shared", "cluster.json"), text);
    expect(await open(eager).look([ask], longMs)).toMatchObject([{ job: { state: "PENDING" } }]);
  }
});

test("a window that was killed while it asked stops nobody for long", async () => {
  const shared = path.join(folder, "shared");
  await mkdir(shared);
  const lock = path.join(shared, "cluster.json.asking");
  await writeFile(lock, "");
  await say("queue", `${row("PENDING")}\n`);
  expect(await open(eager).look([ask], longMs)).toEqual([null]);
  const { utimes } = await import("node:fs/promises");
  await utimes(lock, new Date(0), new Date(0));
  expect(await open(eager).look([ask], longMs)).toMatchObject([{ job: { state: "PENDING" } }]);
});

test("without Slurm there is nothing to say", async () => {
  await rm(path.join(folder, "bin", "scontrol"));
  await program("squeue", "exit 127");
  expect(await open(eager).look([ask], longMs)).toEqual([null]);
});
