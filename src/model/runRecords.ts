/** The single-record files of a run directory, checked like journal lines. */

import { Fields } from "./fields.ts";
import type {
  CaptureSettings,
  CodeSnapshot,
  ExitRecord,
  QueueRecord,
  QueueSettings,
  RunSpec,
  StartRecord,
} from "./journal.ts";
import { isRunId } from "./runId.ts";
import type { SlurmRecord, SlurmSettings } from "./slurm.ts";

export type ParsedRecord<T> =
  | { readonly ok: true; readonly record: T }
  /** Not there yet: an empty file, or space that was reserved. */
  | { readonly ok: false; readonly absent: boolean; readonly problem: string };

const short = 1_000;
const long = 100_000;
const most = 100_000;

/** `start.json` */
export function parseStart(text: string): ParsedRecord<StartRecord> {
  return parse(text, (fields) => ({
    run_id: runId(fields),
    attempt: fields.integer("attempt", 1),
    pid: fields.integer("pid", 0),
    pgid: fields.integer("pgid", 0),
    start_ticks: fields.integer("start_ticks", 0),
    recorder_pid: fields.integer("recorder_pid", 0),
    recorder_start_ticks: fields.integer("recorder_start_ticks", 0),
    boot_id: fields.text("boot_id", short),
    host: fields.text("host", short),
    gpus: fields.texts("gpus", short, short),
    recorder_version: fields.text("recorder_version", short),
    python: fields.text("python", short),
    time: fields.number("time", 0),
    uptime: fields.number("uptime", 0),
    ...readJob(fields),
  }));
}

/** `slurm.json` */
export function parseSlurm(text: string): ParsedRecord<SlurmRecord> {
  return parse(text, (fields) => ({
    job: fields.textOrNull("job", short),
    name: fields.text("name", short, 1),
    index: fields.integerOrNull("index", 0),
    partition: fields.textOrNull("partition", short),
    time: fields.number("time", 0),
  }));
}

/** `exit.json`; space that was reserved and not yet written counts as absent. */
export function parseExit(text: string): ParsedRecord<ExitRecord> {
  return parse(text, (fields) => ({
    run_id: runId(fields),
    attempt: fields.integer("attempt", 1),
    exit_code: fields.integerOrNull("exit_code", -(2 ** 31)),
    signal: fields.textOrNull("signal", short),
    reason: fields.oneOf("reason", ["exited", "cancelled", "not_started", "reported", "lost", "stopped"]),
    error: fields.textOrNull("error", long),
    time: fields.number("time", 0),
    uptime: fields.number("uptime", 0),
    journal_bytes: fields.integer("journal_bytes", 0),
    log_bytes: fields.integer("log_bytes", 0),
  }));
}

/** `queue.json` */
export function parseQueue(text: string): ParsedRecord<QueueRecord> {
  return parse(text, (fields) => ({
    position: fields.integer("position", 0),
    reason: fields.text("reason", short),
    time: fields.number("time", 0),
    recorder_pid: fields.integer("recorder_pid", 1),
    recorder_start_ticks: fields.integer("recorder_start_ticks", 0),
    boot_id: fields.text("boot_id", short),
  }));
}

/** `spec.json` */
export function parseSpec(text: string): ParsedRecord<RunSpec> {
  return parse(text, (fields) => ({
    version: readVersion(fields),
    run_id: runId(fields),
    name: fields.text("name", short),
    experiment: fields.text("experiment", short),
    argv: fields.texts("argv", most, long),
    shown_argv: fields.texts("shown_argv", most, long),
    cwd: fields.text("cwd", long),
    workspace: fields.text("workspace", long),
    script: fields.textOrNull("script", long),
    env_names: fields.texts("env_names", most, long),
    created: fields.number("created", 0),
    code: fields.object("code", readCode),
    queue: fields.object("queue", readQueueSettings),
    ...readResources(fields),
    ...readSlurm(fields),
    capture: fields.object("capture", readCapture) ?? refused(fields, "capture"),
    grace_seconds: readGrace(fields),
    parent: fields.textOrNull("parent", short),
  }));
}

function parse<T>(text: string, read: (fields: Fields) => T): ParsedRecord<T> {
  const trimmed = text.replace(/[\0\s]+$/, "");
  if (trimmed === "") return { ok: false, absent: true, problem: "empty" };
  const fields = Fields.of(trimmed);
  if (fields === null) return { ok: false, absent: false, problem: "not a JSON object" };
  const record = read(fields);
  return fields.problem === null
    ? { ok: true, record }
    : { ok: false, absent: false, problem: fields.problem };
}

