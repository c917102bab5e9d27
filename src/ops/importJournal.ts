/** The journal of an imported run: lines as they come, points of one moment on one line, and what is in it already. */

import { open } from "node:fs/promises";
import { RunlineError } from "../model/failure.ts";
import type { JournalRecord, MetricRecord } from "../model/journal.ts";
import { parseJournalLine } from "../model/journalLine.ts";
import { endsTorn, journalLine } from "./clientJournal.ts";
import { KnownRecords } from "./importKnown.ts";

const bufferBytes = 256 * 1024;
/** Characters of names and numbers on one line: fewer than a line may hold. */
const longestKeys = 100_000;

/**
 * Writes the records at the end of a file, which is made if need be. Answers its size afterwards and how many records were written. Throws
 * `diskFull`; what `signal` says is looked at between writes.
 */
export async function writeRecords(
  file: string,
  records: AsyncIterable<JournalRecord>,
  signal?: AbortSignal,
): Promise<{ readonly size: number; readonly written: number }> {
  const opened = await open(file, "a+", 0o600);
  let written = 0;
  try {
    let text = (await endsTorn(opened)) ? "\n" : "";
    for await (const record of joined(records)) {
      text += lineOf(record);
      written += 1;
      if (text.length < bufferBytes) continue;
      await opened.writeFile(text);
      text = "";
      signal?.throwIfAborted();
    }
    if (written > 0) await opened.writeFile(text);
    return { size: (await opened.stat()).size, written };
  } catch (thrown) {
    const isFull = thrown instanceof Error && "code" in thrown && thrown.code === "ENOSPC";
    throw isFull ? new RunlineError("diskFull", { path: file }, thrown) : thrown;
  } finally {
    await opened.close();
  }
}

/** Nearly all lines are points, whose numbers nearly always have a spelling in JSON. */
function lineOf(record: JournalRecord): string {
  const isPlain = record.kind === "metric" && Object.values(record.values).every(Number.isFinite);
  return isPlain ? `${JSON.stringify(record)}\n` : journalLine(record);
}

/** Points that were logged together stand on one line, as a recorder writes them; no line grows too long. */
async function* joined(records: AsyncIterable<JournalRecord>): AsyncGenerator<JournalRecord> {
  let held: MetricRecord | null = null;
  let values = new Map<string, number>();
  let length = 0;
  const take = (): JournalRecord[] => {
    const whole = held === null ? [] : [{ ...held, values: Object.fromEntries(values) }];
    held = null;
    values = new Map();
    length = 0;
    return whole;
  };
  for await (const record of records) {
    if (record.kind !== "metric") {
      yield* take();
      yield record;
      continue;
    }
    for (const [key, value] of Object.entries(record.values)) {
      if (held !== null && !(fits(held, record) && !values.has(key) && length < longestKeys)) yield* take();
      held ??= record;
      values.set(key, value);
      length += key.length + 30;
    }
  }
  yield* take();
}

/** Of one moment, and not about something of its own. A record of several values goes with itself. */
function fits(held: MetricRecord, next: MetricRecord): boolean {
  if (held === next) return true;
  if (held.step !== next.step || held.time !== next.time || held.source !== next.source) return false;
  return [held, next].every(({ model, dataset }) => model === undefined && dataset === undefined);
}

/** What a journal has already. */
export async function knownRecords(file: string, timed: boolean): Promise<KnownRecords> {
  const known = new KnownRecords(timed);
  const opened = await open(file, "r");
  try {
    for await (const line of opened.readLines()) {
      const parsed = parseJournalLine(line);
      if (parsed.ok) known.learn(parsed.record);
    }
  } finally {
    await opened.close();
  }
  return known;
}
