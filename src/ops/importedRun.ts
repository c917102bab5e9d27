/**
 * A foreign run as a run directory like any other: made whole beside the others and moved in, so that whoever looks finds all of it or
 * nothing. From then on the directory is the truth; what the source gains later is added at the end of its journal.
 */

import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { isObject, parseJson } from "../model/fields.ts";
import type { ForeignKind, ForeignRun } from "../model/foreignLog.ts";
import { foreignTag } from "../model/foreignText.ts";
import { type ExitRecord, type JournalRecord, type RunSpec, runFile } from "../model/journal.ts";
import { isRunId } from "../model/runId.ts";
import { specOf, startOf } from "./clientRun.ts";
import { keptFiles } from "./importFiles.ts";
import { knownRecords, writeRecords } from "./importJournal.ts";
import { scriptOf } from "./sourceScript.ts";

export interface ImportPlace {
  /** Folder of the run directories. */
  readonly runs: string;
  readonly workspace: string;
  readonly kind: ForeignKind;
  /** As it is named in ids and tags: relative to the workspace where it lies in it. */
  readonly source: string;
  readonly now: number;
}

/** What became of a run: it was added, it had grown, nothing was new, or a run of the same id that no import made is in its place. */
export type ImportedAs = "new" | "grown" | "same" | "taken";

/** Says in an imported run's directory how far it was taken over. */
const importFile = "import.json";

/** A run of which nobody says that it ended, and that was not heard of for so long, counts as lost. */
const longSilenceMs = 24 * 60 * 60 * 1000;

/**
 * The id of a foreign run here: its own where it can be one, else one that follows from where it was found. A path names a run by itself,
 * whichever folder above it was given to be imported.
 */
export function importedId(id: string, place: Pick<ImportPlace, "kind" | "source" | "workspace">): string {
  if (isRunId(id)) return id;
  const { kind, workspace } = place;
  const source = path.isAbsolute(id) ? shownPath(id, workspace) : place.source;
  const own = path.isAbsolute(id) ? "" : id;
  return createHash("sha256").update(`${kind}\0${source}\0${own}`).digest("hex").slice(0, 32);
}

/** Relative to the workspace where it lies in it: the same after the workspace was moved. */
export function shownPath(place: string, workspace: string): string {
  const below = path.relative(workspace, place);
  const isInside = below.split(path.sep)[0] !== ".." && !path.isAbsolute(below);
  return isInside ? below.replaceAll(path.sep, "/") || "." : place;
}

/** Throws `diskFull`, and the reason of `signal` before a run that is not whole becomes one, or while one grows. */
export async function writeImported(
  run: ForeignRun,
  place: ImportPlace,
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly as: ImportedAs }> {
  const id = importedId(run.id, place);
  const directory = path.join(place.runs, id);
  const isOver = run.status !== "running" || place.now - run.ended > longSilenceMs;
  const known = await knownImport(directory);
  if (known === "none") {
    await makeRun(id, directory, run, place, isOver, signal);
    return { id, as: "new" };
  }
  if (known === "foreign") return { id, as: "taken" };
  if (known.mark === run.mark && known.over === isOver) return { id, as: "same" };
  const grown = await growRun(id, directory, run, place, isOver, signal);
  return { id, as: grown ? "grown" : "same" };
}

interface Known {
  readonly mark: string;
  readonly over: boolean;
}

async function knownImport(directory: string): Promise<Known | "none" | "foreign"> {
  const isThere = await stat(directory).then(
    () => true,
    () => false,
  );
  if (!isThere) return "none";
  const said = parseJson(await readFile(path.join(directory, importFile), "utf8").catch(() => ""));
  if (!isObject(said)) return "foreign";
  return { mark: typeof said.mark === "string" ? said.mark : "", over: said.over === true };
}

