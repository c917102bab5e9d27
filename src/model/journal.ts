/**
 * The records of a run directory: what the recorder writes and everybody else reads.
 *
 * The recorder (Python) and this file are two sides of one contract. All of it is data from outside: a host may lie, so
 * the parsers here (`journalLine.ts`, `runRecords.ts`) check shape and size before anything is used.
 *
 * Common rules: UTF-8 JSON, one object a line in `journal.jsonl`; times are host epoch milliseconds; non-finite numbers are the
 * strings "NaN", "Infinity", "-Infinity"; paths inside the workspace are relative to it with `/`, others absolute.
 */

import type { SlurmSettings } from "./slurm.ts";

/** How a fact about a file was learned, strongest first. */
export const evidences = ["audit", "wrapped", "inotify", "snapshot", "declared", "stated"] as const;
export type Evidence = (typeof evidences)[number];

/** Where a metric or a parameter was seen. */
export const sources = [
  "stdout",
  "tensorboard",
  "argparse",
  "click",
  "tyro",
  "fire",
  "hydra",
  "absl",
  "argv",
  "mlflow",
  "shim",
  "host",
  "user",
] as const;
export type Source = (typeof sources)[number];

/** One parameter of the script. Values are kept as text exactly as given; typed comparison is the reader's business. */
export interface ParameterRecord {
  readonly kind: "parameter";
  readonly time: number;
  readonly key: string;
  readonly value: string;
  readonly source: Source;
}

/**
 * Metric values logged at one step. The recorder always gives a step: the script's own when it printed one, else a running
 * number per metric name from 0. `attempt` counts from 1.
 */
export interface MetricRecord {
  readonly kind: "metric";
  readonly time: number;
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
  readonly source: Source;
  /** The logged model that the values are about (MLflow); absent where they are about the run. */
  readonly model?: string;
  /** The data set that the values were measured on (MLflow). */
  readonly dataset?: { readonly name: string; readonly digest: string };
}

/** System metrics of the run's process tree and its host: percent, bytes, as named (`cpu_percent`, `memory_bytes`, `gpu0_percent` …). */
export interface SystemRecord {
  readonly kind: "system";
  readonly time: number;
  readonly values: Readonly<Record<string, number>>;
}

/** A tag; null takes it away. */
export interface TagRecord {
  readonly kind: "tag";
  readonly time: number;
  readonly key: string;
  readonly value: string | null;
}

/**
 * A file, or a folder of many files taken as one data set, that the run read or wrote. A later record for the same `path` and
 * direction replaces the earlier one: files are told while the run lives, and once more at its end. One of no files (`files` 0) takes
 * back what was told of its path, and `reason` says why: it was moved or deleted, or is counted in a folder now. `digest` is
 * "sha256:<hex>" of the bytes of a file, or of the sorted manifest of a folder; null when it was not computed (then `reason` says why).
 * `changed` is true when the file changed between its use and the digest.
 */
export interface FileRecord {
  readonly kind: "read" | "write";
  readonly time: number;
  readonly path: string;
  readonly type: "file" | "folder";
  readonly files: number;
  readonly bytes: number;
  readonly digest: string | null;
  readonly reason?: string;
  readonly changed?: boolean;
  readonly how: Evidence;
}

/** What the script ran in: interpreter, packages (name → version), platform, GPUs. */
export interface EnvironmentRecord {
  readonly kind: "environment";
  readonly time: number;
  readonly interpreter: string;
  readonly version: string;
  readonly platform: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly gpus: readonly string[];
}

/** An artifact that was kept under `artifacts/` of the run directory. `path` is relative to that folder. */
export interface ArtifactRecord {
  readonly kind: "artifact";
  readonly time: number;
  readonly path: string;
  readonly origin: string;
  readonly bytes: number;
  readonly digest: string;
}

/** Something the recorder wants a person to know: a capture that failed, a limit that was reached. */
export interface NoticeRecord {
  readonly kind: "notice";
  readonly time: number;
  readonly code: string;
  readonly text: string;
}

