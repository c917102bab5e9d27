/** Slurm's own programs end and come back while jobs of a real cluster run; sbatch takes jobs and says nothing. */

import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Cluster, openCluster } from "../../peers/slurm/cluster.ts";
import { newId } from "../stack.ts";
import {
  emptyQueue,
  type Gate,
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
let bin: string;

beforeAll(async () => {
  cluster = await openCluster();
  root = await mkdtemp(path.join(tmpdir(), "runline-there-"));
  bin = path.join(root, "bin");
  await mkdir(bin);
  process.env.SLURM_CONF = cluster.env.SLURM_CONF;
  process.env.PATH = `${bin}:${process.env.PATH}`;
  stack = await openSlurmStack({ cluster, directory: path.join(root, "own") });
}, 300_000);
afterEach(() => emptyQueue(cluster));
afterAll(async () => {
  await stack?.close();
  await cluster?.close();
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
});

/** Everything that must hold of a run that has trained behind a gate and ended with a code. */
async function expectWhole(id: string, code: number, jobs = 1): Promise<void> {
  const run = await stack.ended(id);
  expect(run).toMatchObject({
    state: code === 0 ? "finished" : "failed",
    exitCode: code,
    attempt: 1,
    drained: true,
  });
  expect(run.metrics.loss?.count).toBe(wholeSteps((await stack.log(id)).toString()));
  expect(await stack.mirrored(id)).toEqual(await stack.log(id));
  expect((await stack.jobs(id)).length).toBe(jobs);
  expect((await stack.store.runs.list({ ids: [id] })).length).toBe(1);
}

async function training(code: number): Promise<{ readonly id: string; readonly gate: Gate }> {
  const gate = stack.gate();
  const { id } = await stack.submit(gated(gate, code));
  await stack.lines(id, 3);
  await stack.when(id, "the run to be running", ({ state }) => state === "running");
  await cluster.noted(await jobNumber(id));
  return { id, gate };
}

test("the controller is killed during a job and started again: the run goes on and is whole", async () => {
  const { id, gate } = await training(3);
  await cluster.controller.kill();
  const { length } = await stack.lines(id, 1);
  await stack.lines(id, length + 5);
  expect((await stack.run(id)).state).toBe("running");
  await cluster.controller.start();
  await gate.open();
  await expectWhole(id, 3);
});

test("a run ends while the controller is down: its own record tells, and one that waits stays what it was", async () => {
  const { id, gate } = await training(0);
  const later = stack.gate();
  const waiting = await stack.submit(gated(later), { dependency: `after:${await jobNumber(id)}+60` });
  const queued = await stack.when(waiting.id, "a reason to wait", ({ reason }) =>
    /waiting/.test(reason ?? ""),
  );
  await cluster.noted(await jobNumber(waiting.id));
  await cluster.controller.kill();
  await gate.open();
  expect(await stack.ended(id)).toMatchObject({ state: "finished", exitCode: 0, drained: true });
  const now = await stack.run(waiting.id);
  expect(now).toMatchObject({ state: "queued", reason: queued.reason });
  await cluster.controller.start();
  await expectWhole(id, 0);
  await cluster.ask("scontrol", "update", `JobId=${await jobNumber(waiting.id)}`, "Dependency=");
  await stack.lines(waiting.id, 3);
  await later.open();
  await expectWhole(waiting.id, 0);
});

test("the node's daemon is killed during a job and started again: the run goes on and is whole", async () => {
  const { id, gate } = await training(5);
  await cluster.node.kill();
  const { length } = await stack.lines(id, 1);
  await stack.lines(id, length + 5);
  expect((await stack.run(id)).state).toBe("running");
  await gate.open();
  expect(await stack.ended(id)).toMatchObject({ state: "failed", exitCode: 5 });
  await cluster.node.start();
  await expectWhole(id, 5);
  await within("Slurm to know it too", async () => /FAILED/.test((await stack.jobs(id)).join()));
});

/** Stands for sbatch on the PATH: really submits, or not, and answers as a bad day would. */
async function sbatchThat(does: string): Promise<() => Promise<number>> {
  const real = (await cluster.ask("sh", "-c", "command -v sbatch")).out.trim();
  const calls = path.join(root, `calls-${Date.now()}`);
  const script = `#!/bin/sh\necho call >>${calls}\nreal=${real}\nfirst() { [ "$(wc -l <${calls})" -eq 1 ]; }\n${does}\n`;
  await writeFile(path.join(bin, "sbatch"), script);
  await chmod(path.join(bin, "sbatch"), 0o755);
  return async () => (await readFile(calls, "utf8")).split("\n").length - 1;
}

const timedOut = `echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation" >&2; exit 1`;

test.each([
  ["its reply is lost", `first || exit 9; "$real" "$@" >/dev/null; ${timedOut}`, 1, 1],
  [
    "who asked is killed before it hears",
    `first || exit 9; "$real" "$@" >/dev/null; kill -9 $PPID; exit 1`,
    1,
    1,
  ],
  [
    "the job shows up late",
    `first || exit 9; cat >${"$0"}.job; (sleep 1; "$real" "$@" <${"$0"}.job) >/dev/null 2>&1 & ${timedOut}`,
    1,
    1,
  ],
  ["nothing was taken at first", `if first; then ${timedOut}; fi; exec "$real" "$@"`, 2, 1],
  [
    "it is noisy and busy, and takes the job",
    `echo "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying" >&2; exec "$real" "$@"`,
    1,
    1,
  ],
])("a submission whose answer can't be relied on is one run: %s", async (_what, does, calls, jobs) => {
  const called = await sbatchThat(does);
  const gate = stack.gate();
  try {
    const { id } = await stack.submit(gated(gate));
    await stack.lines(id, 3);
    await gate.open();
    await expectWhole(id, 0, jobs);
    expect(await called()).toBe(calls);
  } finally {
    await rm(path.join(bin, "sbatch"));
  }
});

test("a job that shows up after it was given up is a second one that does nothing", async () => {
  // Later than it is waited for here.
  const wait = `while [ ! -e ${root}/late ]; do sleep 0.1; done`;
  const called = await sbatchThat(
    `if first; then cat >$0.job; (${wait}; "$real" "$@" <$0.job) >/dev/null 2>&1 & ${timedOut}; fi; exec "$real" "$@"`,
  );
  const gate = stack.gate();
  try {
    const { id } = await stack.submit(gated(gate));
    await stack.lines(id, 3);
    await writeFile(path.join(root, "late"), "");
    await within("the late job", async () => (await stack.jobs(id)).length === 2);
    await gate.open();
    await expectWhole(id, 0, 2);
    expect(await called()).toBe(2);
    // It is not needed: it ends by itself, or is ended, without having printed a word.
    await within("the late job to end", async () =>
      (await stack.jobs(id)).every((job) => /(COMPLETED|CANCELLED)$/.test(job)),
    );
    await expectWhole(id, 0, 2);
  } finally {
    await rm(path.join(bin, "sbatch"));
  }
});

test("two windows submit one id at once: there is one run, and both have it whole", async () => {
  const other = await openSlurmStack({
    cluster,
    directory: path.join(root, "own"),
    workspace: stack.workspace,
  });
  try {
    const gate = stack.gate();
    const id = newId();
    const both = await Promise.all([stack, other].map((each) => each.submit(gated(gate), {}, { id })));
    expect(new Set(both.map(({ name }) => name)).size).toBe(1);
    other.follow();
    await stack.lines(id, 3);
    await gate.open();
    await expectWhole(id, 0, (await stack.jobs(id)).length);
    expect(await other.ended(id)).toMatchObject({ state: "finished", attempt: 1 });
    expect((await stack.jobs(id)).length).toBeLessThanOrEqual(2);
  } finally {
    await other.leave();
  }
});

async function jobNumber(id: string): Promise<string> {
  return (await stack.jobs(id))[0]?.split(" ")[0] ?? "";
}
