/** The settings as faces get them: everything from outside is parsed, one wrong value costs only itself. */

import * as z from "zod";
import { type Failure, failure } from "../model/failure.ts";
import type { ServerOptions, ServerSettings } from "../protocol/editor.ts";

/** What holds where nothing is set; the same as in the editor's settings page. */
export const defaultSettings: ServerSettings = {
  directory: ".runline",
  python: "",
  parallelRuns: 2,
  codeSizeLimitMegabytes: 25,
  capture: {
    stdout: true,
    patterns: [],
    tensorboard: true,
    parameters: true,
    files: true,
    data_folders: [],
    artifacts: ["models/**", "best*", "final*", "out*/model.*"],
    artifact_limit_bytes: 500_000_000,
    system_interval_seconds: 5,
  },
  graceSeconds: 10,
  stallMinutes: 10,
  codeLens: true,
  hosts: {},
  sshConfigFile: "",
};

const line = z.string().max(4_096);
const lines = z.array(line).max(1_000);

/** What may stand in each of these is for `wishProblem` to say. */
export const slurmWish = z.strictObject({
  partition: line.exactOptional(),
  account: line.exactOptional(),
  qos: line.exactOptional(),
  gpus: line.exactOptional(),
  cpus: z.int().exactOptional(),
  memory: line.exactOptional(),
  time: line.exactOptional(),
  dependency: line.exactOptional(),
  requeue: z.boolean().exactOptional(),
  warn_seconds: z.int().exactOptional(),
  more: lines.exactOptional(),
});

const host = z.strictObject({
  directory: line.exactOptional(),
  python: line.exactOptional(),
  environment: line.exactOptional(),
  modules: lines.exactOptional(),
  image: line.exactOptional(),
  folders: z.record(line, line).exactOptional(),
  parallelRuns: z.int().min(0).max(1_000).exactOptional(),
  scheduler: z.literal("slurm").exactOptional(),
  slurm: slurmWish.exactOptional(),
});

const captureFields = {
  stdout: z.boolean(),
  patterns: z.array(line).max(100),
  tensorboard: z.boolean(),
  parameters: z.boolean(),
  files: z.boolean(),
  data_folders: lines,
  artifacts: lines,
  artifact_limit_bytes: z.number().min(0),
  system_interval_seconds: z.number().min(0).max(3_600),
} satisfies { readonly [K in keyof ServerSettings["capture"]]: z.ZodType<ServerSettings["capture"][K]> };

const ownFields = {
  directory: line,
  python: line,
  parallelRuns: z.int().min(1).max(64),
  codeSizeLimitMegabytes: z.number().min(0).max(10_000),
  graceSeconds: z.number().min(0).max(3_600),
  stallMinutes: z.number().min(0).max(10_000),
  codeLens: z.boolean(),
  hosts: z.record(line, host),
  sshConfigFile: line,
} satisfies { readonly [K in Exclude<keyof ServerSettings, "capture">]: z.ZodType<ServerSettings[K]> };

/** Names as a person knows them, where they are not those of the field. */
const shownNames: Readonly<Record<string, string>> = {
  data_folders: "dataFolders",
  artifact_limit_bytes: "artifactLimitMegabytes",
  system_interval_seconds: "systemIntervalSeconds",
};

export interface ParsedSettings {
  readonly settings: ServerSettings;
  /** One `settingInvalid` for each value that gave way to its default. */
  readonly problems: readonly Failure[];
}

/** Settings of any origin. Never throws: a missing value is its default, so is a wrong one, which is named. */
export function parseSettings(input: unknown): ParsedSettings {
  const problems: Failure[] = [];
  const given = recordOf(input);
  const { capture, ...own } = defaultSettings;
  const settings = {
    ...fieldsOf(ownFields, given, own, "", problems),
    capture: fieldsOf(captureFields, recordOf(given.capture), capture, "capture.", problems),
  };
  return { settings, problems };
}

const optionFields = z.object({
  workspace: z.string().min(1).nullable().catch(null),
  trusted: z.boolean().catch(false),
  extensionPath: z.string().catch(""),
  actor: z.string().max(500).nullable().catch(null),
  settings: z.unknown().optional(),
});

/** Start options of the server. What is missing or wrong is taken in the safe sense: no workspace, not trusted. */
export function parseOptions(input: unknown): { options: ServerOptions; problems: readonly Failure[] } {
  const { settings: given, ...options } = optionFields.parse(recordOf(input));
  const { settings, problems } = parseSettings(given);
  return { options: { ...options, settings }, problems };
}

function fieldsOf<T extends object>(
  fields: { readonly [K in keyof T]: z.ZodType<T[K]> },
  given: Readonly<Record<string, unknown>>,
  defaults: T,
  prefix: string,
  problems: Failure[],
): T {
  const values: Partial<T> = {};
  for (const key of Object.keys(fields) as (keyof T & string)[]) {
    const value = given[key];
    const parsed = value === undefined || value === null ? null : fields[key].safeParse(value);
    values[key] = parsed?.success ? parsed.data : defaults[key];
    if (parsed === null || parsed.success) continue;
    const setting = `runline.${prefix}${shownNames[key] ?? key}`;
    problems.push(failure("settingInvalid", { setting, cause: causeOf(parsed.error) }));
  }
  return values as T;
}

/** "expected number, received string": the first thing that is wrong, in the words of the schema. */
function causeOf(error: z.ZodError): string {
  const text = error.issues[0]?.message ?? "not valid";
  return text.replace(/^Invalid input: /, "");
}

function recordOf(input: unknown): Readonly<Record<string, unknown>> {
  return typeof input === "object" && input !== null && !Array.isArray(input)
    ? (input as Readonly<Record<string, unknown>>)
    : {};
}
