/** Texts of other tools as journals take them: nothing longer than a journal's line may hold. */

import type { JournalRecord, Source } from "./journal.ts";

const longestName = 1_000;
const longestValue = 100_000;

/** A parameter; one that is too long is cut. */
export function foreignParameter(key: string, value: string, source: Source, time: number): JournalRecord {
  return { kind: "parameter", time, key: named(key), value: value.slice(0, longestValue), source };
}

/** A tag; one that is too long is cut. */
export function foreignTag(key: string, value: string, time: number): JournalRecord {
  return { kind: "tag", time, key: named(key), value: value.slice(0, longestValue) };
}

/** The code of what is told of a run that could not be taken over whole. */
export const unreadCode = "import.incomplete";

/** Tells a person what could not be taken over. */
export function foreignNotice(text: string, time: number): JournalRecord {
  return { kind: "notice", time, code: unreadCode, text: text.slice(0, longestValue) };
}

function named(key: string): string {
  return key.slice(0, longestName) || "(no name)";
}

/** A time that a journal may hold. */
export function foreignTime(time: number): number {
  return Number.isFinite(time) ? Math.min(Math.max(time, 0), 8.64e15) : 0;
}

/** Values of nested settings as parameters have them: `model.depth`, lists as JSON. Deeper than 8 it is JSON as well. */
export function* flatSettings(value: unknown, path = "", depth = 8): Generator<readonly [string, string]> {
  const isFolder = typeof value === "object" && value !== null && !Array.isArray(value);
  const entries = isFolder && depth > 0 ? Object.entries(value) : [];
  for (const [name, member] of entries)
    yield* flatSettings(member, path === "" ? name : `${path}.${name}`, depth - 1);
  if (entries.length === 0 && path !== "") yield [path, settingText(value)];
}

function settingText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === undefined) return "";
  return typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? "");
}
