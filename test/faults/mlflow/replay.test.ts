/**
 * What a script says to the recorder beside it, taken in afterwards, is what the server would have made of the same calls: each is answered with the
 * same, and then everything that can be asked of the two stores is the same.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync } from "node:fs";
import { watch } from "node:fs/promises";
import * as path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { catchUp } from "../../../src/ops/catchUp.ts";
import { wholeCapture } from "../../fixtures/runSpec.ts";
import { type Client, projectIn, serve } from "../../unit/api/mlflow/face.ts";
import { calling, said, withoutMlflow } from "../../unit/recorder/mlflowClient.ts";
import { Bench, type Recording } from "../../unit/recorder/recording.ts";
import { killRecorder, nobody } from "../keepers.ts";
import { everythingIn } from "./replayed.ts";

interface Replayed {
  readonly answers: readonly unknown[];
  readonly client: Client;
}

function scripted(text: string): { readonly bench: Bench; readonly run: Recording } {
  const bench = new Bench();
  onTestFinished(() => bench.remove());
  for (const name of ["replay_client.py", "replay_calls.py", "replay_random.py"])
    copyFileSync(path.join(import.meta.dirname, name), path.join(bench.workspace, name));
  // Figures of the machine no client has logged.
  const capture = { ...wholeCapture, system_interval_seconds: 0 };
  return { bench, run: calling(bench, text, { capture }) };
}

async function byRecorder(
  text: string,
  meanwhile?: (run: Recording, bench: Bench) => Promise<void>,
): Promise<Replayed> {
  const { bench, run } = scripted(text);
  const project = projectIn(bench.workspace);
  onTestFinished(() => project.store.close());
  const parts = { ...project, store: await project.store.needed() };
  const over = new AbortController();
  onTestFinished(() => over.abort());
  const following = takenIn(run.directory, () => catchUp(parts), over.signal);
  run.start(withoutMlflow);
  await meanwhile?.(run, bench);
  await run.ended();
  over.abort();
  await following;
  await catchUp(parts);
  expect(run.text("output.log")).not.toContain("Traceback");
  return { answers: said(run), client: await serve({}, project) };
}

/** While it is written a journal is taken in in whatever pieces come of it. */
async function takenIn(directory: string, take: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  try {
    for await (const _ of watch(directory, { signal })) await take();
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
  }
}

async function byServer(text: string): Promise<Replayed> {
  const { bench, run } = scripted(text);
  const client = await serve();
  const [program = "", ...words] = run.spec.argv;
  const child = spawn(program, words, {
    cwd: bench.workspace,
    env: { ...process.env, ...withoutMlflow, MLFLOW_TRACKING_URI: client.server.url },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    out += part;
  });
  const [code] = await once(child, "close");
  expect(code).toBe(0);
  const lines = out.split("\n").filter((line) => line.startsWith("SAID "));
  return { answers: lines.map((line): unknown => JSON.parse(line.slice(5))), client };
}

async function expectSame(
  text: string,
  meanwhile?: (run: Recording, bench: Bench) => Promise<void>,
  whole = true,
): Promise<void> {
  const [recorder, server] = await Promise.all([byRecorder(text, meanwhile), byServer(text)]);
  expect(recorder.answers).toEqual(server.answers);
  expect(await everythingIn(recorder.client, whole)).toEqual(await everythingIn(server.client, whole));
}

test("the recorder and the server make the same of the same calls", async () => {
  await expectSame("import replay_calls");
}, 120_000);

// Any number is a game of its own: `RUNLINE_REPLAY_SEEDS=5,6,7` plays others.
const seeds = (process.env.RUNLINE_REPLAY_SEEDS ?? "1,2").split(",").map(Number);

test.each(seeds)(
  "calls by chance, as %i has it",
  async (seed) => {
    await expectSame(`import replay_random\nreplay_random.play(${seed}, 250)`);
  },
  120_000,
);

test("the same though the recorder is killed in the middle", async () => {
  await expectSame("import replay_random\nreplay_random.play(20, 250, 125)", async (run, bench) => {
    await killRecorder(run);
    bench.write("killed", "");
    await nobody(run);
  });
}, 120_000);

test("and though the script is killed with it: whatever was answered is there", async () => {
  const text = "import replay_random\nreplay_random.play(30, 250, 200, False)";
  const killed = async (run: Recording) => {
    await killRecorder(run);
    process.kill(-run.startRecord.pgid, "SIGKILL");
    await nobody(run);
  };
  await expectSame(text, killed, false);
}, 120_000);
