/** Slurm's own programs end and come back while jobs of a real cluster run; sbatch takes jobs and says nothing. */

import { chmod, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { expect, test } from "vitest";
import { newId } from "../stack.ts";
import { slurmBench } from "./bench/slurmBench.ts";
import { type Gate, gated, openSlurmStack, wholeSteps, within } from "./bench/slurmStack.ts";

const bench = slurmBench();

/** Everything that must hold of a run that has trained behind a gate and ended with a code. */
async function expectWhole(id: string, code: number, jobs = 1): Promise<void> {
  const run = await bench.stack.ended(id);
  expect(run).toMatchObject({
    state: code === 0 ? "finished" : "failed",
    exitCode: code,
    attempt: 1,
    drained: true,
  });
  expect(run.metrics.loss?.count).toBe(wholeSteps((await bench.stack.log(id)).toString()));
  expect(await bench.stack.mirrored(id)).toEqual(await bench.stack.log(id));
  expect((await bench.stack.jobs(id)).length).toBe(jobs);
  expect((await bench.stack.store.runs.list({ ids: [id] })).length).toBe(1);
}

async function training(code: number): Promise<{ readonly id: string; readonly gate: Gate }> {
  const gate = bench.stack.gate();
  const { id } = await bench.stack.submit(gated(gate, code));
  await bench.stack.lines(id, 3);
  await bench.stack.when(id, "the run to be running", ({ state }) => state === "running");
  await bench.cluster.noted(await jobNumber(id));
  return { id, gate };
}

test("the controller is killed during a job and started again: the run goes on and is whole", async () => {
  const { id, gate } = await training(3);
  await bench.cluster.controller.kill();
  const { length } = await bench.stack.lines(id, 1);
  await bench.stack.lines(id, length + 5);
  expect((await bench.stack.run(id)).state).toBe("running");
  await bench.cluster.controller.start();
  await gate.open();
  await expectWhole(id, 3);
});

test("a run ends while the controller is down: its own record tells, and one that waits stays what it was", async () => {
  const { id, gate } = await training(0);
  const later = bench.stack.gate();
  const waiting = await bench.stack.submit(gated(later), { dependency: `after:${await jobNumber(id)}+60` });
  const queued = await bench.stack.when(waiting.id, "a reason to wait", ({ reason }) =>
    /waiting/.test(reason ?? ""),
  );
  await bench.cluster.noted(await jobNumber(waiting.id));
  await bench.cluster.controller.kill();
  await gate.open();
  expect(await bench.stack.ended(id)).toMatchObject({ state: "finished", exitCode: 0, drained: true });
  const now = await bench.stack.run(waiting.id);
  expect(now).toMatchObject({ state: "queued", reason: queued.reason });
  await bench.cluster.controller.start();
  await expectWhole(id, 0);
  await bench.cluster.ask("scontrol", "update", `JobId=${await jobNumber(waiting.id)}`, "Dependency=");
  await bench.stack.lines(waiting.id, 3);
  await later.open();
  await expectWhole(waiting.id, 0);
});

test("the node's daemon is killed during a job and started again: the run goes on and is whole", async () => {
  const { id, gate } = await training(5);
  await bench.cluster.node.kill();
  const { length } = await bench.stack.lines(id, 1);
  await bench.stack.lines(id, length + 5);
  expect((await bench.stack.run(id)).state).toBe("running");
  await gate.open();
  expect(await bench.stack.ended(id)).toMatchObject({ state: "failed", exitCode: 5 });
  await bench.cluster.node.start();
  await expectWhole(id, 5);
  await within("Slurm to know it too", async () => /FAILED/.test((await bench.stack.jobs(id)).join()));
});

/** Stands for sbatch on the PATH: really submits, or not, and answers as a bad day would. */
async function sbatchThat(does: string): Promise<() => Promise<number>> {
  const real = (await bench.cluster.ask("sh", "-c", "command -v sbatch")).out.trim();
  const calls = path.join(bench.root, `calls-${Date.now()}`);
  const script = `#!/bin/sh\necho call >>${calls}\nreal=${real}\nfirst() { [ "$(wc -l <${calls})" -eq 1 ]; }\n${does}\n`;
  await writeFile(path.join(bench.bin, "sbatch"), script);
  await chmod(path.join(bench.bin, "sbatch"), 0o755);
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
  const gate = bench.stack.gate();
  try {
    const { id } = await bench.stack.submit(gated(gate));
    await bench.stack.lines(id, 3);
    await gate.open();
    await expectWhole(id, 0, jobs);
    expect(await called()).toBe(calls);
  } finally {
    await rm(path.join(bench.bin, "sbatch"));
  }
});

