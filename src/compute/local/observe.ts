/** Facts about run directories of this machine. */

import { lstat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { runFile } from "../../model/journal.ts";
import { parseExit, parseQueue, parseStart } from "../../model/runRecords.ts";
import type { Observation } from "../compute.ts";
import { errorCode, readSmall } from "./boundedFile.ts";
import { segmentedSize } from "./logSegments.ts";
import { bootId, isAlive, markedProcesses } from "./process.ts";

/** Each of them has a file open at the same time, and a process may have no more than some thousand. */
const atOnce = 200;

type Records = Omit<Observation, "bootId" | "hostName" | "scriptAlive" | "recorderAlive" | "marked" | "time">;

/**
 * Looks at all directories. Records are read before processes are looked at, and read once more where the recorder is found gone:
 * its last act is the exit record, so that what is still missing then will never come.
 */
export async function observeLocally(directories: readonly string[]): Promise<readonly Observation[]> {
  const all: (Records & Alive)[] = [];
  for (let from = 0; from < directories.length; from += atOnce)
    all.push(...(await Promise.all(directories.slice(from, from + atOnce).map(readSettled))));
  const doubtful = all.filter(
    // A start record without a process is that of a client of MLflow's protocol: nothing carries its mark.
    ({ claimed, exit, start, script, recorder }) =>
      claimed && exit === null && start?.pid !== 0 && !(script && recorder),
  );
  const marked = markedProcesses(new Set(doubtful.map((records) => basename(records.directory))));
  const looked = { bootId: bootId(), hostName: hostname(), time: Date.now() };
  return all.map(({ script, recorder, ...records }) => {
    const pids = marked.get(basename(records.directory)) ?? [];
    const noRecord = records.start === null && records.queue === null;
    const own = new Set([records.start?.pid, records.start?.recorder_pid, records.queue?.recorder_pid]);
    return {
      ...records,
      ...looked,
      scriptAlive: script,
      recorderAlive: noRecord ? pids.length > 0 : recorder,
      marked: pids.filter((pid) => !own.has(pid)),
    };
  });
}

/** One directory that can't be read must not keep the others from being seen. */
async function readSettled(directory: string): Promise<Records & Alive> {
  try {
    const records = await readRecords(directory);
    const alive = aliveOf(records);
    if (alive.recorder || records.exit !== null || !records.claimed) return { ...records, ...alive };
    return { ...(await readRecords(directory)), ...alive };
  } catch {
    return { ...unread, directory, ...gone };
  }
}

const unread: Omit<Records, "directory"> = {
  ...{ unreadable: true, exists: true, claimed: false, start: null, queue: null, exit: null },
  ...{ cancelAsked: false, journalBytes: 0, logBytes: 0 },
};

interface Alive {
  readonly script: boolean;
  readonly recorder: boolean;
}

const gone: Alive = { script: false, recorder: false };

function aliveOf({ start, queue, exit }: Records): Alive {
  // The exit record of an earlier attempt says nothing about this one.
  if (exit !== null && exit.attempt >= (start?.attempt ?? 0)) return gone;
  if (start !== null) {
    if (!isThisBoot(start.boot_id)) return gone;
    return {
      script: isAlive(start.pid, start.start_ticks),
      recorder: isAlive(start.recorder_pid, start.recorder_start_ticks),
    };
  }
  const waits = queue !== null && isThisBoot(queue.boot_id);
  return { script: false, recorder: waits && isAlive(queue.recorder_pid, queue.recorder_start_ticks) };
}

/** Where a boot has no identity nothing can be said against it. */
function isThisBoot(recorded: string): boolean {
  return recorded === "" || bootId() === "" || recorded === bootId();
}

async function readRecords(directory: string): Promise<Records> {
  const at = (name: string) => join(directory, name);
  // The exit record first: what is read after it is at least as new, so an exit never comes with an older start.
  const exit = await readSmall(at(runFile.exit));
  const [start, queue, journal, log, claim, cancel, folder] = await Promise.all([
    readSmall(at(runFile.start)),
    readSmall(at(runFile.queue)),
    sizeOf(at(runFile.journal)),
    segmentedSize(at(runFile.log)),
    sizeOf(at(runFile.claim)),
    sizeOf(at(runFile.cancel)),
    sizeOf(directory),
  ]);
  return {
    directory,
    unreadable: false,
    exists: folder !== null,
    claimed: claim !== null,
    start: start === null ? null : parsed(parseStart(start)),
    queue: queue === null ? null : parsed(parseQueue(queue)),
    exit: exit === null ? null : parsed(parseExit(exit)),
    cancelAsked: cancel !== null,
    journalBytes: journal ?? 0,
    logBytes: log ?? 0,
  };
}

/** A record that is torn, reserved but not written yet, or wrong counts as absent. */
function parsed<T>(result: { readonly ok: true; readonly record: T } | { readonly ok: false }): T | null {
  return result.ok ? result.record : null;
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await lstat(path)).size;
  } catch (thrown) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(thrown))) return null;
    throw thrown;
  }
}
