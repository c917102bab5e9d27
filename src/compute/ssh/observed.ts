/** What a host says of a run directory, checked and turned into an observation. Pure. */

import { Fields, isObject } from "../../model/fields.ts";
import { hostDirectory } from "../../model/host.ts";
import { runFile } from "../../model/journal.ts";
import { parseExit, parseQueue, parseSlurm, parseStart } from "../../model/runRecords.ts";
import type { Observation } from "../compute.ts";
import type { MirroredFile } from "./mirror.ts";

export interface RemoteFile {
  readonly file: MirroredFile;
  readonly size: number;
  /** How many bytes of it came with the answer. */
  readonly bytes: number;
  readonly identity: string;
}

export interface RemoteLook {
  readonly observation: Observation;
  readonly files: readonly RemoteFile[];
}

const most = 1_000_000;

/** What is seen of a directory while its machine says nothing. */
export function unseen(directory: string, time: number): Observation {
  return {
    ...{ directory, unreadable: true, exists: true, claimed: false, start: null, queue: null, exit: null },
    ...{ cancelAsked: false, bootId: "", hostName: "", scriptAlive: false, recorderAlive: false, marked: [] },
    ...{ journalBytes: 0, logBytes: 0, time },
  };
}

/** Files in the order in which their bytes follow: all journals, then all outputs. */
export const mirroredFiles = [runFile.journal, runFile.log] as const satisfies readonly MirroredFile[];

/** The looks in the order of the paths; null when the answer is not one. `time` is this machine's. */
export function looksOf(
  host: string,
  paths: readonly string[],
  answer: Fields,
  time: number,
): readonly RemoteLook[] | null {
  const runs = answer.value("runs");
  const skew = skewOf(answer.number("time", 0) * 1000, time);
  const bootId = answer.text("boot", 200);
  const hostName = answer.text("host", 1_000);
  if (!Array.isArray(runs) || runs.length !== paths.length || answer.problem !== null) return null;
  const looks = paths.map((path, at) =>
    lookOf(hostDirectory(host, path), runs[at], { bootId, hostName, time }, skew),
  );
  return looks.some((look) => look === null) ? null : looks.filter((look) => look !== null);
}

/** How far this machine's clock is ahead of the host's, in whole minutes: less is the way of the answer, and says nothing. */
function skewOf(there: number, here: number): number {
  return Math.round((here - there) / 60_000) * 60_000;
}

function lookOf(
  directory: string,
  value: unknown,
  machine: Pick<Observation, "bootId" | "hostName" | "time">,
  skew: number,
): RemoteLook | null {
  if (!isObject(value)) return null;
  const fields = new Fields(value);
  const start = record(fields.textOrNull("start", most), parseStart);
  const queue = record(fields.textOrNull("queue", most), parseQueue);
  const exit = record(fields.textOrNull("exit", most), parseExit);
  const slurm = record(fields.textOrNull("slurm", most), parseSlurm);
  const files = mirroredFiles.flatMap((file) => fileOf(fields.value("files"), file) ?? []);
  const marked = fields.value("marked");
  const sizeOf = (name: MirroredFile) => files.find(({ file }) => file === name)?.size ?? 0;
  const observation: Observation = {
    ...machine,
    directory,
    unreadable: fields.flag("unreadable"),
    exists: fields.flag("exists"),
    claimed: fields.flag("claimed"),
    start,
    queue,
    exit,
    // How long ago it was submitted is asked of this machine's clock.
    slurm: slurm === null ? null : { ...slurm, time: slurm.time + skew },
    cancelAsked: fields.flag("cancel"),
    scriptAlive: fields.flag("script"),
    recorderAlive: fields.flag("recorder"),
    marked: Array.isArray(marked) ? marked.filter((pid) => Number.isSafeInteger(pid)).slice(0, 1_000) : [],
    journalBytes: sizeOf(runFile.journal),
    logBytes: sizeOf(runFile.log),
  };
  return fields.problem === null ? { observation, files } : null;
}

function fileOf(value: unknown, file: MirroredFile): RemoteFile | null {
  const found = isObject(value) ? value[file] : undefined;
  if (!isObject(found)) return null;
  const fields = new Fields(found);
  const read = {
    file,
    size: fields.integer("size", 0),
    bytes: fields.integer("bytes", 0),
    identity: fields.text("identity", 100),
  };
  return fields.problem === null ? read : null;
}

/** A record that is torn, reserved but not written yet, or wrong counts as absent. */
function record<T>(
  text: string | null,
  parse: (text: string) => { readonly ok: true; readonly record: T } | { readonly ok: false },
): T | null {
  if (text === null) return null;
  const parsed = parse(text);
  return parsed.ok ? parsed.record : null;
}
