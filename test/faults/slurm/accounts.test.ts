/** A cluster that keeps accounts of its jobs and forgets the jobs themselves soon after their end. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Cluster, openCluster } from "../../peers/slurm/cluster.ts";
import {
  emptyQueue,
  gated,
  openSlurmStack,
  type SlurmStack,
  wholeSteps,
  within,
} from "./bench/slurmStack.ts";

// Slurm takes its time, and more of it on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let cluster: Cluster;
let stack: SlurmStack;
let root: string;

beforeAll(async () => {
  cluster = await openCluster({ accounting: true, minJobAge: 2 });
  root = await mkdtemp(path.join(tmpdir(), "runline-there-"));
  process.env.SLURM_CONF = cluster.env.SLURM_CONF;
  stack = await openSlurmStack({ cluster, directory: root });
}, 300_000);
afterEach(() => emptyQueue(cluster));
afterAll(async () => {
  await stack?.close();
  await cluster?.close();
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
});

/** What the accounts have of a run: `FAILED 3:0`. */
async function accountOf(id: string): Promise<string> {
  const format = [
    "-n",
    "-X",
    "-P",
    "--delimiter= ",
    "-o",
    "State,ExitCode",
    "-S",
    "now-1hours",
    `--name=runline-${id}`,
  ];
  return (await cluster.ask("sacct", ...format)).out.trim();
}

const forgotten = (id: string) =>
  within("the job to be forgotten", async () => (await stack.jobs(id)).length === 0);

test("the keeper of accounts is killed during a job and started again: the run does not notice", async () => {
  const gate = stack.gate();
  const { id } = await stack.submit(gated(gate, 3));
  await stack.lines(id, 3);
  await cluster.accounts?.kill();
  const { length } = await stack.lines(id, 1);
  await stack.lines(id, length + 3);
  await gate.open();
  const run = await stack.ended(id);
  expect(run).toMatchObject({ state: "failed", exitCode: 3, attempt: 1, drained: true });
  expect(run.metrics.loss?.count).toBe(wholeSteps((await stack.log(id)).toString()));
  expect(await stack.mirrored(id)).toEqual(await stack.log(id));
  await cluster.accounts?.start();
  await expect.poll(() => accountOf(id), { timeout: 60_000 }).toBe("FAILED 3:0");
  expect(await stack.run(id)).toMatchObject({ state: "failed", exitCode: 3 });
});

test("a job is forgotten before anybody looked: its own record tells all", async () => {
  const leaving = await openSlurmStack({ cluster, directory: root, workspace: stack.workspace });
  const gate = stack.gate();
  const { id } = await leaving.submit(gated(gate, 4));
  await leaving.lines(id, 3);
  await leaving.leave();
  await gate.open();
  await forgotten(id);
  const run = await stack.ended(id);
  expect(run).toMatchObject({ state: "failed", exitCode: 4, drained: true });
  expect(run.metrics.loss?.count).toBe(wholeSteps((await stack.log(id)).toString()));
  expect(await stack.mirrored(id)).toEqual(await stack.log(id));
});

test("a job without a record of its end is forgotten: the accounts tell how it ended", async () => {
  const { id } = await stack.submit(gated(stack.gate()));
  await stack.lines(id, 3);
  const { recorder_pid, pid } = JSON.parse(await stack.file(id, "start.json"));
  process.kill(recorder_pid, "SIGKILL");
  process.kill(-pid, "SIGKILL");
  await forgotten(id);
  const run = await stack.ended(id);
  expect(["failed", "lost"]).toContain(run.state);
  expect(run.reason).not.toMatch(/forgot/);
  expect(await stack.mirrored(id)).toEqual(await stack.log(id));
});

test("while nobody can read the accounts of a job that is forgotten, its run stays what it was", async () => {
  // Nobody here has followed it while it was there.
  const own = await openSlurmStack({ cluster, directory: root });
  try {
    const { id } = await own.submit(gated(own.gate()));
    await own.lines(id, 3);
    const { recorder_pid, pid } = JSON.parse(await own.file(id, "start.json"));
    await cluster.accounts?.kill();
    process.kill(recorder_pid, "SIGKILL");
    process.kill(-pid, "SIGKILL");
    await forgotten(id);
    const since = Date.now();
    // As long as it takes here to be sure that a job is gone, and longer.
    await own.when(id, "several answers", () => Date.now() - since > 6_000);
    expect(["unknown", "running", "queued"]).toContain((await own.run(id)).state);
    await cluster.accounts?.start();
    const run = await own.ended(id);
    expect(["failed", "lost"]).toContain(run.state);
    expect(run.reason).not.toMatch(/forgot/);
  } finally {
    await own.close();
  }
});
