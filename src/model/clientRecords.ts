/** Journal lines that come from a client of MLflow's protocol, checked like every other line. */

import type { Fields } from "./fields.ts";
import type { InputRecord, JournalRecord, LoggedModelRecord, ModelUseRecord, RunRecord } from "./journal.ts";

/** Longest texts, as MLflow's own limits say: names and keys, tag values, a data set's schema and profile. */
const nameLength = 500;
const valueLength = 8_000;
const sourceLength = 65_535;
const schemaLength = 1_048_575;
const profileLength = 16_777_215;
const mostMembers = 100_000;

const runStatuses = ["running", "finished", "failed", "cancelled"] as const;
const modelStatuses = ["pending", "ready", "failed", "deleted"] as const;

type ClientKind = "run" | "input" | "model_input" | "model_output" | "model";

/** Reads the rest of a line of the given kind; what is wrong is noted in the fields. */
export function readClientRecord(kind: ClientKind, time: number, fields: Fields): JournalRecord {
  switch (kind) {
    case "run":
      return readRun(time, fields);
    case "input":
      return readInput(time, fields);
    case "model":
      return readModel(time, fields);
    default:
      return readUse(kind, time, fields);
  }
}

function readRun(time: number, fields: Fields): RunRecord {
  return {
    kind: "run",
    time,
    ...optional(fields, "name", () => fields.text("name", nameLength, 1)),
    ...optional(fields, "user", () => fields.text("user", nameLength)),
    ...optional(fields, "experiment", () => fields.text("experiment", nameLength, 1)),
    ...optional(fields, "status", () => fields.oneOf("status", runStatuses)),
  };
}

function readInput(time: number, fields: Fields): InputRecord {
  return {
    kind: "input",
    time,
    name: fields.text("name", nameLength, 1),
    digest: fields.text("digest", nameLength, 1),
    source_type: fields.text("source_type", nameLength),
    source: fields.text("source", sourceLength),
    schema: fields.value("schema") == null ? null : fields.text("schema", schemaLength),
    profile: fields.value("profile") == null ? null : fields.text("profile", profileLength),
    tags: texts(fields, "tags"),
  };
}

function readUse(kind: ModelUseRecord["kind"], time: number, fields: Fields): ModelUseRecord {
  return { kind, time, model: fields.text("model", nameLength, 1), step: fields.number("step") };
}

function readModel(time: number, fields: Fields): LoggedModelRecord {
  return {
    kind: "model",
    time,
    id: fields.text("id", nameLength, 1),
    ...optional(fields, "name", () => fields.text("name", nameLength)),
    ...optional(fields, "type", () => fields.text("type", nameLength)),
    ...optional(fields, "status", () => fields.oneOf("status", modelStatuses)),
    ...optional(fields, "status_message", () => fields.text("status_message", valueLength)),
    ...optional(fields, "parameters", () => texts(fields, "parameters")),
    ...optional(fields, "tags", () =>
      fields.members("tags", mostMembers, (_, value) =>
        value === null ? null : text(fields, "tags", value),
      ),
    ),
  };
}

function texts(fields: Fields, name: string): Readonly<Record<string, string>> {
  return fields.members(name, mostMembers, (_, value) => text(fields, name, value));
}

function text(fields: Fields, name: string, value: unknown): string {
  if (typeof value === "string" && value.length <= profileLength) return value;
  fields.refuse(name, "must be texts");
  return "";
}

/** A member that may be absent: it is then absent in the record too. */
function optional<Name extends string, Value>(
  fields: Fields,
  name: Name,
  read: () => Value,
): Partial<Readonly<Record<Name, Value>>> {
  return fields.value(name) == null ? {} : ({ [name]: read() } as Partial<Record<Name, Value>>);
}
