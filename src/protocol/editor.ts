/**
 * Host ↔ server: every request of the extension host to the server, by name, with what goes in and what comes out.
 * They travel as custom LSP requests `runline/<name>`. An answer is always a `Reply`: failures are data.
 */

import type { ColumnCells, CompareDetails, CompareTableData } from "../model/compareTable.ts";
import type { Failure } from "../model/failure.ts";
import type { ForeignPlace, ForeignTrouble } from "../model/foreignLog.ts";
import type { HostCheck, HostEntry, HostsSettings, Prompt } from "../model/host.ts";
import type { Machine } from "../model/hostMachine.ts";
import type { Importance } from "../model/importance.ts";
import type { CaptureSettings, CodeSnapshot } from "../model/journal.ts";
import type { Direction, LineageGraph, LineageNode, RunFile } from "../model/lineage.ts";
import type { BandsQuery, BandsResult, ColumnsQuery, ColumnsResult, SeriesRef } from "../model/metric.ts";
import type { AuditEntry, AuditVerdict, Model, ModelVersion } from "../model/registry.ts";
import type { Environment, Finding, Run, RunEdit, RunState } from "../model/run.ts";
import type { TableSummary } from "../model/runTable.ts";
import type { ScriptArgument } from "../model/scriptArgument.ts";
import type { SlurmWish } from "../model/slurm.ts";
import type { TeamFiles, TeamModels } from "../model/teamRegistry.ts";

export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

