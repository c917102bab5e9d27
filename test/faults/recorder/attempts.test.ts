/** A run that is begun again is the same run: one record, one journal, one log, and the points of each attempt apart. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ExitRecord, StartRecord } from "../../../src/model/journal.ts";
import { ingest } from "../../../src/ops/ingest.ts";
import { Bench, type Recording, recorderFolder } from "../../unit/recorder/recording.ts";
import { openStack, until } from "../stack.ts";

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  bench.remove();
});

interface Again {
  /** Exit code of the recorder. */
  readonly code: number | null;
  readonly printed: string;
}

/** Starts a recorder on the run directory once more, and waits for its end. */
async function again(
  directory: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Again> {
  const child = spawn("python3", [recorderFolder, "run", directory, ...words], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => {
      printed += data.toString();
    });
  await once(child, "close");
  return { code: child.exitCode, printed };
}

/** Ends recorder and script at once, as a node that is taken away does. */
async function kill(run: Recording): Promise<void> {
  const { pid, recorder_pid: recorder } = run.startRecord;
  process.kill(recorder, "SIGKILL");
  process.kill(-pid, "SIGKILL");
  await run.ended();
}

const counting = `
import os, time
attempt = 2 if os.path.exists("again") else 1
open("config.txt").read()
for i in range(1000 if attempt == 1 else 50):
    print('{"loss": %d}' % (attempt * 1000 + i))
    if attempt == 1: time.sleep(0.005)
open(f"result{attempt}.txt", "w").write("x")
`;

test("killed in the first attempt, whole in the second", async () => {
  bench.write("config.txt", "c");
  const run = bench.python(counting).start();
  await run.until("journal.jsonl", (text) => text.includes("1020"));
  await run.until("start.json");
  await kill(run);
  const first = run.startRecord;
  const before = readFileSync(run.path("output.log"));
  expect(run.text("exit.json")?.trim()).toBe("");
  bench.write("again", "");
  // What a kill or a full disk may leave at the end of the journal.
  appendFileSync(run.path("journal.jsonl"), '{"kind":"met');
  expect(await again(run.directory, ["--attempt", "2"])).toMatchObject({ code: 0 });

  expect(run.json<StartRecord>("start-1.json")).toEqual(first);
  expect(run.startRecord).toMatchObject({ run_id: run.id, attempt: 2 });
  expect(run.exit).toMatchObject({ attempt: 2, exit_code: 0, reason: "exited", error: null });
  const log = readFileSync(run.path("output.log"));
  expect(log.subarray(0, before.byteLength)).toEqual(before);
  expect(log.subarray(before.byteLength).toString()).toBe(
    [...Array(50).keys()].map((at) => `{"loss": ${2000 + at}}\n`).join(""),
  );
  expect(run.exit.log_bytes).toBe(log.byteLength);

  const lines = (run.text("journal.jsonl") ?? "").split("\n").slice(0, -1);
  const records = lines.flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
  expect(lines.length - records.length).toBe(1);
  const begins = records.findIndex(({ kind, attempt }) => kind === "attempt" && attempt === 2);
  const losses = (some: typeof records) =>
    some.filter(({ kind }) => kind === "metric").map(({ step, values }) => [step, values.loss]);
  expect(losses(records.slice(begins))).toEqual([...Array(50).keys()].map((at) => [at, 2000 + at]));
  const early = losses(records.slice(0, begins));
  expect(early.length).toBeGreaterThan(0);
  expect(early).toEqual(early.map((_, at) => [at, 1000 + at]));
  // What the first attempt read is the run's, though its recorder never came to its end.
  const used = records.filter(({ kind }) => kind === "read" || kind === "write").map(({ path }) => path);
  expect(used).toContain("config.txt");
  expect(used).toContain("result2.txt");
  expect(readdirSync(run.directory)).toEqual(expect.arrayContaining(["claim", "claim-2", "capture-1"]));
});

test("what was printed just before the kill is a metric of its attempt, too", async () => {
  const text = `
import os, sys, time
out = sys.stdout
again = os.path.exists("again")
for i in range(20000): out.write('{"loss": %d}\\n' % i)
out.write('{"loss": 777')
out.flush()
if not again:
    open("printed", "w").write("x")
    while True: time.sleep(0.01)
`;
  for (const environment of [{}, { RUNLINE_LOG_SEGMENT_BYTES: "100000" }]) {
    rmSync(join(bench.workspace, "again"), { force: true });
    rmSync(join(bench.workspace, "printed"), { force: true });
    const run = bench.python(text).start(environment);
    // Stopped while it has more to take in than the journal has, so that the kill finds it like that.
    await run.until("start.json");
    process.kill(run.startRecord.recorder_pid, "SIGSTOP");
    await until("all is printed", async () => existsSync(join(bench.workspace, "printed")));
    await kill(run);
    const metrics = () => run.of("metric").map(({ step, values }) => [step, values.loss]);
    expect(metrics().length).toBeLessThan(20_000);
    bench.write("again", "");
    expect(await again(run.directory, ["--attempt", "2"], environment)).toMatchObject({ code: 0 });
    const whole = [...Array(20_000).keys()].map((at) => [at, at]);
    const begins = run.journal.findIndex((record) => record.kind === "attempt" && record.attempt === 2);
    expect(run.journal.filter(({ kind }) => kind === "attempt")).toHaveLength(2);
    const first = run.journal.slice(0, begins).filter(({ kind }) => kind === "metric").length;
    expect(first).toBe(20_000);
    expect(metrics()).toEqual([...whole, ...whole]);
    expect(run.of("notice")).toEqual([]);
  }
});

test("requeued by Slurm: its count of restarts names the attempt, and an artifact of the first stays listed", async () => {
  const text = `
import os, sys
n = os.environ.get("SLURM_RESTART_COUNT", "0")
os.makedirs("models", exist_ok=True)
open(f"models/{n}.bin", "w").write(n)
print("step 1: loss", n)
if n == "0": raise ValueError("of the first attempt")
sys.exit(4)
`;
  const run = bench.python(text);
  await run.ended();
  expect(run.exit).toMatchObject({ attempt: 1, exit_code: 1, error: "ValueError: of the first attempt" });
  expect(await again(run.directory, [], { SLURM_RESTART_COUNT: "1" })).toMatchObject({ code: 0 });
  expect(run.exit).toMatchObject({ attempt: 2, exit_code: 4, error: null });
  expect(run.json<ExitRecord>("exit-1.json")).toMatchObject({ attempt: 1, exit_code: 1 });
  const { artifacts } = run.json<{ artifacts: { path: string }[] }>("artifacts/manifest.json");
  expect(artifacts.map(({ path }) => path)).toEqual(["models/0.bin", "models/1.bin"]);
  // A run that was never begun is at its first attempt, whatever shell it is started from.
  const fresh = bench.recording(["true"]);
  await fresh.start({ SLURM_RESTART_COUNT: "3" }).ended();
  expect(fresh.exit).toMatchObject({ attempt: 1 });
});

test("an attempt is claimed once, and not while the one before lives", async () => {
  const run = bench
    .python("import os, time\nprint('begun', flush=True)\nwhile not os.path.exists('go'): time.sleep(0.01)\n")
    .start();
  await run.until("output.log", (text) => text.includes("begun"));
  await run.until("start.json");
  const early = await again(run.directory, ["--attempt", "2"]);
  expect(early).toMatchObject({ code: 3, printed: expect.stringContaining("still runs") });
  expect(existsSync(run.path("claim-2"))).toBe(false);
  await kill(run);
  const both = [1, 2].map(() => again(run.directory, ["--attempt", "2"]));
  await run.until("output.log", (text) => text.split("begun").length === 3);
  bench.write("go", "");
  expect((await Promise.all(both)).map(({ code }) => code)).toEqual([0, 0]);
  expect(run.text("output.log")).toBe("begun\nbegun\n");
  expect(run.exit).toMatchObject({ attempt: 2, exit_code: 0 });
});

test("a cancel of the run ends its later attempts before they begin", async () => {
  const run = bench.python("open('ran', 'a').write('x')\n");
  await run.ended();
  writeFileSync(run.path("cancel"), "");
  expect(await again(run.directory, ["--attempt", "2"])).toMatchObject({ code: 0 });
  expect(run.exit).toMatchObject({ attempt: 2, reason: "cancelled" });
  expect(bench.read("ran")).toBe("x");
});

test("wrong numbers are wrong use", async () => {
  const run = bench.recording(["true"]);
  for (const words of [["--attempt"], ["--attempt", "0"], ["--attempt", "two"], ["--again", "2"]]) {
    const { code, printed } = await again(run.directory, words);
    expect([code, printed.slice(0, 6)]).toEqual([2, "usage:"]);
  }
  expect(existsSync(run.path("claim"))).toBe(false);
});

test("the store shows one run with two attempts and exact points", async () => {
  const stack = await openStack();
  try {
    const { id } = await stack.start("train.py", ["--steps", "400", "--pause", "0.01"]);
    const directory = join(stack.layout.runs, id);
    const start = JSON.parse(readFileSync(join(directory, "start.json"), "utf8")) as StartRecord;
    // Some of it is taken in while the first attempt runs.
    const run = await stack.run(id);
    const parts = { store: stack.store, compute: stack.compute, clock: Date.now };
    for (let points = 0; points < 20; )
      points += (await ingest(run, false, parts)).kinds.has("metric") ? 10 : 0;
    process.kill(start.recorder_pid, "SIGKILL");
    process.kill(-start.pid, "SIGKILL");
    const environment = { RUNLINE_RUN_ID: id, RUNLINE_RUN_DIR: directory };
    expect(await again(directory, ["--attempt", "2"], environment)).toMatchObject({ code: 0 });
    expect(await stack.ended(id)).toMatchObject({ state: "finished", attempt: 2, exitCode: 0, findings: 0 });
    const points = (attempt: number) => stack.store.metrics.points({ runId: id, attempt, key: "loss" });
    const second = await points(2);
    expect([...second.steps]).toEqual([...Array(400).keys()]);
    expect([...second.values]).toEqual(Array.from({ length: 400 }, (_, step) => 1 / (step + 1)));
    const first = await points(1);
    expect(first.steps.length).toBeGreaterThan(0);
    expect([...first.steps]).toEqual([...Array(first.steps.length).keys()]);
    expect((await stack.store.runs.list({ limit: 10 })).map((each) => each.id)).toEqual([id]);
  } finally {
    await stack.close();
  }
});
