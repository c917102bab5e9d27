/** The recorder as the batch script of a job: what it takes over from whoever submitted, and what the signals of Slurm mean to it. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunSpec } from "../../../src/model/journal.ts";
import { Bench, type Recording } from "./recording.ts";

let bench: Bench;

beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.remove());

const own = {
  SLURM_JOB_ID: "12",
  SLURM_JOB_PARTITION: "gpu",
  SLURMD_NODENAME: "n7",
  CUDA_VISIBLE_DEVICES: "1",
};
const asJob = ["sh", "-c", 'exec "$0" "$@" --job'];
const slurm = (requeue: boolean): Partial<RunSpec> => ({ slurm: { requeue } });

/** A job of the script: its environment lies in the run's directory. */
function job(text: string, more: Readonly<Record<string, string>> = {}, requeue = false): Recording {
  const run = bench.python(text, slurm(requeue));
  const kept = { PATH: process.env.PATH ?? "", CUDA_VISIBLE_DEVICES: "of the login node", ...more };
  const pairs = Object.entries(kept).map((pair) => pair.join("="));
  writeFileSync(run.path("environment"), pairs.join("\0"), { mode: 0o600 });
  return run;
}

const begin = (run: Recording, more: NodeJS.ProcessEnv = {}) => run.start({ ...own, ...more }, asJob);
const tagsOf = (run: Recording) =>
  Object.fromEntries(run.of("tag").map(({ key, value }) => [key, value] as const));
const waiting = "import time\nprint('on', flush=True)\nwhile True: time.sleep(0.05)\n";

test("the script gets what was left for it, the node's own words stay, and nothing of it stays on the disk", async () => {
  const text = `import os
print(os.environ["TOKEN"], os.environ["CUDA_VISIBLE_DEVICES"], os.environ["LINES_"].count("\\n"))
print(os.path.exists(os.path.join(os.environ["RUNLINE_RUN_DIR"], "environment")))
`;
  const run = begin(job(text, { TOKEN: "s3cr3t=1", LINES_: "a\nb" }));
  expect(await run.ended()).toBe(0);
  expect(run.text("output.log")).toBe("s3cr3t=1 1 1\nFalse\n");
  expect(run.exit).toMatchObject({ reason: "exited", exit_code: 0 });
  expect(run.startRecord).toMatchObject({ attempt: 1, slurm: { job: "12", restarts: 0 } });
  expect(tagsOf(run)).toMatchObject({ "slurm.job": "12", "slurm.node": "n7", "slurm.partition": "gpu" });
  expect(existsSync(run.path("environment"))).toBe(false);
});

test("SIGTERM is Slurm's: the end is its doing, and its own to explain", async () => {
  const run = begin(job(waiting));
  await run.until("output.log", (text) => text.includes("on\n"));
  await run.until("start.json");
  const { pid } = run.startRecord;
  // Slurm tells every process of a job.
  process.kill(run.process?.pid ?? 0, "SIGTERM");
  process.kill(pid, "SIGTERM");
  expect(await run.ended()).toBe(1);
  expect(run.exit).toMatchObject({ reason: "stopped", exit_code: null, signal: "SIGTERM" });
});

test("SIGINT and the marker are a person's: the run is canceled", async () => {
  const run = begin(job(waiting));
  await run.until("output.log", (text) => text.includes("on\n"));
  process.kill(run.process?.pid ?? 0, "SIGINT");
  // What waits for it with afterok is not to begin.
  expect(await run.ended()).toBe(1);
  expect(run.exit).toMatchObject({ reason: "cancelled" });
});

test("SIGUSR1 reaches a script that listens for it, and does not end one that does not", async () => {
  const listening = `import os, signal, sys, time
def save(*_):
    print("saved", flush=True)
    sys.exit(0)
signal.signal(signal.SIGUSR1, save)
${waiting}`;
  const run = begin(job(listening));
  await run.until("output.log", (text) => text.includes("on\n"));
  process.kill(run.process?.pid ?? 0, "SIGUSR1");
  expect(await run.ended()).toBe(0);
  expect(run.text("output.log")).toBe("on\nsaved\n");
  expect(run.of("notice")).toMatchObject([{ code: "time_nearly_over" }]);

  const deaf = begin(job(waiting));
  await deaf.until("output.log", (text) => text.includes("on\n"));
  process.kill(deaf.process?.pid ?? 0, "SIGUSR1");
  await deaf.until("journal.jsonl", (text) => text.includes("does not listen"));
  process.kill(deaf.process?.pid ?? 0, "SIGINT");
  await deaf.ended();
  expect(deaf.exit).toMatchObject({ reason: "cancelled" });
});

test("a job that may begin again keeps its environment for that, and leaves none in the end", async () => {
  const text = `import os, sys
print(os.environ["TOKEN"], flush=True)
if os.environ.get("SLURM_RESTART_COUNT") != "1":
    import time
    while True: time.sleep(0.05)
`;
  const run = begin(job(text, { TOKEN: "t0ken" }, true));
  await run.until("output.log", (said) => said.includes("t0ken\n"));
  await run.until("start.json");
  process.kill(run.process?.pid ?? 0, "SIGTERM");
  process.kill(run.startRecord.pid, "SIGTERM");
  await run.ended();
  expect(run.exit).toMatchObject({ attempt: 1, reason: "stopped" });
  expect(readFileSync(run.path("environment"), "utf8")).toContain("TOKEN=t0ken");
  run.process = undefined;
  begin(run, { SLURM_RESTART_COUNT: "1" });
  expect(await run.ended()).toBe(0);
  expect(run.exit).toMatchObject({ attempt: 2, reason: "exited", exit_code: 0 });
  expect(run.startRecord).toMatchObject({ attempt: 2, slurm: { job: "12", restarts: 1 } });
  expect(run.text("output.log")).toBe("t0ken\nt0ken\n");
  expect(existsSync(run.path("environment"))).toBe(false);
});

test("without its environment a script is not started", async () => {
  const run = begin(bench.python("print('never')", slurm(false)));
  expect(await run.ended()).toBe(0);
  expect(run.exit).toMatchObject({
    reason: "not_started",
    error: "The environment that was kept for it is gone.",
  });
});
