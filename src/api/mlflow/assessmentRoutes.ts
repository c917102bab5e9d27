/** What people, judges and programs say of traces: feedback on them, and what was expected of them. */

import { randomUUID } from "node:crypto";
import { isObject } from "../../model/fields.ts";
import type { Assessment } from "../../model/trace.ts";
import { invalid, Parameters } from "./parameters.ts";
import { type Face, type Fields, MlflowError, type Route } from "./route.ts";
import { assessmentMessage, assessmentsOf, traceNamed } from "./traceWire.ts";

const root = "mlflow/traces/:trace_id/assessments";
const named = `${root}/:assessment_id`;

export const assessmentRoutes: readonly Route[] = [
  { method: "POST", path: root, major: 3, answer: create },
  { method: "GET", path: named, major: 3, answer: get },
  { method: "PATCH", path: named, major: 3, answer: update },
  { method: "DELETE", path: named, major: 3, answer: remove },
];

async function create(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const traceId = fields.requiredText("trace_id");
  await traceNamed(traceId, face);
  const said = fields.object("assessment");
  const assessment = readAssessment(said, traceId, face);
  const overridden = said.text("overrides");
  if (overridden !== "") await override(await assessmentNamed(traceId, overridden, face), face);
  await face.store.traces.putAssessment(assessment);
  return { assessment: assessmentMessage(assessment) };
}

async function get(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const found = await assessmentNamed(
    fields.requiredText("trace_id"),
    fields.requiredText("assessment_id"),
    face,
  );
  return { assessment: assessmentMessage(found) };
}

/** Members that a mask may name: in camel case, as protobuf writes it, or as they are. */
const changeable = ["assessment_name", "feedback", "expectation", "rationale", "metadata", "valid"] as const;

async function update(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const before = await assessmentNamed(
    fields.requiredText("trace_id"),
    fields.requiredText("assessment_id"),
    face,
  );
  const asked = fields.object("assessment").plain();
  const mask = fields.text("update_mask").split(",").map(snakeCase);
  const content = JSON.parse(before.content) as Record<string, unknown>;
  for (const name of changeable)
    if (mask.includes(name) && asked[name] !== undefined)
      content[name] = name === "expectation" ? plainExpectation(asked[name]) : asked[name];
  content.last_update_time = isoTime(face.clock());
  const after = stored(content, before.traceId, before.id);
  await face.store.traces.putAssessment(after);
  return { assessment: assessmentMessage(after) };
}

async function remove(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const traceId = fields.requiredText("trace_id");
  const id = fields.requiredText("assessment_id");
  await traceNamed(traceId, face);
  const gone = (await assessmentsOf(traceId, face)).find((each) => each.id === id);
  const overridden =
    gone === undefined ? undefined : (assessmentMessage(gone) as { overrides?: string }).overrides;
  await face.store.traces.deleteAssessment(traceId, id);
  if (overridden !== undefined) await revive(traceId, overridden, face);
  return {};
}

/** A new assessment from a client's message; ids and times that it leaves out are given. */
export function readAssessment(
  fields: Parameters,
  traceId: string,
  { clock }: Pick<Face, "clock">,
): Assessment {
  const said = fields.plain();
  const name = fields.requiredText("assessment_name");
  const kinds = kindsOf(said);
  if (kinds.length !== 1) throw invalid("An assessment has exactly one of feedback, expectation and issue.");
  const id = fields.text("assessment_id") || `a-${randomUUID().replaceAll("-", "")}`;
  const now = isoTime(clock());
  const content = {
    ...said,
    assessment_id: id,
    assessment_name: name,
    trace_id: traceId,
    create_time: said.create_time ?? now,
    last_update_time: said.last_update_time ?? now,
    valid: said.valid ?? true,
    ...(kinds[0] === "expectation" ? { expectation: plainExpectation(said.expectation) } : {}),
  };
  return stored(content, traceId, id);
}

function stored(content: Readonly<Record<string, unknown>>, traceId: string, id: string): Assessment {
  const [kind = "feedback"] = kindsOf(content);
  const time = Date.parse(String(content.create_time));
  return {
    id,
    traceId,
    name: String(content.assessment_name),
    kind,
    value: valueOfKind(content[kind]),
    time: Number.isNaN(time) ? 0 : time,
    isValid: content.valid !== false,
    content: JSON.stringify(content),
  };
}

/** Of what is expected, lists and objects go over the wire as JSON in a text; anything else as it is. */
function plainExpectation(said: unknown): unknown {
  if (!isObject(said) || typeof said.value !== "object" || said.value === null) return said;
  return { serialized_value: { serialization_format: "JSON_FORMAT", value: JSON.stringify(said.value) } };
}

const kinds = ["feedback", "expectation", "issue"] as const;

function kindsOf(content: Readonly<Record<string, unknown>>): readonly (typeof kinds)[number][] {
  return kinds.filter((kind) => content[kind] !== undefined && content[kind] !== null);
}

/** JSON of the value, also of one that came as JSON in a text. */
function valueOfKind(said: unknown): string {
  const { value, serialized_value: serialized } = (said ?? {}) as {
    readonly value?: unknown;
    readonly serialized_value?: { readonly value?: unknown };
  };
  if (value !== undefined) return JSON.stringify(value);
  return typeof serialized?.value === "string" && isJson(serialized.value) ? serialized.value : "null";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function override(before: Assessment, face: Face): Promise<void> {
  await setValid(before, false, face);
}

async function revive(traceId: string, id: string, face: Face): Promise<void> {
  const before = (await assessmentsOf(traceId, face)).find((each) => each.id === id);
  if (before !== undefined) await setValid(before, true, face);
}

async function setValid(before: Assessment, isValid: boolean, { store }: Face): Promise<void> {
  const content = JSON.stringify({ ...assessmentMessage(before), valid: isValid });
  await store.traces.putAssessment({ ...before, isValid, content });
}

async function assessmentNamed(traceId: string, id: string, face: Face): Promise<Assessment> {
  await traceNamed(traceId, face);
  const found = (await assessmentsOf(traceId, face)).find((each) => each.id === id);
  if (found === undefined)
    throw new MlflowError(
      "RESOURCE_DOES_NOT_EXIST",
      `Assessment with ID '${id}' not found for trace '${traceId}'`,
    );
  return found;
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}

function snakeCase(name: string): string {
  return name.trim().replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