export interface Requests {
  "runs/list": [
    {
      readonly limit?: number;
      readonly states?: readonly RunState[];
      readonly ids?: readonly string[];
      readonly script?: string;
      /** Words that must all fit (`runWords.ts`). */
      readonly text?: string;
    },
    readonly Run[],
  ];
  /** How many runs there are, loaded or not: by experiment and quarter of an hour, of which days are made. */
  "runs/counts": [
    { readonly states?: readonly RunState[]; readonly text?: string },
    readonly { readonly experiment: string; readonly from: number; readonly runs: number }[],
  ];
  "runs/get": [{ readonly id: string }, Run];
  "runs/launch": [
    LaunchInput,
    { readonly id: string; readonly name: string; readonly warnings: readonly string[] },
  ];
  "runs/cancel": [{ readonly id: string }, null];
  "runs/edit": [{ readonly id: string; readonly edit: RunEdit }, null];
  "runs/delete": [{ readonly ids: readonly string[] }, null];
  "runs/restore": [{ readonly ids: readonly string[] }, null];
  "runs/findings": [{ readonly id: string }, readonly Finding[]];
  "runs/environment": [{ readonly id: string }, Environment | null];
  "runs/files": [{ readonly id: string }, readonly RunFile[]];
  /** Shell line that runs the same command in a checkout of the same code; for the clipboard. */
  "runs/reproduce": [{ readonly id: string }, { readonly command: string }];
  /** Raw log bytes as base64, at most 1 MiB a call; negative offset counts from the end. */
  "runs/log": [{ readonly id: string; readonly offset: number; readonly length: number }, LogSlice];
  /** Text of a file as it was in the run's snapshot, and which files differ from the working tree now. */
  "code/changes": [{ readonly id: string }, CodeChanges];
  "code/file": [{ readonly id: string; readonly path: string }, { readonly text: string | null }];
  "metrics/columns": [ColumnsQuery, ColumnsResult];
  "metrics/bands": [BandsQuery, BandsResult];
  /** Every raw point of one series in step order; for exports. */
  "metrics/points": [SeriesRef, RawPoints];
  /** How many points of some series of one metric lie below `low` or above `high`, infinities included. */
  "metrics/beyond": [BeyondQuery, number];
  "metrics/keys": [{ readonly runIds: readonly string[] }, readonly string[]];
  /** Runs as columns, in the order of the ids: `wanted` columns for certain, others as far as a page shows them first. */
  "compare/table": [CompareAsk, CompareTableData];
  /** Further columns of the same runs. */
  "compare/columns": [CompareAsk, readonly ColumnCells[]];
  /** All columns that there are, where `compare/table` has only looked at some of the runs. */
  "compare/summary": [{ readonly runIds: readonly string[] }, TableSummary];
  /** What takes reading each run whole; at most 100 runs. */
  "compare/details": [{ readonly runIds: readonly string[] }, CompareDetails];
  /** Files that the runs read and wrote, parallel to the ids; at most 200 runs. */
  "compare/files": [{ readonly runIds: readonly string[] }, readonly (readonly RunFile[])[]];
  /** What the runs ran in, parallel to the ids; at most 200 runs. */
  "compare/environments": [{ readonly runIds: readonly string[] }, readonly (Environment | null)[]];
  /** How much each parameter tells of a metric's last values over these runs, by a forest; the most important first. */
  "compare/importance": [{ readonly runIds: readonly string[]; readonly metric: string }, Importance];
  "lineage/walk": [
    { readonly node: string; readonly direction: Direction; readonly limit?: number },
    LineageGraph,
  ];
  "lineage/search": [{ readonly text: string }, readonly LineageNode[]];
  "models/list": [Record<string, never>, readonly Model[]];
  "models/register": [
    { readonly runId: string; readonly path: string; readonly model: string },
    ModelVersion,
  ];
  /** `expected` is the version that the person saw the alias on (null: on none); another one by now is `aliasMoved`. */
  "models/promote": [
    {
      readonly model: string;
      readonly version: number;
      readonly alias: string;
      readonly reason: string;
      readonly expected?: number | null;
    },
    { readonly previous: number | null },
  ];
  "models/removeAlias": [{ readonly model: string; readonly alias: string; readonly reason: string }, null];
  "audit/list": [{ readonly limit?: number }, readonly AuditEntry[]];
  "audit/verify": [Record<string, never>, AuditVerdict];
  /** Arguments that a script declares, read from its text. */
  "script/arguments": [{ readonly path: string }, readonly ScriptArgument[]];
  /** Every machine that runs can be started on. Touches no network. */
  "hosts/list": [Record<string, never>, readonly HostEntry[]];
  /** A person's wish: the server may ask back (`runline/ask`) until it is connected. */
  "hosts/connect": [{ readonly host: string }, null];
  "hosts/disconnect": [{ readonly host: string }, null];
  /** Where a file that a run has kept can be read on this machine; one of another machine is brought first, and checked. */
  "hosts/artifact": [{ readonly id: string; readonly path: string }, { readonly path: string }];
  /** Whether runs can be started there, with reasons. Connects without asking. */
  "hosts/check": [{ readonly host: string }, HostCheck];
  /** Where clients of MLflow's protocol reach this folder's runs; served from now on. */
  "mlflow/address": [Record<string, never>, { readonly url: string; readonly token: string | null }];
  /** Serves no longer, and no more by itself when the window is loaded anew. */
  "mlflow/stop": [Record<string, never>, null];
  /** This machine and the hosts as they are known now; looks that are due begin meanwhile, and `runline/hosts` tells of their end. */
  "machines/list": [Record<string, never>, readonly Machine[]];
  /** One machine after a fresh look, as far as that can be had in a few seconds. `host` is null for this machine. */
  "machines/look": [{ readonly host: string | null }, Machine | null];
  /** A team's MLflow server: its runs are read from now on, as long as the window is open. */
  "mlflow/connect": [TeamAccess, TeamStatus];
  "mlflow/disconnect": [{ readonly url: string }, null];
  /** Reads what is new there, and sends what waits; `whole` reads as many runs as are shown at all. */
  "mlflow/refresh": [{ readonly whole: boolean }, readonly TeamStatus[]];
  /** Null when the server does not answer now: the run waits and is sent when it does. */
  "mlflow/send": [
    { readonly id: string; readonly url: string },
    { readonly link: string; readonly left: number } | null,
  ];
  "mlflow/cancelSend": [{ readonly id: string }, null];
  /** `done` from 0 to 1 while the run is being sent; `waits` until the server is there; `sent` once this process has sent it. */
  "mlflow/sendState": [
    { readonly id: string },
    {
      readonly done: number | null;
      readonly waits: boolean;
      readonly sent: { readonly link: string; readonly left: number } | null;
    },
  ];
  /** Models of the team's servers as they are known, at once; those that were read a while ago are read meanwhile, and `runline/changed` tells. */
  "mlflow/models": [Record<string, never>, readonly ShownTeam[]];
  /** Sets, moves or takes away (version null) an alias there. `expected` as in `models/promote`. */
  "mlflow/promote": [
    {
      readonly url: string;
      readonly model: string;
      readonly version: number | null;
      readonly alias: string;
      readonly reason: string;
      readonly expected?: number | null;
    },
    { readonly previous: number | null },
  ];
  /** What the files of a version there say of it. */
  "mlflow/files": [{ readonly url: string; readonly model: string; readonly version: number }, TeamFiles];
  /** Logs of other tools below a folder or in a file; without a path those in the workspace, looked for at most two folders deep. */
  "import/find": [{ readonly path?: string | undefined }, readonly FoundPlace[]];
  /** Begins an import in the background; one that is under way goes on instead. `again` brings back runs that were deleted here. */
  "import/start": [{ readonly places: readonly ForeignPlace[]; readonly again?: boolean }, null];
  "import/state": [Record<string, never>, ImportProgress];
  /** What is there then is whole; the next import goes on. */
  "import/cancel": [Record<string, never>, null];
  "store/status": [Record<string, never>, StoreStatus];
  "store/rebuild": [Record<string, never>, { readonly runs: number }];
}