function runId(fields: Fields): string {
  const id = fields.text("run_id", short);
  if (!isRunId(id)) fields.refuse("run_id", "must be a run id");
  return id;
}

function readVersion(fields: Fields): 1 {
  if (fields.value("version") !== 1) fields.refuse("version", "must be 1");
  return 1;
}

function readCode(fields: Fields): CodeSnapshot {
  return {
    kind: fields.oneOf("kind", ["git", "manifest"]),
    id: fields.text("id", short, 1),
    tree: fields.text("tree", short),
    head: fields.textOrNull("head", short),
    branch: fields.textOrNull("branch", short),
    remote: fields.textOrNull("remote", long),
    changed: fields.texts("changed", most, long),
    changed_count: fields.integer("changed_count", 0),
    ...(fields.value("files") === undefined ? {} : { files: fields.integer("files", 0) }),
    skipped: fields.texts("skipped", most, long),
  };
}

function readQueueSettings(fields: Fields): QueueSettings {
  return { folder: fields.text("folder", long, 1), limit: fields.integer("limit", 1) };
}

function readResources(spec: Fields): Pick<RunSpec, "resources"> {
  const resources = spec.object("resources", (fields) => ({
    gpus: fields.integer("gpus", 1, short),
    ...(fields.has("visible") && { visible: fields.oneOf("visible", ["uuid", "index"]) }),
    ...(fields.has("busy_megabytes") && { busy_megabytes: fields.integer("busy_megabytes", 1) }),
    ...(fields.has("lock_folder") && { lock_folder: fields.text("lock_folder", long, 1) }),
  }));
  return resources === null ? {} : { resources };
}

function readJob(start: Fields): Pick<StartRecord, "slurm"> {
  const slurm = start.object("slurm", (fields) => ({
    job: fields.text("job", short),
    restarts: fields.integer("restarts", 0),
  }));
  return slurm === null ? {} : { slurm };
}

/** Checked again before anything is submitted: here it only has to be of the right shape. */
function readSlurm(spec: Fields): Pick<RunSpec, "slurm"> {
  const slurm = spec.object("slurm", (fields): SlurmSettings => {
    const array = fields.object("array", (place) => ({
      group: place.text("group", short),
      index: place.integer("index", 0),
      count: place.integer("count", 1),
    }));
    const texts = ["partition", "account", "qos", "gpus", "memory", "time", "dependency"] as const;
    return {
      ...Object.fromEntries(
        texts.filter((name) => fields.has(name)).map((name) => [name, fields.text(name, short)]),
      ),
      ...(fields.has("cpus") && { cpus: fields.integer("cpus", 1) }),
      ...(fields.has("requeue") && { requeue: fields.flag("requeue") }),
      ...(fields.has("warn_seconds") && { warn_seconds: fields.integer("warn_seconds", 1) }),
      ...(fields.has("more") && { more: fields.texts("more", short, short) }),
      ...(array !== null && { array }),
    };
  });
  return slurm === null ? {} : { slurm };
}

function readCapture(fields: Fields): CaptureSettings {
  return {
    stdout: fields.flag("stdout"),
    patterns: fields.texts("patterns", short, long),
    tensorboard: fields.flag("tensorboard"),
    parameters: fields.flag("parameters"),
    files: fields.flag("files"),
    data_folders: fields.texts("data_folders", short, long),
    artifacts: fields.texts("artifacts", short, long),
    artifact_limit_bytes: fields.number("artifact_limit_bytes", 0),
    system_interval_seconds: fields.number("system_interval_seconds", 0),
  };
}

function refused(fields: Fields, name: string): CaptureSettings {
  fields.refuse(name, "is missing");
  return readCapture(new Fields({}));
}

function readGrace(fields: Fields): readonly [number, number] {
  const value = fields.value("grace_seconds");
  const numbers: readonly unknown[] = Array.isArray(value) ? value : [];
  const [first, second] = numbers;
  if (
    numbers.length === 2 &&
    typeof first === "number" &&
    typeof second === "number" &&
    first >= 0 &&
    second >= 0
  )
    return [first, second];
  fields.refuse("grace_seconds", "must be two numbers");
  return [0, 0];
}
