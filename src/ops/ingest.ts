/**
 * Takes what is new in a run's journal into the store. Cursor and data move in one transaction, so each record counts exactly once,
 * whoever else does the same at the same time and whenever this process is killed.
 */

import { createHash } from "node:crypto";
import type { Compute } from "../compute/compute.ts";
import { type JournalRecord, runFile } from "../model/journal.ts";
import type { Finding } from "../model/run.ts";
import type { JournalCursor, Store } from "../store/store.ts";
import { corruptLine, longestLine, takeLines } from "./journalLines.ts";

const blockBytes = 1024 * 1024;
/** The first line names the attempt and its time: enough to tell this journal from another. */
const identityBytes = 4096;

export interface IngestParts {
  readonly store: Store;
  readonly compute: Compute;
  readonly clock: () => number;
}

export interface IngestRun {
  readonly id: string;
  readonly directory: string;
}

export interface Ingested {
  /** Records and findings taken in by this call. */
  readonly records: number;
  readonly findings: number;
  /** Transactions that were committed. */
  readonly batches: number;
  readonly kinds: ReadonlySet<JournalRecord["kind"]>;
  /** Offset that the store has now, and the size of the journal when it was last looked at. */
  readonly offset: number;
  readonly size: number;
}

/**
 * Reads from the stored cursor to the end. A torn last line waits for its rest unless `ended` says that nobody will write it; then
 * it is a finding. A journal that is not the one read before (replaced, or shorter than what was read) is a finding too, and what
 * was taken in stays as it is.
 */
export async function ingest(run: IngestRun, ended: boolean, parts: IngestParts): Promise<Ingested> {
  const { store, compute, clock } = parts;
  const taken = { records: 0, findings: 0, batches: 0, kinds: new Set<JournalRecord["kind"]>() };
  for (;;) {
    const from = await store.journal.cursor(run.id);
    const at = from ?? start;
    const step = await nextStep(run, at, ended, compute, clock);
    if (step.to === null) return { ...taken, offset: at.offset, size: step.size };
    const accepted = await store.journal.append(run.id, from, step.to, step.records, step.findings);
    if (accepted) {
      taken.records += step.records.length;
      taken.findings += step.findings.length;
      taken.batches += 1;
      for (const record of step.records) taken.kinds.add(record.kind);
    }
    // Let requests be answered between blocks of a long journal.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const start: JournalCursor = { offset: 0, line: 0, identity: "" };

interface Step {
  /** Null when there is nothing to take. */
  readonly to: JournalCursor | null;
  readonly records: readonly JournalRecord[];
  readonly findings: readonly Finding[];
  readonly size: number;
}

async function nextStep(
  run: IngestRun,
  at: JournalCursor,
  ended: boolean,
  compute: Compute,
  clock: () => number,
): Promise<Step> {
  const read = (offset: number, length: number) =>
    compute.read(run.directory, runFile.journal, offset, length);
  const { bytes, size } = await read(at.offset, blockBytes);
  const none = { to: null, records: [], findings: [], size };
  // A journal that is not there (an unmounted disk) may come back as it was.
  if (size === at.offset || size === 0) return none;
  const identity = identityOf((await read(0, identityBytes)).bytes);
  const known = at.identity.replace(shortMark, "");
  if (known !== "" && identity !== known) return replacedJournal(at, size, identity, clock());
  if (size < at.offset) return known === at.identity ? shortenedJournal(at, size, clock()) : none;
  const lines = takeLines(bytes, at.line, clock());
  if (lines.bytes > 0)
    return {
      to: { offset: at.offset + lines.bytes, line: at.line + lines.lines, identity },
      records: lines.records,
      findings: lines.findings,
      size,
    };
  const end = bytes.byteLength < longestLine ? null : await endOfLine(at.offset + bytes.byteLength, read);
  const tornForGood = end === null && ended;
  if (end === null && !tornForGood) return none;
  const problem = tornForGood ? "it breaks off" : `it is longer than ${longestLine} bytes`;
  return {
    to: { offset: end ?? size, line: at.line + 1, identity },
    records: [],
    findings: [corruptLine(problem, at.line + 1, clock())],
    size,
  };
}

/** On the identity of a cursor whose journal was once found shorter than it, so that it is said only once. */
const shortMark = "~";

/** The cursor stays: should the journal grow back to what it was, it goes on from there and nothing is counted twice. */
function shortenedJournal(at: JournalCursor, size: number, time: number): Step {
  const how = `It was shortened from ${at.offset} to ${size} bytes`;
  const to = { ...at, identity: at.identity + shortMark };
  return { to, records: [], findings: [strangeJournal(how, time)], size };
}

/** What another journal holds may be a part of what was taken in already, so only what it gains from here on is taken. */
function replacedJournal(at: JournalCursor, size: number, identity: string, time: number): Step {
  const to = { offset: size, line: at.line, identity };
  return { to, records: [], findings: [strangeJournal("It was replaced by another one", time)], size };
}

function strangeJournal(how: string, time: number): Finding {
  const text = `The journal changed after it had been read. ${how}. What was read is kept; nothing is counted twice.`;
  return { code: "journal.replaced", text, time, line: null };
}

/** Offset behind the newline that ends the line at `offset`, or null while it has none. */
async function endOfLine(
  offset: number,
  read: (offset: number, length: number) => Promise<{ readonly bytes: Uint8Array }>,
): Promise<number | null> {
  for (let at = offset; ; ) {
    const { bytes } = await read(at, blockBytes);
    if (bytes.byteLength === 0) return null;
    const found = bytes.indexOf(10);
    if (found >= 0) return at + found + 1;
    at += bytes.byteLength;
  }
}

/** Digest of the first line; "" while it is not whole or longer than any first line of ours. */
function identityOf(head: Uint8Array): string {
  const end = head.indexOf(10);
  return end < 0 ? "" : createHash("sha256").update(head.subarray(0, end)).digest("hex").slice(0, 16);
}