async function makeRun(
  id: string,
  directory: string,
  run: ForeignRun,
  place: ImportPlace,
  isOver: boolean,
  signal: AbortSignal,
): Promise<void> {
  const draft = path.join(place.runs, `.${id}.imported`);
  await rm(draft, { recursive: true, force: true });
  try {
    await mkdir(path.join(draft, runFile.claim), { recursive: true, mode: 0o700 });
    await writeJson(draft, runFile.spec, importedSpec(id, run, place));
    await writeJson(draft, runFile.start, startOf(id, 1, run.started));
    const { size } = await writeRecords(
      path.join(draft, runFile.journal),
      wholeRun(draft, run, place),
      signal,
    );
    if (isOver) await writeJson(draft, runFile.exit, exitOf(id, run, size));
    await writeJson(draft, importFile, importOf(run, place, isOver));
    signal.throwIfAborted();
    await rename(draft, directory);
  } catch (thrown) {
    await rm(draft, { recursive: true, force: true });
    throw thrown;
  }
}

async function* wholeRun(
  directory: string,
  run: ForeignRun,
  place: ImportPlace,
): AsyncGenerator<JournalRecord> {
  yield { kind: "attempt", time: run.started, attempt: 1 };
  yield* recordsOf(run, place);
  yield* keptFiles(run.files(), directory, run.started, () => false);
}

/** What has come since; every step can be repeated, so that one that was killed or canceled half way does no harm. */
async function growRun(
  id: string,
  directory: string,
  run: ForeignRun,
  place: ImportPlace,
  isOver: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const journal = path.join(directory, runFile.journal);
  const known = await knownRecords(journal, run.timed);
  const fresh = async function* (): AsyncGenerator<JournalRecord> {
    for await (const record of recordsOf(run, place)) {
      const rest = known.rest(record);
      if (rest !== null) yield rest;
    }
    yield* keptFiles(run.files(), directory, run.started, (record) => known.rest(record) === null);
  };
  const { size, written } = await writeRecords(journal, fresh(), signal);
  const exit = path.join(directory, runFile.exit);
  if (isOver) await writeJson(directory, runFile.exit, exitOf(id, run, size));
  else await rm(exit, { force: true });
  await writeJson(directory, importFile, importOf(run, place, isOver));
  return written > 0;
}

async function* recordsOf(
  run: ForeignRun,
  { kind, source, workspace }: ImportPlace,
): AsyncGenerator<JournalRecord> {
  const time = run.started;
  const user = run.user === "" ? {} : { user: run.user.slice(0, 500) };
  yield { kind: "run", time, name: nameOf(run), experiment: experimentOf(run), ...user };
  yield foreignTag("runline.import.from", kind, time);
  const own = path.isAbsolute(run.id) ? shownPath(run.id, workspace) : source;
  yield foreignTag("runline.import.source", own, time);
  yield* run.records();
}

function nameOf({ name, id }: ForeignRun): string {
  return lineOf(name) || id.slice(0, 8);
}

/** The experiment of a foreign run by its name here. */
export function experimentOf({ experiment }: Pick<ForeignRun, "experiment">): string {
  return lineOf(experiment) || "Default";
}

function lineOf(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, 250);
}

function importedSpec(id: string, run: ForeignRun, place: ImportPlace): RunSpec {
  const { started, user, parent } = run;
  const ask = {
    ...{ name: nameOf(run), user, experiment: experimentOf(run), started, tags: [] },
    parent: parent === null ? null : importedId(parent, place),
  };
  return { ...specOf(id, ask, place.workspace, started), script: scriptOf(run.script, place.workspace) };
}

const exitCodes = { finished: 0, unsaid: 0, failed: 1, cancelled: null, running: null } as const;

function exitOf(id: string, { status, ended }: ForeignRun, journalBytes: number): ExitRecord {
  const reasons = { cancelled: "cancelled", running: "lost" } as const;
  const error = status === "running" ? "it never said that it ended" : null;
  return {
    ...{ run_id: id, attempt: 1, exit_code: exitCodes[status], signal: null, error },
    reason: status === "cancelled" || status === "running" ? reasons[status] : "reported",
    ...{ time: ended, uptime: 0, journal_bytes: journalBytes, log_bytes: 0 },
  };
}

function importOf({ id, mark }: ForeignRun, { kind, source }: ImportPlace, over: boolean): object {
  return { version: 1, kind, source, id, mark, over };
}

async function writeJson(directory: string, name: string, value: object): Promise<void> {
  const draft = path.join(directory, `.${name}.new`);
  await writeFile(draft, JSON.stringify(value), { mode: 0o600 });
  await rename(draft, path.join(directory, name));
}