test("a job that shows up after it was given up is a second one that does nothing", async () => {
  // Later than it is waited for here.
  const wait = `while [ ! -e ${bench.root}/late ]; do sleep 0.1; done`;
  const called = await sbatchThat(
    `if first; then cat >$0.job; (${wait}; "$real" "$@" <$0.job) >/dev/null 2>&1 & ${timedOut}; fi; exec "$real" "$@"`,
  );
  const gate = bench.stack.gate();
  try {
    const { id } = await bench.stack.submit(gated(gate));
    await bench.stack.lines(id, 3);
    await writeFile(path.join(bench.root, "late"), "");
    await within("the late job", async () => (await bench.stack.jobs(id)).length === 2);
    await gate.open();
    await expectWhole(id, 0, 2);
    expect(await called()).toBe(2);
    // It is not needed: it ends by itself, or is ended, without having printed a word.
    await within("the late job to end", async () =>
      (await bench.stack.jobs(id)).every((job) => /(COMPLETED|CANCELLED)$/.test(job)),
    );
    await expectWhole(id, 0, 2);
  } finally {
    await rm(path.join(bench.bin, "sbatch"));
  }
});

test("nobody hears whether a job was taken: the run is listed, and whoever follows it finds out by itself", async () => {
  const { cluster, directory } = bench;
  const hasty = await openSlurmStack({ cluster, directory, hasty: true });
  const wait = `while [ ! -e ${bench.root}/taken ]; do sleep 0.1; done`;
  const late = `first && { cat >$0.job; (${wait}; "$real" "$@" <$0.job) >/dev/null 2>&1 & }`;
  await sbatchThat(`${late}\n${timedOut}`);
  const gate = hasty.gate();
  try {
    hasty.follow();
    const unclear = /did not say whether it took the job/;
    const taken = await hasty.submit(gated(gate));
    expect(taken.warnings.join()).toMatch(unclear);
    const { reason } = await hasty.when(taken.id, "to wait", ({ state }) => state === "queued");
    expect(reason).toBe("submitted, and not confirmed yet");
    await writeFile(path.join(bench.root, "taken"), "");
    await hasty.lines(taken.id, 3);
    // Neither this one is ever heard of, nor one whose window was killed as it submitted it.
    const lost = await hasty.submit("print(1)");
    expect(lost.warnings.join()).toMatch(unclear);
    const left = await leftBehind(lost.id, hasty.layout.directory);
    await hasty.follow().looked();
    expect(await hasty.store.runs.get(left.id)).toBe(null);
    await left.submitted(Date.now() - 16 * 60_000);
    await within("its row", async () => {
      await hasty.follow().looked();
      return hasty.store.runs.get(left.id);
    });
    await gate.open();
    const never = { state: "lost", reason: "Slurm did not take its job", started: null };
    for (const id of [lost.id, left.id]) expect(await hasty.ended(id)).toMatchObject(never);
    expect(await hasty.ended(taken.id)).toMatchObject({ state: "finished", exitCode: 0, attempt: 1 });
    expect(await hasty.mirrored(taken.id)).toEqual(await hasty.log(taken.id));
  } finally {
    await rm(path.join(bench.bin, "sbatch"));
    await hasty.close();
  }
});

/** A run as whoever was killed between sbatch and its answer leaves it: no number, no row, and known to lie there. */
async function leftBehind(like: string, own: string) {
  const id = newId();
  const place = path.join(bench.directory, "runs", id);
  await cp(path.join(bench.directory, "runs", like), place, { recursive: true });
  const edit = async (file: string, change: object) => {
    const before = JSON.parse(await readFile(path.join(place, file), "utf8"));
    await writeFile(path.join(place, file), JSON.stringify({ ...before, ...change }));
  };
  await edit("spec.json", { run_id: id });
  await edit("slurm.json", { job: null, name: `runline-${id}`, time: Date.now() });
  await mkdir(path.join(own, "mirror", id), { recursive: true });
  const notes = { directory: `slurm:${place}`, identities: {} };
  await writeFile(path.join(own, "mirror", id, "mirror.json"), JSON.stringify(notes));
  return { id, submitted: (time: number) => edit("slurm.json", { time }) };
}

test("two windows submit one id at once: there is one run, and both have it whole", async () => {
  const other = await openSlurmStack({
    cluster: bench.cluster,
    directory: bench.directory,
    workspace: bench.stack.workspace,
  });
  try {
    const gate = bench.stack.gate();
    const id = newId();
    const both = await Promise.all([bench.stack, other].map((each) => each.submit(gated(gate), {}, { id })));
    expect(new Set(both.map(({ name }) => name)).size).toBe(1);
    other.follow();
    await bench.stack.lines(id, 3);
    await gate.open();
    await expectWhole(id, 0, (await bench.stack.jobs(id)).length);
    expect(await other.ended(id)).toMatchObject({ state: "finished", attempt: 1 });
    expect((await bench.stack.jobs(id)).length).toBeLessThanOrEqual(2);
  } finally {
    await other.leave();
  }
});

async function jobNumber(id: string): Promise<string> {
  return (await bench.stack.jobs(id))[0]?.split(" ")[0] ?? "";
}
