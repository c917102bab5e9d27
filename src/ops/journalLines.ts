/** Bytes of a journal → records and findings. Pure: the bytes come from outside, so nothing in them is trusted or thrown over. */

import type { JournalRecord } from "../model/journal.ts";
import { parseJournalLine } from "../model/journalLine.ts";
import type { Finding } from "../model/run.ts";

/** A line longer than this is no record: the recorder never writes one, so it is passed over and said so. */
export const longestLine = 1024 * 1024;

export interface TakenLines {
  readonly records: readonly JournalRecord[];
  readonly findings: readonly Finding[];
  /** Bytes that are done with; what follows is a torn last line that waits for its rest. */
  readonly bytes: number;
  /** Lines among them. */
  readonly lines: number;
}

const newline = 10;
const strict = new TextDecoder("utf-8", { fatal: true });
const lenient = new TextDecoder("utf-8");

/** Whole lines at the start of `bytes`. `line` is how many lines of the journal came before them, `time` is now. */
export function takeLines(bytes: Uint8Array, line: number, time: number): TakenLines {
  const end = bytes.lastIndexOf(newline) + 1;
  const records: JournalRecord[] = [];
  const findings: Finding[] = [];
  const texts = end === 0 ? [] : decode(bytes.subarray(0, end - 1)).split("\n");
  texts.forEach((text, index) => {
    if (text === "") return;
    const parsed = parseJournalLine(text);
    if (parsed.ok) records.push(parsed.record);
    else findings.push(corruptLine(parsed.problem, line + index + 1, time));
  });
  return { records, findings, bytes: end, lines: texts.length };
}

/** Bytes that are no UTF-8 become a record that does not parse, or text with the marks of it; never a stop. */
function decode(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return lenient.decode(bytes);
  }
}

export function corruptLine(problem: string, line: number, time: number): Finding {
  return {
    code: "journal.corrupt",
    text: `Line ${line} of the journal could not be read: ${problem}.`,
    time,
    line,
  };
}
