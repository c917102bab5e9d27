/** Jobs that begin again, and jobs whose time is over: one run with several attempts, and a script that is told in time. */

import * as path from "node:path";
import { expect, test } from "vitest";
import { begunAnew, hasWord } from "../../../src/ops/begunAnew.ts";
import { recorder } from "../stack.ts";
import { slurmBench } from "./bench/slurmBench.ts";
import { gated, wholeSteps, within } from "./bench/slurmStack.ts";

const bench = slurmBench();

/** Trains until its gate is open; its first attempt never gets there. */
async function pointsOf(id: string, attempt: number): Promise<number> {
  const points = await bench.stack.store.metrics.points({ runId: id, attempt, key: "loss" });
  expect([...points.steps]).toEqual([...Array(points.steps.length).keys()]);
  expect([...points.values]).toEqual(Array.from(points.steps, (step) => step / 2));
  return points.steps.length;
}

/** The lines of each attempt: one begins anew at step 0. */
function attemptsIn(log: string): readonly (readonly string[])[] {
  const attempts: string[][] = [];
  for (const line of log.split("\n").slice(0, -1)) {
    if (line.startsWith("step 0:")) attempts.push([]);
    attempts.at(-1)?.push(line);
  }
  return attempts;
}

test("the time is nearly over: the script is told, and then ended; the run says why", {
  timeout: 240_000,
}, async () => {
  const text = `import signal
signal.signal(signal.SIGUSR1, lambda *_: print("warned", flush=True))
${gated(bench.stack.gate())}`;
  const { id } = await bench.stack.submit(text, { time: "30m", warn_seconds: 600 });
  await bench.stack.lines(id, 3);
  bench.stack.follow();
  const job = (await bench.stack.jobs(id))[0]?.split(" ")[0] ?? "";
  // Slurm looks at the limits of jobs every half minute: only one that still has time then is warned.
  await endsIn(300);
  const warned = async () => (await bench.stack.log(id)).toString().includes("\nwarned\n");
  await within("the warning", warned, 90_000);
  await endsIn(3);
  const run = await bench.stack.when(id, "its end", ({ state, drained }) => state !== "running" && drained);
  expect(run).toMatchObject({ state: "failed", attempt: 1 });
  expect(run.reason).toMatch(/time limit/);
  expect(await bench.stack.mirrored(id)).toEqual(await bench.stack.log(id));
  expect((await bench.stack.log(id)).toString()).toMatch(/^step 0.*\nwarned\nstep .*\n$/s);
  expect((await bench.stack.jobs(id)).join()).toMatch(/^\d+ TIMEOUT$/);

  async function endsIn(seconds: number): Promise<void> {
    const time = (
      await bench.cluster.ask("date", "-d", `+${seconds} seconds`, "+%Y-%m-%dT%H:%M:%S")
    ).out.trim();
    const update = ["update", `JobId=${job}`, `EndTime=${time}`];
    expect(await bench.cluster.ask("scontrol", ...update)).toMatchObject({ code: 0 });
  }
});

test("another job takes its place: it waits, begins again as the same run, and ends as its last attempt does", async () => {
  const gate = bench.stack.gate();
  const { id } = await bench.stack.submit(gated(gate, 4), { cpus: 4, requeue: true });
  await bench.stack.lines(id, 5);
  bench.stack.follow();
  const urgent = bench.stack.gate();
  const other = await bench.stack.submit(gated(urgent), { partition: "urgent", cpus: 4 });
  const waits = await bench.stack.when(id, "to wait again", ({ reason }) =>
    /waiting in gpu/.test(reason ?? ""),
  );
  expect(waits.state).toBe("queued");
  expect(waits).toMatchObject({ drained: false, exitCode: null });
  await bench.stack.lines(other.id, 3);
  await urgent.open();
  expect(await bench.stack.ended(other.id)).toMatchObject({ state: "finished", attempt: 1 });
  const again = await bench.stack.when(id, "its second attempt", ({ attempt }) => attempt === 2);
  expect(again.ended).toBe(null);
  await within(
    "more of it",
    async () => (attemptsIn((await bench.stack.log(id)).toString())[1]?.length ?? 0) > 3,
  );
  await gate.open();
  const run = await bench.stack.when(id, "its end", ({ state, drained }) => state === "failed" && drained);
  expect(run).toMatchObject({ state: "failed", exitCode: 4, attempt: 2, reason: "exit 4" });
  expect(await bench.stack.mirrored(id)).toEqual(await bench.stack.log(id));
  const [first = [], second = [], ...more] = attemptsIn((await bench.stack.log(id)).toString());
  expect(more).toEqual([]);
  expect(await pointsOf(id, 1)).toBe(first.length);
  expect(await pointsOf(id, 2)).toBe(wholeSteps(`${second.join("\n")}\n`));
  expect(bench.stack.told.filter((each) => each === id)).toEqual([id]);
  expect((await bench.stack.store.runs.list({ ids: [id] })).length).toBe(1);
  expect((await bench.stack.jobs(id)).length).toBe(1);
});

