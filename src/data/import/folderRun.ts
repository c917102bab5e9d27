/** What runs have in common whose tool gives them no id and keeps nothing but files: named by their folder, known by its path. */

import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import * as path from "node:path";
import type { ForeignFile, ForeignRun } from "../../model/foreignLog.ts";
import { foreignNotice, foreignTime } from "../../model/foreignText.ts";
import type { JournalRecord } from "../../model/journal.ts";
import { filesBelow } from "./plainFiles.ts";

/** Notes what could not be read; each becomes a finding of the run. */
export type Problem = (text: string) => void;

export interface FolderRunParts {
  readonly folder: string;
  /** Files that tell that there is more to read. */
  readonly isLog: (path: string) => boolean;
  readonly timed: boolean;
  readonly records: (started: number, problem: Problem) => AsyncIterable<JournalRecord>;
  readonly told?: Partial<
    Pick<ForeignRun, "name" | "experiment" | "user" | "status" | "started" | "ended" | "script">
  >;
}

export async function folderRun(parts: FolderRunParts): Promise<ForeignRun> {
  const { folder, timed, told = {} } = parts;
  const { mark, last } = await markOf(folder, parts.isLog);
  const { birthtimeMs, mtimeMs } = await stat(folder);
  const began = foreignTime(Math.floor(Math.min(birthtimeMs || mtimeMs, last || mtimeMs)));
  const started = told.started ?? began;
  return {
    id: folder,
    name: path.basename(folder),
    experiment: path.basename(path.dirname(folder)),
    user: "",
    status: "unsaid",
    parent: null,
    script: null,
    ended: Math.max(started, foreignTime(last)),
    ...told,
    ...{ started, mark, timed },
    records: () => withProblems(started, parts.records),
    files: none,
  };
}

async function* withProblems(
  started: number,
  records: FolderRunParts["records"],
): AsyncGenerator<JournalRecord> {
  const problems: string[] = [];
  yield* records(started, (text) => void problems.push(text));
  for (const text of problems) yield foreignNotice(text, started);
}

async function markOf(folder: string, isLog: (path: string) => boolean) {
  const hash = createHash("sha256");
  let last = 0;
  for await (const { path: name, stats } of filesBelow(folder, 10_000, 4)) {
    if (!isLog(name)) continue;
    hash.update(`${name}\0${stats.size}\0${stats.mtimeMs}\n`);
    last = Math.max(last, Math.floor(stats.mtimeMs));
  }
  return { mark: hash.digest("hex"), last };
}

async function* none(): AsyncGenerator<ForeignFile> {
  yield* [];
}
