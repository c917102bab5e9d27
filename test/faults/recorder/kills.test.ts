/** Whoever is killed, the record stays true. */

import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { alive, Bench, type Recording } from "../../unit/recorder/recording.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  bench.remove();
});

const counting = `
import os, sys, time
print("pid", os.getpid(), flush=True)
i = 0
while not os.path.exists("enough"):
    print(f"step {i}: loss {1 / (i + 1)}")
    i += 1
    time.sleep(0.005)
print("end", i)
`;

/** Processes that have this run's log open: its recorder and its pump. */
const holders = (run: Recording) =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readdirSync(`/proc/${pid}/fd`).some(
          (fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === run.path("output.log"),
        );
      } catch {
        return false;
      }
    })
    .map(Number);

/** The steps in the journal are exactly those in the log. */
const expectExact = (run: Recording) => {
  const printed = [...(run.text("output.log") ?? "").matchAll(/^step (\d+): loss (.*)$/gm)];
  expect(printed.length).toBeGreaterThan(0);
  expect(run.of("metric").map(({ step, values }) => [step, values.loss])).toEqual(
    printed.map(([, step, loss]) => [Number(step), Number(loss)]),
  );
};

test("the script is killed", async () => {
  const run = bench.python(counting).start();
  await run.until("output.log", (text) => text.includes("step 20:"));
  await run.until("start.json");
  process.kill(run.startRecord.pid, "SIGKILL");
  await run.ended();
  expect(run.exit).toMatchObject({ exit_code: null, signal: "SIGKILL", reason: "exited" });
  expectExact(run);
});

test("the recorder and its group are killed: the script goes on and its output is kept to the byte", async () => {
  const run = bench.python(counting).start();
  await run.until("output.log", (text) => text.includes("step 20:"));
  await run.until("start.json");
  const { pid, recorder_pid: recorder } = run.startRecord;
  process.kill(-recorder, "SIGKILL");
  await once(run.process as NonNullable<typeof run.process>, "exit");
  const seen = run.text("output.log")?.length ?? 0;
  await run.until("output.log", (text) => text.length > seen + 1000);
  expect(alive(pid)).toBe(true);
  expect(run.text("exit.json")?.trim()).toBe("");
  expect(readFileSync(`/proc/${pid}/environ`, "utf8")).toContain(`RUNLINE_RUN_ID=${run.id}\0`);
  bench.write("enough", "");
  const log = await run.until("output.log", (text) => /end \d+\n$/.test(text));
  const steps = [...log.matchAll(/^step (\d+):/gm)].map(([, step]) => Number(step));
  expect(steps).toEqual(steps.map((_, index) => index));
  expect(log).toMatch(new RegExp(`end ${steps.length}\n$`));
});

test("the pump is killed: the recorder replaces it and the script notices nothing", async () => {
  const run = bench.python(counting).start();
  await run.until("output.log", (text) => text.includes("step 20:"));
  await run.until("start.json");
  const pump = holders(run).find((pid) => pid !== run.startRecord.recorder_pid) ?? 0;
  process.kill(pump, "SIGKILL");
  const seen = run.text("output.log")?.length ?? 0;
  await run.until("output.log", (text) => text.length > seen + 2000);
  bench.write("enough", "");
  await run.ended();
  expect(run.exit).toMatchObject({ exit_code: 0, reason: "exited" });
  expectExact(run);
});

test("two launches of one id start one script, and the second is told who it is", async () => {
  const run = bench.python(counting).start();
  await run.until("start.json");
  const first = run.startRecord;
  const second = run.printed;
  expect(second).toBe("");
  run.start();
  await run.until("output.log", (text) => text.includes("step 20:"));
  bench.write("enough", "");
  await run.ended();
  expect(JSON.parse(run.printed)).toEqual(first);
  expect(run.text("output.log")?.match(/^pid/gm)).toHaveLength(1);
  expectExact(run);
});