export type RequestName = keyof Requests;
export type RequestInput<N extends RequestName> = Requests[N][0];
export type RequestOutput<N extends RequestName> = Requests[N][1];

/** About how many runs there are, where that is known. */
export interface FoundPlace extends ForeignPlace {
  readonly runs: number | null;
  /** Some of them are here already. */
  readonly imported: boolean;
}

export interface ImportedPlace extends ForeignPlace {
  readonly runs: Readonly<Record<"new" | "grown" | "same" | "taken" | "deleted", number>>;
  readonly versions: number;
  readonly aliases: number;
  /** The first of them. */
  readonly troubles: readonly ForeignTrouble[];
  readonly troubleCount: number;
  readonly canceled: boolean;
}

export interface ImportProgress {
  readonly running: boolean;
  readonly done: number;
  readonly of: number | null;
  readonly imported: readonly ImportedPlace[];
  readonly failure: Failure | null;
}

/** Runs and the ids of columns (`metric:val/acc`) that are needed of them. */
export interface CompareAsk {
  readonly runIds: readonly string[];
  readonly wanted: readonly string[];
  /** Of `compare/table`: only the first rows of many (`glanceAsk`), for a picture at once. */
  readonly glance?: boolean | undefined;
}

/** Starts a script or any command. Exactly one of `script` and `command`. */
export interface LaunchInput {
  /** Absolute path of a Python script; the interpreter is found by the server. */
  readonly script?: string;
  readonly command?: readonly string[];
  readonly arguments?: readonly string[];
  readonly cwd?: string;
  readonly name?: string;
  readonly experiment?: string;
  /** The interpreter that the editor's Python extension has chosen, if any. */
  readonly python?: string;
  /** Given by a caller that may ask twice; a known id starts nothing new. */
  readonly id?: string;
  /** Where it runs: the name of a host, or absent for this machine. */
  readonly host?: string;
  /** So many GPUs for itself alone; it waits until they are free. */
  readonly gpus?: number;
  /** As a job of the host's cluster, with this asked of it; absent: directly on the host. */
  readonly slurm?: SlurmWish;
  /** Runs that its job waits for: `<id>`, or `afterany:<id>` and the like. */
  readonly after?: readonly string[];
}

