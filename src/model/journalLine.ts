/** One line of a journal → one record, checked in shape and size. A host may lie: nothing gets past here unchecked. */

import { readClientRecord } from "./clientRecords.ts";
import { Fields } from "./fields.ts";
import { evidences, type JournalRecord, type MetricRecord, sources } from "./journal.ts";

export type ParsedLine =
  | { readonly ok: true; readonly record: JournalRecord }
  | { readonly ok: false; readonly problem: string };

const nameLength = 1_000;
const valueLength = 100_000;
const pathLength = 4_096;
const mostValues = 10_000;
const mostPackages = 20_000;
const latestTime = 8.64e15;

/** Parses a line without its line break. Members that are not known are left out; the first thing that is wrong is named. */
export function parseJournalLine(text: string): ParsedLine {
  const fields = Fields.of(text);
  if (fields === null) return { ok: false, problem: "not a JSON object" };
  const record = readRecord(fields);
  if (record === null) return { ok: false, problem: `unknown kind ${shown(fields.value("kind"))}` };
  return fields.problem === null ? { ok: true, record } : { ok: false, problem: fields.problem };
}

function readRecord(fields: Fields): JournalRecord | null {
  const kind = fields.value("kind") as JournalRecord["kind"];
  const time = fields.number("time", 0, latestTime);
  switch (kind) {
    case "parameter":
      return {
        kind,
        time,
        key: fields.text("key", nameLength, 1),
        value: fields.text("value", valueLength),
        source: fields.oneOf("source", sources),
      };
    case "tag":
      return {
        kind,
        time,
        key: fields.text("key", nameLength, 1),
        value: fields.value("value") === null ? null : fields.text("value", valueLength),
      };
    case "metric": {
      const step = fields.number("step");
      const about = measured(fields);
      return { kind, time, step, values: values(fields), source: fields.oneOf("source", sources), ...about };
    }
    case "run":
    case "input":
    case "model_input":
    case "model_output":
    case "model":
      return readClientRecord(kind, time, fields);
    case "system":
      return { kind, time, values: values(fields) };
    case "read":
    case "write":
      return { kind, time, ...file(fields), ...remarks(fields) };
    case "environment":
      return {
        kind,
        time,
        interpreter: fields.text("interpreter", pathLength),
        version: fields.text("version", nameLength),
        platform: fields.text("platform", nameLength),
        packages: fields.members("packages", mostPackages, (name, value) => {
          if (typeof value === "string" && value.length <= nameLength && name.length <= nameLength)
            return value;
          fields.refuse("packages", "must be texts");
          return "";
        }),
        gpus: fields.texts("gpus", 1_000, nameLength),
      };
    case "artifact":
      return {
        kind,
        time,
        path: inside(fields, "path"),
        origin: path(fields, "origin"),
        bytes: fields.integer("bytes", 0),
        digest: digest(fields) ?? "",
      };
    case "notice":
      return { kind, time, code: fields.text("code", nameLength, 1), text: fields.text("text", valueLength) };
    case "attempt":
      return { kind, time, attempt: fields.integer("attempt", 1, 1_000_000) };
    default:
      kind satisfies never;
      return null;
  }
}

/** What a metric is about, where it says so. */
function measured(fields: Fields): Pick<MetricRecord, "model" | "dataset"> {
  const dataset = fields.object("dataset", (within) => ({
    name: within.text("name", nameLength, 1),
    digest: within.text("digest", nameLength, 1),
  }));
  return {
    ...(fields.value("model") == null ? {} : { model: fields.text("model", nameLength, 1) }),
    ...(dataset === null ? {} : { dataset }),
  };
}

function values(fields: Fields): Readonly<Record<string, number>> {
  return fields.members("values", mostValues, (name, value) => {
    if (name.length === 0 || name.length > nameLength)
      fields.refuse("values", `must have names of 1 to ${nameLength} characters`);
    if (typeof value === "number") return value;
    if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
    fields.refuse("values", `must be numbers, ${shown(name)} is not`);
    return Number.NaN;
  });
}

function file(fields: Fields) {
  return {
    path: path(fields, "path"),
    type: fields.oneOf("type", ["file", "folder"]),
    files: fields.integer("files", 0),
    bytes: fields.integer("bytes", 0),
    digest: fields.value("digest") === null ? null : digest(fields),
    how: fields.oneOf("how", evidences),
  };
}

function remarks(fields: Fields): { readonly reason?: string; readonly changed?: boolean } {
  return {
    ...(fields.value("reason") == null ? {} : { reason: fields.text("reason", nameLength) }),
    ...(fields.value("changed") == null ? {} : { changed: fields.flag("changed") }),
  };
}

function digest(fields: Fields): string | null {
  const value = fields.value("digest");
  if (typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value)) return value;
  fields.refuse("digest", "must be sha256: and 64 hex digits");
  return null;
}

function path(fields: Fields, name: string): string {
  const value = fields.text(name, pathLength, 1);
  if (value.includes("\0")) fields.refuse(name, "must not hold a NUL");
  return value;
}

/** A path that stays inside the folder it is relative to. */
function inside(fields: Fields, name: string): string {
  const value = path(fields, name);
  const leaves = value.split(/[/\\]/).includes("..") || /^(?:[/\\]|[A-Za-z]:)/.test(value);
  if (leaves) fields.refuse(name, "must stay inside its folder");
  return value;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 100);
}
