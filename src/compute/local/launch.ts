/** Starting the recorder of a run: a process of its own session that outlives whoever started it. */

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { link, mkdir, open, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RunlineError } from "../../model/failure.ts";
import { runFile } from "../../model/journal.ts";
import type { LaunchRequest, Observation } from "../compute.ts";
import { errorCode, readSlice, writeFailure } from "./boundedFile.ts";
import { keptRecorder } from "./keptRecorder.ts";
import { observeLocally } from "./observe.ts";
import { watchLocally } from "./watch.ts";

/** A recorder starts in well under a second; a loaded machine or a cold disk may need longer. */
const startLimitMs = 30_000;
const lookMs = 100;

/** Starts a run once. Resolves when the run has begun, waits in a queue or has already ended. */
export async function launchLocally(launch: LaunchRequest, recorder: string): Promise<void> {
  const { directory } = launch;
  await prepareLocally(directory);
  await writeSpec(launch);
  const [seen] = await observeLocally([directory]);
  if (seen !== undefined && hasBegun(seen)) return;
  const child = seen?.claimed
    ? null
    : await startRecorder(launch, await keptRecorder(recorder, dirname(directory)));
  await begun(launch, child);
  child?.process.unref();
}

/** Makes the run directory. Not in one recursive call: that one calls a read-only file system "no such file". */
export async function prepareLocally(directory: string): Promise<void> {
  const make = () => mkdir(directory, { mode: 0o700 });
  try {
    await make().catch(async (thrown: unknown) => {
      if (errorCode(thrown) !== "ENOENT") throw thrown;
      await mkdir(dirname(directory), { recursive: true, mode: 0o700 });
      await make();
    });
  } catch (thrown) {
    if (errorCode(thrown) !== "EEXIST") throw writeFailure(directory, thrown);
  }
}

/** Whole or not at all, and the first of two launches wins: a spec that is there is never replaced. */
async function writeSpec({ directory, spec }: LaunchRequest): Promise<void> {
  const target = join(directory, runFile.spec);
  const draft = `${target}.${randomUUID()}`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(`${JSON.stringify(spec)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, target).catch(async (thrown: unknown) => {
      if (errorCode(thrown) === "EEXIST") return;
      // A file system without hard links: the claim still decides which launch runs.
      await stat(target).catch(() => rename(draft, target));
    });
  } catch (thrown) {
    throw writeFailure(directory, thrown);
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

interface Recorder {
  readonly process: ChildProcess;
  /** Resolves when the recorder's process ends, with what it said by its exit. */
  readonly ended: Promise<string>;
}

async function startRecorder(launch: LaunchRequest, recorder: string): Promise<Recorder> {
  const { directory, environment, python, spec } = launch;
  const log = await open(join(directory, runFile.recorderLog), "a", 0o600).catch((thrown: unknown) => {
    throw writeFailure(directory, thrown);
  });
  try {
    // Isolated (-I) and without site packages (-S): a broken user installation must not break the record of the run.
    const child = spawn(python, ["-I", "-S", "-B", recorder, "run", directory], {
      cwd: directory,
      // The mark makes a recorder that dies before its first record tell apart from one that is about to write it.
      env: { ...environment, RUNLINE_RUN_ID: spec.run_id, RUNLINE_RUN_DIR: directory },
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      windowsHide: true,
    });
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code, signal) =>
        resolve(code === 0 ? "" : `it ended with ${signal ?? `exit ${code}`}`),
      );
    });
    return { process: child, ended };
  } finally {
    await log.close();
  }
}

/** Waits for the first record of the run, or for the recorder's end without one. */
async function begun({ directory }: LaunchRequest, recorder: Recorder | null): Promise<void> {
  const deadline = Date.now() + startLimitMs;
  let over: string | null = null;
  let wake: () => void = () => undefined;
  void recorder?.ended.then((how) => {
    over = how;
    wake();
  });
  using _watching = watchLocally(directory, () => wake());
  for (;;) {
    const ended: string | null = over;
    const [seen] = await observeLocally([directory]);
    if (seen !== undefined && hasBegun(seen)) return;
    // Another launch of the same run made the claim when this recorder ended without a word; then that one is waited for.
    if (ended !== null && (ended !== "" || !seen?.claimed)) throw await recorderFailure(directory, ended);
    if (Date.now() > deadline)
      throw await recorderFailure(directory, `nothing happened in ${startLimitMs / 1000} s`);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, lookMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function hasBegun(seen: Observation): boolean {
  return seen.start !== null || seen.queue !== null || seen.exit !== null;
}

async function recorderFailure(directory: string, how: string): Promise<RunlineError> {
  const said = await readSlice(join(directory, runFile.recorderLog), 0, 65_536);
  const lines = new TextDecoder().decode(said.bytes).trim().split("\n");
  const last = (lines.at(-1) ?? "").replace(/\p{Cc}/gu, " ").slice(0, 300);
  return new RunlineError("recorderFailed", {
    cause: last === "" ? how || "it ended without a word" : last,
    directory,
  });
}