test("a run that is begun again long after its end is noticed when its machine is reached, and says what came of it", async () => {
  const gate = bench.stack.gate();
  const { id } = await bench.stack.submit(gated(gate), { requeue: true });
  await bench.stack.lines(id, 3);
  await gate.open();
  expect(await bench.stack.ended(id)).toMatchObject({ state: "finished", attempt: 1 });
  await bench.stack.unfollow();
  // As Slurm does whenever somebody requeues the job; here without its pauses.
  const job = (await bench.stack.jobs(id))[0]?.split(" ")[0] ?? "";
  const words = ["-I", "-S", "-B", recorder, "run", path.join(bench.directory, "runs", id), "--job"];
  const own = ["SLURM_RESTART_COUNT=1", `SLURM_JOB_ID=${job}`];
  expect(await bench.cluster.ask("env", ...own, "python3", ...words)).toMatchObject({ code: 0 });
  const { store, reach } = bench.stack;
  const late = { store, compute: reach.compute, clock: () => Date.now() + 3_600_000 };
  await bench.stack.hosts.connect("slurm");
  const heard = new Map<string, number>();
  expect((await begunAnew(late, heard)).map(({ run }) => run.id)).toEqual([id]);
  const again = await bench.stack.when(id, "its end", ({ attempt }) => attempt === 2);
  expect(again).toMatchObject({ state: "failed", drained: true });
  expect(again.reason).toBe("not started: The environment that was kept for it is gone.");
  expect(await begunAnew(late, heard)).toEqual([]);
  expect(hasWord(reach.compute, heard)).toBe(false);
});

test("a job that may not begin again and loses its place is over", async () => {
  const { id } = await bench.stack.submit(gated(bench.stack.gate()), { cpus: 4 });
  await bench.stack.lines(id, 3);
  bench.stack.follow();
  const urgent = bench.stack.gate();
  const other = await bench.stack.submit(gated(urgent), { partition: "urgent", cpus: 4 });
  const run = await bench.stack.when(
    id,
    "its end",
    ({ state, drained }) => !/queued|running/.test(state) && drained,
  );
  expect(["lost", "cancelled", "failed"]).toContain(run.state);
  expect(run.reason).toMatch(/another job|Slurm/);
  expect(await bench.stack.mirrored(id)).toEqual(await bench.stack.log(id));
  await bench.stack.lines(other.id, 1);
  await urgent.open();
  await bench.stack.ended(other.id);
});

test("a run that waits to begin again is canceled: no attempt follows", async () => {
  const { id } = await bench.stack.submit(gated(bench.stack.gate()), { requeue: true });
  await bench.stack.lines(id, 3);
  bench.stack.follow();
  const job = (await bench.stack.jobs(id))[0]?.split(" ")[0] ?? "";
  await bench.cluster.ask("scontrol", "requeuehold", job);
  await bench.stack.when(id, "to wait", ({ reason }) => /waiting|held/.test(reason ?? ""));
  await bench.stack.reach.compute.cancel((await bench.stack.run(id)).directory);
  expect(await bench.stack.ended(id)).toMatchObject({ state: "cancelled", drained: true });
  await bench.cluster.ask("scontrol", "release", job);
  await within("the job to be over", async () =>
    /CANCELLED|COMPLETED/.test((await bench.stack.jobs(id)).join()),
  );
  expect(attemptsIn((await bench.stack.log(id)).toString()).length).toBe(1);
});
