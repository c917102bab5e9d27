/** A run of TensorBoard: the event files of one folder, in the order of their names, and the parameters beside them. */

import { lstat } from "node:fs/promises";
import * as path from "node:path";
import type { ForeignRun } from "../../model/foreignLog.ts";
import { flatSettings, foreignParameter, foreignTime } from "../../model/foreignText.ts";
import type { JournalRecord } from "../../model/journal.ts";
import { framesOf } from "./eventFrames.ts";
import { EventReader } from "./eventScalars.ts";
import { type FolderRunParts, folderRun, type Problem } from "./folderRun.ts";
import { entriesOf } from "./plainFiles.ts";
import { isEventFile, parameterFolders } from "./runFolders.ts";
import { readYaml } from "./yamlFile.ts";

export async function tensorboardRun(folder: string): Promise<ForeignRun> {
  const files = await eventFiles(folder);
  const began = await firstTime(files);
  const parts: FolderRunParts = {
    folder,
    timed: true,
    isLog: (name) => isEventFile(path.basename(name)) || name === "hparams.yaml",
    records: (started, problem) => recordsOf(folder, files, started, problem),
  };
  return folderRun(began === null ? parts : { ...parts, told: { started: foreignTime(began) } });
}

async function eventFiles(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const at of [folder, ...(await parameterFolders(folder))])
    for (const entry of await entriesOf(at))
      if (entry.isFile() && isEventFile(entry.name)) found.push(path.join(at, entry.name));
  return found;
}

/** The first event of every file says when it was begun. */
async function firstTime(files: readonly string[]): Promise<number | null> {
  const [first] = files;
  if (first === undefined) return null;
  const named = /tfevents\.(\d{9,11})/.exec(path.basename(first))?.[1];
  if (named !== undefined) return Number(named) * 1_000;
  return (await lstat(first)).mtimeMs;
}

async function* recordsOf(
  folder: string,
  files: readonly string[],
  started: number,
  problem: Problem,
): AsyncGenerator<JournalRecord> {
  const settings = await readYaml(path.join(folder, "hparams.yaml"));
  if (settings.problem !== null) problem(`hparams.yaml could not be read: ${settings.problem}.`);
  for (const [key, value] of flatSettings(settings.object ?? {}))
    yield foreignParameter(key, value, "tensorboard", started);
  for (const file of files) yield* recordsIn(file, started, problem);
}

async function* recordsIn(file: string, started: number, problem: Problem): AsyncGenerator<JournalRecord> {
  const reader = new EventReader();
  const frames = framesOf(file);
  let tooLarge = 0;
  for await (const payload of frames.payloads) {
    const { scalars, parameters } = reader.read(payload);
    for (const [key, value] of parameters?.values ?? [])
      yield foreignParameter(key, value, "tensorboard", started);
    for (const { time, step, tag, value } of scalars)
      if (Number.isSafeInteger(step))
        yield {
          ...{ kind: "metric", time: foreignTime(time), step, source: "tensorboard" },
          values: { [tag.slice(0, 1_000)]: value },
        };
      else tooLarge += 1;
  }
  const said = frames.problem();
  if (said !== null) problem(`${path.basename(file)}: ${said}.`);
  if (tooLarge > 0) problem(`${path.basename(file)}: ${tooLarge} points have steps that are too large.`);
}