/**
 * Begins each attempt of a run. The first line of every journal is attempt 1, unless that one was ended before its script began. Records
 * of earlier attempts lie beside those of the last: `start-1.json`, `exit-1.json`; claims are `claim`, `claim-2` ….
 */
export interface AttemptRecord {
  readonly kind: "attempt";
  readonly time: number;
  readonly attempt: number;
}

/**
 * What a client said about the run itself, over MLflow's protocol: a new name, the person, the experiment it belongs to, its status. A
 * status is only taken for the run's own where no process is known (`StartRecord.pid` 0); elsewhere the process tells.
 */
export interface RunRecord {
  readonly kind: "run";
  readonly time: number;
  readonly name?: string;
  readonly user?: string;
  readonly experiment?: string;
  readonly status?: "running" | "finished" | "failed" | "cancelled";
}

/** A data set that the script declared as its input (`mlflow.log_input`). Name and digest identify it. */
export interface InputRecord {
  readonly kind: "input";
  readonly time: number;
  readonly name: string;
  readonly digest: string;
  readonly source_type: string;
  readonly source: string;
  readonly schema: string | null;
  readonly profile: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** A logged model (MLflow 3) that the run read or made, at a step for an output. */
export interface ModelUseRecord {
  readonly kind: "model_input" | "model_output";
  readonly time: number;
  readonly model: string;
  readonly step: number;
}

/** A logged model (MLflow 3), whole or in part: members that are absent stay as they were, tags of null are taken away. */
export interface LoggedModelRecord {
  readonly kind: "model";
  readonly time: number;
  /** `m-` and 32 hex digits. */
  readonly id: string;
  readonly name?: string;
  readonly type?: string;
  readonly status?: "pending" | "ready" | "failed" | "deleted";
  readonly status_message?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string | null>>;
}

export type JournalRecord =
  | RunRecord
  | InputRecord
  | ModelUseRecord
  | LoggedModelRecord
  | ParameterRecord
  | MetricRecord
  | SystemRecord
  | TagRecord
  | FileRecord
  | EnvironmentRecord
  | ArtifactRecord
  | NoticeRecord
  | AttemptRecord;

/** `spec.json`: what was asked. Written once by the client that launches, before the recorder starts. */
export interface RunSpec {
  readonly version: 1;
  readonly run_id: string;
  readonly name: string;
  readonly experiment: string;
  /** Argument vector; argv[0] is the program. Secrets are redacted in `shown_argv`, never here: this is what is executed. */
  readonly argv: readonly string[];
  readonly shown_argv: readonly string[];
  readonly cwd: string;
  /** The workspace folder; file capture is confined to it and to `data_folders`. */
  readonly workspace: string;
  readonly script: string | null;
  readonly env_names: readonly string[];
  readonly created: number;
  readonly code: CodeSnapshot | null;
  readonly queue: QueueSettings | null;
  /** What of the machine the run wants for itself; absent where it wants nothing. */
  readonly resources?: ResourceSettings;
  /** It is a job of Slurm; absent elsewhere. */
  readonly slurm?: SlurmSettings;
  readonly capture: CaptureSettings;
  /** Seconds between SIGINT and SIGTERM on cancel, and between SIGTERM and SIGKILL. */
  readonly grace_seconds: readonly [number, number];
  readonly parent: string | null;
}

/** A local queue: at most `limit` runs at once among those that share `folder`. */
export interface QueueSettings {
  readonly folder: string;
  readonly limit: number;
}

/**
 * GPUs that a run waits for on a machine without a scheduler. Whoever uses this recorder there takes turns by locks; GPUs that others
 * use are left to them.
 */
export interface ResourceSettings {
  /** At least 1. Instances of a divided GPU (MIG) count one each. */
  readonly gpus: number;
  /** How they are named in `CUDA_VISIBLE_DEVICES`. Absent: by UUID; by index for libraries that can't read those. */
  readonly visible?: "uuid" | "index";
  /** A GPU of which more memory is taken counts as in use, whoever takes it. Absent: 1,024. */
  readonly busy_megabytes?: number;
  /** Folder of the locks, the same for everybody on the machine and on its own disk. Absent: one in /run/lock or /tmp. */
  readonly lock_folder?: string;
}

export interface CaptureSettings {
  readonly stdout: boolean;
  /** Regular expressions of the project with named groups: `key` and `value` (and `step`), or one group per metric name. */
  readonly patterns: readonly string[];
  readonly tensorboard: boolean;
  readonly parameters: boolean;
  readonly files: boolean;
  readonly data_folders: readonly string[];
  /** Globs, relative to the workspace, of written files that are kept under `artifacts/`; each up to `artifact_limit_bytes`. */
  readonly artifacts: readonly string[];
  readonly artifact_limit_bytes: number;
  readonly system_interval_seconds: number;
}

/** Exact code of a run. `git`: a commit under a private ref; `manifest`: hashes, files kept in the run directory's `code/`. */
export interface CodeSnapshot {
  readonly kind: "git" | "manifest";
  /** Commit id of the snapshot (git), or "sha256:<hex>" of the manifest. */
  readonly id: string;
  readonly tree: string;
  readonly head: string | null;
  readonly branch: string | null;
  readonly remote: string | null;
  /** Paths that differ from `head`, untracked ones included; capped, `changed_count` is the full number. */
  readonly changed: readonly string[];
  readonly changed_count: number;
  /** How many files the copy holds; only of a manifest. */
  readonly files?: number;
  /** Files that were left out because of the size limit. */
  readonly skipped: readonly string[];
}

/**
 * `start.json`. A `pid` of 0 says that no process is known: a client of MLflow's protocol made the run, and says when it ends. `start_ticks` is field 22 of /proc/<pid>/stat (0 where there is no /proc). */
export interface StartRecord {
  readonly run_id: string;
  readonly attempt: number;
  readonly pid: number;
  readonly pgid: number;
  readonly start_ticks: number;
  readonly recorder_pid: number;
  readonly recorder_start_ticks: number;
  readonly boot_id: string;
  readonly host: string;
  readonly gpus: readonly string[];
  readonly recorder_version: string;
  readonly python: string;
  readonly time: number;
  readonly uptime: number;
  /** The job that it is, and how often that had begun anew by then; absent where it is none. */
  readonly slurm?: { readonly job: string; readonly restarts: number };
}

/** `exit.json`, padded with spaces to the reserved size. A file of only spaces or NULs counts as absent. */
export interface ExitRecord {
  readonly run_id: string;
  readonly attempt: number;
  readonly exit_code: number | null;
  readonly signal: string | null;
  /**
   * `exited`: it ran to its own end; `cancelled`: a cancel was asked for; `not_started`: the script could not be started; `reported`: a
   * client of MLflow's protocol said so, with the exit code 0 for finished and 1 for failed; `lost`: nobody says how it ended, and it was
   * long not heard of (imported runs); `stopped`: its scheduler ended it, and knows why and whether it begins again.
   */
  readonly reason: "exited" | "cancelled" | "not_started" | "reported" | "lost" | "stopped";
  readonly error: string | null;
  readonly time: number;
  readonly uptime: number;
  readonly journal_bytes: number;
  readonly log_bytes: number;
}

/** `queue.json`: why a claimed run has not started yet. */
export interface QueueRecord {
  readonly position: number;
  readonly reason: string;
  readonly time: number;
  readonly recorder_pid: number;
  readonly recorder_start_ticks: number;
  readonly boot_id: string;
}

/** Files of a run directory, by their one idea. */
export const runFile = {
  spec: "spec.json",
  claim: "claim",
  start: "start.json",
  queue: "queue.json",
  journal: "journal.jsonl",
  /** The first 256 MB of the output; what comes after lies in `output.log.1`, `output.log.2` …, offsets running on. */
  log: "output.log",
  cancel: "cancel",
  artifacts: "artifacts",
  exit: "exit.json",
  recorderLog: "recorder.log",
  /** What was submitted to Slurm, and what its job has printed besides the script: the recorder's and Slurm's own words. */
  slurm: "slurm.json",
  slurmLog: "slurm.log",
  code: "code",
} as const;
