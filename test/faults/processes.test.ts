import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bootId, isAlive, statOf } from "../../src/compute/local/process.ts";
import type { StartRecord } from "../../src/model/journal.ts";
import { openStack, type Stack, until } from "./stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await openStack();
});
afterAll(() => stack.close());

const directoryOf = (id: string) => path.join(stack.layout.runs, id);

async function startRecord(id: string): Promise<StartRecord> {
  const read = () => readFile(path.join(directoryOf(id), "start.json"), "utf8").catch(() => "");
  return JSON.parse(await until("a start record", read)) as StartRecord;
}

/** A run that is under way with a few points in its journal. */
async function underWay(): Promise<{ readonly id: string; readonly start: StartRecord }> {
  const { id } = await stack.start("train.py", ["--steps", "100000", "--pause", "0.01"]);
  const journal = path.join(directoryOf(id), "journal.jsonl");
  const text = () => readFile(journal, "utf8").catch(() => "");
  await until("metrics in the journal", async () => (await text()).includes('"metric"'));
  return { id, start: await startRecord(id) };
}

/** A run whose recorder and script were killed without a trace while nobody looked, with a start record as given; then followed. */
async function vanished(change: (start: StartRecord) => Partial<StartRecord>): Promise<string> {
  await stack.unfollow();
  const { id, start } = await underWay();
  process.kill(start.recorder_pid, "SIGKILL");
  process.kill(start.pid, "SIGKILL");
  await until("both to be gone", async () => !isAlive(start.pid, start.start_ticks));
  const changed = { ...start, recorder_pid: 1, recorder_start_ticks: 1, ...change(start) };
  await writeFile(path.join(directoryOf(id), "start.json"), JSON.stringify(changed));
  stack.follow();
  return id;
}

/** Metrics in the journal, one record a line: what the store must have, no more and no less. */
async function metricLines(id: string): Promise<number> {
  const text = await readFile(path.join(directoryOf(id), "journal.jsonl"), "utf8");
  return text.split("\n").filter((line) => line.includes('"metric"') && line.endsWith("}")).length;
}

test("a script that is killed has failed, with its signal", async () => {
  const { id, start } = await underWay();
  stack.follow();
  process.kill(start.pid, "SIGKILL");
  expect(await stack.ended(id)).toMatchObject({ state: "failed", signal: "SIGKILL", drained: true });
  expect((await stack.run(id)).metrics.loss?.count).toBe(await metricLines(id));
});

test("a recorder that is killed leaves what was read, and the run is lost once its script is gone", async () => {
  const { id, start } = await underWay();
  stack.follow();
  process.kill(start.recorder_pid, "SIGKILL");
  // The script loses its reader and ends by that at its next line, or lives on: both must be seen as they are.
  await until("the recorder's end to show", async () =>
    ["orphaned", "lost"].includes((await stack.run(id)).state),
  );
  if (isAlive(start.pid, start.start_ticks)) process.kill(start.pid, "SIGKILL");
  expect(await stack.ended(id)).toMatchObject({ state: "lost", reason: "killed together with its recorder" });
  expect((await stack.run(id)).metrics.loss?.count).toBe(await metricLines(id));
});

test("a script that leaves the session and ignores signals is cancelled whole", async () => {
  const { id } = await stack.start("stubborn.py");
  const file = path.join(stack.workspace, "child.pid");
  const child = Number(await until("the child", () => readFile(file, "utf8").catch(() => "")));
  expect(isAlive(child, 0)).toBe(true);
  await stack.compute.cancel(directoryOf(id));
  expect(await stack.ended(id)).toMatchObject({ state: "cancelled", drained: true });
  await until("its end", async () => !isAlive(child, 0));
}, 60_000);

test("a process that got the number of a dead one is not taken for it", async () => {
  const own = statOf(process.pid);
  const reused = await vanished(() => ({ pid: process.pid, start_ticks: (own?.startTicks ?? 0) - 1 }));
  expect(await stack.ended(reused)).toMatchObject({
    state: "lost",
    reason: "killed together with its recorder",
  });
});

test("the very process of the start record is believed: the run goes on without its recorder", async () => {
  const own = statOf(process.pid);
  const alive = await vanished(() => ({ pid: process.pid, start_ticks: own?.startTicks ?? 0 }));
  await stack.follow().looked();
  expect(await stack.run(alive)).toMatchObject({ state: "orphaned" });
  await writeFile(
    path.join(directoryOf(alive), "start.json"),
    JSON.stringify({ ...(await startRecord(alive)), pid: 1, start_ticks: 1 }),
  );
  expect((await stack.ended(alive)).state).toBe("lost");
});

test("after a restart of the machine a run is lost, whatever has its number now", async () => {
  const own = statOf(process.pid);
  const id = await vanished(() => ({
    boot_id: "00000000-0000-4000-8000-000000000000",
    pid: process.pid,
    start_ticks: own?.startTicks ?? 0,
  }));
  expect(bootId()).not.toBe("");
  expect(await stack.ended(id)).toMatchObject({ state: "lost", reason: "the machine was restarted" });
});

test("a run of another machine that shares the folder is not judged from here", async () => {
  const id = await vanished(() => ({
    boot_id: "00000000-0000-4000-8000-000000000000",
    host: "another-machine",
  }));
  await stack.follow().looked();
  expect((await stack.run(id)).state).not.toBe("lost");
  await writeFile(
    path.join(directoryOf(id), "start.json"),
    JSON.stringify({ ...(await startRecord(id)), boot_id: bootId() }),
  );
  expect((await stack.ended(id)).state).toBe("lost");
});

test("a zombie is not alive", async () => {
  const program =
    "import os,sys,time\npid=os.fork()\nif pid==0: os._exit(0)\nprint(pid,flush=True)\ntime.sleep(60)";
  const parent = spawn("python3", ["-c", program], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [said] = (await once(parent.stdout, "data")) as [Buffer];
    const zombie = Number(said.toString());
    await until("the zombie", async () => statOf(zombie)?.state === "Z");
    const ticks = statOf(zombie)?.startTicks ?? 0;
    const id = await vanished(() => ({ pid: zombie, start_ticks: ticks }));
    expect(await stack.ended(id)).toMatchObject({
      state: "lost",
      reason: "killed together with its recorder",
    });
  } finally {
    parent.kill("SIGKILL");
  }
});
