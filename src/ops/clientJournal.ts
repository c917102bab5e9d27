/**
 * What clients of MLflow's protocol say of a run: a line in its journal first, which is the truth, and then taken into the store at once.
 * Lines are written whole and at the end of the file, so that a recorder that writes there too is no trouble; whatever reads the journal
 * next finds nothing that the store has not got.
 */

import { type FileHandle, open } from "node:fs/promises";
import * as path from "node:path";
import type { Compute } from "../compute/compute.ts";
import { RunlineError } from "../model/failure.ts";
import { type JournalRecord, runFile } from "../model/journal.ts";
import type { Store } from "../store/store.ts";
import { ingest } from "./ingest.ts";
import { longestLine } from "./journalLines.ts";

export interface ClientJournalParts {
  readonly store: Store;
  readonly compute: Compute;
  readonly clock: () => number;
}

export interface ClientRun {
  readonly id: string;
  readonly directory: string;
}

/** Appends records and takes them in. Throws `diskFull`, or what the file system says. */
export async function appendToJournal(
  run: ClientRun,
  records: readonly JournalRecord[],
  parts: ClientJournalParts,
): Promise<void> {
  if (records.length === 0) return;
  const lines = Buffer.from(records.map(journalLine).join(""));
  const { store } = parts;
  const from = await store.journal.cursor(run.id);
  const size = await appendBytes(run, lines, from?.offset ?? 0);
  // Nobody else has written since the store last looked: no need to read back what was just written.
  if (from !== null && from.identity !== "" && from.offset + lines.byteLength === size) {
    const to = { ...from, offset: size, line: from.line + records.length };
    if (await store.journal.append(run.id, from, to, records, [])) return;
  }
  await ingest(run, false, parts);
}

/** One record as a line, with numbers that JSON lacks as words. What would be too long to be read again is shortened. */
export function journalLine(record: JournalRecord): string {
  const line = `${JSON.stringify(record, spelled)}\n`;
  if (line.length * 3 < longestLine || Buffer.byteLength(line) < longestLine) return line;
  if (record.kind !== "input") return line;
  return record.profile === null
    ? journalLine({ ...record, schema: null, source: record.source.slice(0, 1_000) })
    : journalLine({ ...record, profile: null });
}

function spelled(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/** Answers the size of the file afterwards. `known`: where a line ends for certain. */
async function appendBytes(run: ClientRun, lines: Buffer, known: number): Promise<number> {
  const file = await open(path.join(run.directory, runFile.journal), "a+", 0o600);
  try {
    const isTorn = (await file.stat()).size !== known && (await endsTorn(file));
    const bytes = isTorn ? Buffer.concat([newline, lines]) : lines;
    const { bytesWritten } = await file.write(bytes);
    if (bytesWritten < bytes.byteLength) throw new RunlineError("diskFull", { path: run.directory });
    return (await file.stat()).size;
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOSPC")
      throw new RunlineError("diskFull", { path: run.directory }, thrown);
    throw thrown;
  } finally {
    await file.close();
  }
}

const newline = Buffer.from("\n");

/** A last line that was cut short, by a full disk or with its writer: the next one must begin a line of its own. */
export async function endsTorn(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== newline[0];
}

const queues = new Map<string, Promise<unknown>>();

/** One after the other for each run: what is checked before a write still holds when it is written. */
export function inTurn<T>(runId: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(runId) ?? Promise.resolve();
  const done = before.then(work, work);
  queues.set(runId, done);
  const leave = () => {
    if (queues.get(runId) === done) queues.delete(runId);
  };
  done.then(leave, leave);
  return done;
}