export interface BeyondQuery {
  readonly series: readonly { readonly runId: string; readonly attempt: number }[];
  readonly key: string;
  readonly low: number;
  readonly high: number;
  /** Only points at these steps, ends included. */
  readonly steps?: { readonly from: number; readonly to: number };
}

/** Parallel arrays; times in epoch milliseconds. */
export interface RawPoints {
  readonly steps: readonly number[];
  readonly times: readonly number[];
  readonly values: readonly number[];
}

export interface LogSlice {
  readonly base64: string;
  readonly offset: number;
  /** Size of the log now. */
  readonly size: number;
}

export interface CodeChanges {
  readonly snapshot: CodeSnapshot | null;
  /** Files of the snapshot that are different, gone or new in the working tree now; at most 1,000. */
  readonly files: readonly { readonly path: string; readonly change: "modified" | "deleted" | "added" }[];
}

/** How to get into a team's MLflow server: with a token, with a name and password, or with nothing. Kept nowhere by the server process. */
export interface TeamAccess {
  readonly url: string;
  readonly token?: string;
  readonly user?: string;
  readonly password?: string;
}

export interface TeamStatus {
  readonly url: string;
  /** Host and port: what its runs are marked with. */
  readonly name: string;
  /** When its runs were last read; null when not yet. */
  readonly asOf: number | null;
  readonly trouble: Failure | null;
  /** It answers, and does not let us in. */
  readonly refused: boolean;
}

/** A server's models as they were last read: `modelsAsOf` is null when they never were. `cut`: it has more than are shown. */
export interface ShownTeam extends TeamStatus, TeamModels {
  readonly modelsAsOf: number | null;
}

export interface StoreStatus {
  readonly location: string;
  readonly directory: string;
  readonly runs: number;
  readonly bytes: number;
  readonly python: string | null;
  /** Set when the store can't be used; then every other request answers with the same failure. */
  readonly failure: Failure | null;
  readonly versions: Readonly<Record<string, string>>;
}

/** Start options of the server, as LSP `initializationOptions` and by `workspace/didChangeConfiguration` afterwards. */
export interface ServerOptions {
  readonly workspace: string | null;
  readonly trusted: boolean;
  readonly extensionPath: string;
  readonly actor: string | null;
  readonly settings: ServerSettings;
}

export interface ServerSettings extends HostsSettings {
  readonly directory: string;
  readonly python: string;
  readonly parallelRuns: number;
  readonly codeSizeLimitMegabytes: number;
  readonly capture: CaptureSettings;
  readonly graceSeconds: number;
  readonly stallMinutes: number;
  readonly codeLens: boolean;
}

/** Which kinds of things changed; readers pull what they show. */
export type ChangedKind = "runs" | "metrics" | "logs" | "lineage" | "models";

/** Notification `runline/changed`. `runIds` is empty when it may be any. */
export interface Changed {
  readonly revision: number;
  readonly kinds: readonly ChangedKind[];
  readonly runIds: readonly string[];
}

/** Notification `runline/ended`: a run has reached a terminal state while this server watched it. */
export interface Ended {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  readonly reason: string | null;
  readonly durationMs: number;
  /** Where it ran; null for this machine. */
  readonly host: string | null;
  readonly keyMetric: { readonly key: string; readonly value: number } | null;
}

/** Notification `runline/stalled`: a run makes no progress any more, and goes on; once for each run. */
export type Stalled = Pick<Ended, "id" | "name" | "reason" | "host">;

/** Notification `runline/logged`: one line for the output channel (a command that was run, its duration and exit code). */
export interface Logged {
  readonly level: "info" | "warn" | "error";
  readonly text: string;
}

/** Notification `runline/hosts`: a link, a check or a look of a machine changed; whoever shows them asks again. */
export type HostsChanged = Record<string, never>;

/** Request `runline/ask` of the server to the window: what ssh wants to know. Null: the person does not want to answer. */
export type Ask = [Prompt, string | null];
