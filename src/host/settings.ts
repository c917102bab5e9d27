/** Settings as data: read by the contract's table, a value of the wrong kind falls back to the default and is named. */

import { type Failure, failure } from "../model/failure.ts";
import type { ServerSettings } from "../protocol/editor.ts";
import { type SettingId, type SettingSpec, type SettingValue, settings } from "./contract.ts";

export type Settings = { readonly [S in SettingId]: SettingValue<S> };

/**
 * Reads every setting through `get`, which answers what the editor holds (undefined where it holds nothing). Never throws;
 * `problems` has one failure per value that could not be used.
 */
export function readSettings(get: (id: SettingId) => unknown): { values: Settings; problems: Failure[] } {
  const problems: Failure[] = [];
  const values = Object.fromEntries(
    (Object.keys(settings) as SettingId[]).map((id) => {
      const { value, problem } = readSetting(id, get);
      if (problem !== null) problems.push(problem);
      return [id, value as unknown];
    }),
  ) as Settings;
  return { values, problems };
}

/** One of them, as `readSettings` reads it. */
export function readSetting<S extends SettingId>(
  id: S,
  get: (id: SettingId) => unknown,
): { value: SettingValue<S>; problem: Failure | null } {
  const spec: SettingSpec = settings[id];
  const found = get(id);
  const cause = found === undefined ? null : misfit(spec, found);
  const value = (found === undefined || cause !== null ? spec.default : found) as SettingValue<S>;
  return { value, problem: cause === null ? null : failure("settingInvalid", { setting: id, cause }) };
}

/** What is wrong with a value, in words; null when it fits. */
function misfit(spec: SettingSpec, value: unknown): string | null {
  switch (spec.type) {
    case "boolean":
      return typeof value === "boolean" ? null : "it must be true or false";
    case "string":
      return typeof value === "string" ? null : "it must be text";
    case "strings":
      return Array.isArray(value) && value.every((item) => typeof item === "string")
        ? null
        : "it must be a list of texts";
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value)
        ? null
        : "it must be an object";
    case "integer":
    case "number":
      return numberMisfit(spec, value);
  }
}

function numberMisfit(spec: SettingSpec, value: unknown): string | null {
  if (typeof value !== "number" || !Number.isFinite(value)) return "it must be a number";
  if (spec.type === "integer" && !Number.isInteger(value)) return "it must be a whole number";
  if (spec.minimum !== undefined && value < spec.minimum) return `it must be at least ${spec.minimum}`;
  if (spec.maximum !== undefined && value > spec.maximum) return `it must be at most ${spec.maximum}`;
  return null;
}

/** The part of the settings that the server works by. */
export function serverSettings(values: Settings): ServerSettings {
  return {
    directory: values["runline.directory"],
    python: values["runline.python"],
    parallelRuns: values["runline.parallelRuns"],
    codeSizeLimitMegabytes: values["runline.codeSizeLimitMegabytes"],
    graceSeconds: values["runline.graceSeconds"],
    stallMinutes: values["runline.stallMinutes"],
    codeLens: values["runline.codeLens"],
    // What is in it is checked by the server, which names what is wrong.
    hosts: values["runline.hosts"] as ServerSettings["hosts"],
    sshConfigFile: values["runline.sshConfigFile"],
    capture: {
      stdout: values["runline.capture.stdout"],
      patterns: values["runline.capture.patterns"],
      tensorboard: values["runline.capture.tensorboard"],
      parameters: values["runline.capture.parameters"],
      files: values["runline.capture.files"],
      data_folders: values["runline.capture.dataFolders"],
      artifacts: values["runline.capture.artifacts"],
      artifact_limit_bytes: Math.round(values["runline.capture.artifactLimitMegabytes"] * 1_000_000),
      system_interval_seconds: values["runline.capture.systemIntervalSeconds"],
    },
  };
}
