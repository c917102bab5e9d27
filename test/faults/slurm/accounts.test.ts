import { expect, test } from "vitest";
import { slurmBench } from "./bench/slurmBench.ts";
import { gated, openSlurmStack, wholeSteps, within } from "./bench/slurmStack.ts";

const bench = slurmBench({ accounting: true, minJobAge: 2 });

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
  return (await bench.cluster.ask("sacct", ...format)).out.trim();
}

const forgotten = (id: string) =>
  within("the job to be forgotten", async () => (await bench.stack.jobs(id)).length === 0);

test("the keeper of accounts is killed during a job and started again: the run does not notice", async () => {
  const gate = bench.stack.gate();
  const { id } = await bench.stack.submit(gated(gate, 3));
  await bench.stack.lines(id, 3);
  await bench.cluster.accounts?.kill();
  const { length } = await bench.stack.lines(id, 1);
  await bench.stack.lines(id, length + 3);
  await gate.open();
  const run = await bench.stack.ended(id);
  expect(run).toMatchObject({ state: "failed", exitCode: 3, attempt: 1, drained: true });
  expect(run.metrics.loss?.count).toBe(wholeSteps((await bench.stack.log(id)).toString()));
  expect(await bench.stack.mirrored(id)).toEqual(await bench.stack.log(id));
  await bench.cluster.accounts?.start();
  await expect.poll(() => accountOf(id), { timeout: 60_000 }).toBe("FAILED 3:0");
  expect(await bench.stack.run(id)).toMatchObject({ state: "failed", exitCode: 3 });
});

test("a job is forgotten before anybody looked: its own record tells all", async () => {
  const leaving = await openSlurmStack({
    cluster: bench.cluster,
    directory: bench.directory,
    workspace: bench.stack.workspace,
  });
  const gate = bench.stack.gate();
  const { id } = await leaving.submit(gated(gate, 4));
  await leaving.lines(id, 3);
  await leaving.leave();
  await gate.open();
  await forgotten(id);
  const run = await bench.stack.ended(id);
  expect(run).toMatchObject({ state: "failed", exitCode: 4, drained: true });
  expect(run.metrics.loss?.count).toBe(wholeSteps((await bench.stack.log(id)).toString()));
  expect(await bench.stack.mirrored(id)).toEqual(await bench.stack.log(id));
});

test("a job without a record of its end is forgotten: the accounts tell how it ended", async () => {
  const { id } = await bench.stack.submit(gated(bench.stack.gate()));
  await bench.stack.lines(id, 3);
  const { recorder_pid, pid } = JSON.parse(await bench.stack.file(id, "start.json"));
  process.kill(recorder_pid, "SIGKILL");
  process.kill(-pid, "SIGKILL");
  await forgotten(id);
  const run = await bench.stack.ended(id);
  expect(["failed", "lost"]).toContain(run.state);
  expect(run.reason).not.toMatch(/forgot/);
  expect(await bench.stack.mirrored(id)).toEqual(await bench.stack.log(id));
});

test("while nobody can read the accounts of a job that is forgotten, its run stays what it was", async () => {
  // Nobody here has followed it while it was there.
  const own = await openSlurmStack({ cluster: bench.cluster, directory: bench.directory });
  try {
    const { id } = await own.submit(gated(own.gate()));
    await own.lines(id, 3);
    const { recorder_pid, pid } = JSON.parse(await own.file(id, "start.json"));
    // What the controller has not told by then, it tells some ten seconds after they are back.
    await within("the accounts to have it", async () => /RUNNING/.test(await accountOf(id)));
    await bench.cluster.accounts?.kill();
    process.kill(recorder_pid, "SIGKILL");
    process.kill(-pid, "SIGKILL");
    await forgotten(id);
    const since = Date.now();
    // As long as it takes here to be sure that a job is gone, and longer.
    await own.when(id, "several answers", () => Date.now() - since > 6_000);
    expect(["unknown", "running", "queued"]).toContain((await own.run(id)).state);
    await bench.cluster.accounts?.start();
    const run = await own.ended(id);
    expect(["failed", "lost"]).toContain(run.state);
    expect(run.reason).not.toMatch(/forgot/);
  } finally {
    await own.close();
  }
});
