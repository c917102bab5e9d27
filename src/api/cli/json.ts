/**
 * What `--json` prints. These shapes are a promise: fields are added, never renamed or removed. Times are ISO 8601 in UTC, numbers
 * that JSON lacks are the strings "NaN", "Infinity" and "-Infinity".
 */

import type { Failure } from "../../model/failure.ts";
import type { AuditEntry, Model, ModelVersion } from "../../model/registry.ts";
import type { Run } from "../../model/run.ts";

/** One JSON value, indented, with a line end. What would steer a terminal is escaped in it; it reads back the same. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, finite, 2);
  return `${text.replace(steering, (character) => `\\u${hex(character)}`)}\n`;
}

/** DEL, C1 controls and the marks that turn text around; JSON escapes only C0. */
const steering = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const hex = (character: string) => character.charCodeAt(0).toString(16).padStart(4, "0");

function finite(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());

export function runJson(run: Run) {
  const { id, name, experiment, state, reason, host, cwd, script, attempt, exitCode, signal } = run;
  return {
    id,
    name,
    experiment,
    state,
    reason,
    host,
    command: run.argv,
    cwd,
    script,
    attempt,
    exitCode,
    signal,
    created: time(run.created),
    started: time(run.started),
    ended: time(run.ended),
    asOf: time(run.asOf),
    keyMetric: run.keyMetric,
    metrics: run.metrics,
    parameters: Object.fromEntries(Object.entries(run.parameters).map(([key, { value }]) => [key, value])),
    tags: run.tags,
    note: run.note,
    starred: run.starred,
    code: run.code === null ? null : { kind: run.code.kind, id: run.code.id, head: run.code.head },
    findings: run.findings,
    directory: run.directory,
  };
}

export function versionJson(version: ModelVersion) {
  const { model, runId, artifact, digest, bytes, actor, aliases, description, tags, stage, origin } = version;
  return {
    model,
    version: version.version,
    runId,
    artifact,
    digest,
    bytes,
    created: time(version.created),
    actor,
    aliases,
    description,
    tags,
    stage,
    origin,
  };
}

export function modelJson(model: Model) {
  return {
    name: model.name,
    created: time(model.created),
    description: model.description,
    tags: model.tags,
    aliases: model.aliases.map((alias) => ({ ...alias, since: time(alias.since) })),
    versions: model.versions.map(versionJson),
  };
}

export function auditJson(entry: AuditEntry) {
  return { ...entry, time: time(entry.time) };
}

export function failureJson({ code, message, next }: Failure) {
  return { failure: { code, message, next } };
}
