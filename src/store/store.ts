/**
 * The store: an index over the run directories, plus the registry's own log. One interface, one folder per engine.
 *
 * Every method is asynchronous so that a networked engine can be a sibling; the SQLite engine answers at once. Writes are
 * transactions: they happen whole or not at all. No method knows who asks.
 */

import type { Failure } from "../model/failure.ts";
import type { CodeSnapshot, JournalRecord } from "../model/journal.ts";
import type { Direction, LineageGraph, LineageNode, RunFile } from "../model/lineage.ts";
import type {
  BandsQuery,
  BandsResult,
  ColumnsQuery,
  ColumnsResult,
  SeriesPoints,
  SeriesRef,
} from "../model/metric.ts";
import type {
  Actor,
  AuditEntry,
  AuditVerdict,
  Model,
  ModelVersion,
  RegistryEvent,
} from "../model/registry.ts";
import type { Environment, Finding, Run, RunEdit, RunState } from "../model/run.ts";
import type { RunTable } from "../model/runTable.ts";
import type { ExperimentStore, LoggedModelStore, TrackedRunStore } from "./tracking.ts";

export type * from "./tracking.ts";

import type { Webhook } from "../model/webhook.ts";
import type { EvaluationStore, TraceStore } from "./traces.ts";

export interface Store {
  /** Where the data is, as shown to a person. */
  readonly location: string;
  /** Something a person should know about where it is (`storeMoved`); null when there is nothing. */
  readonly notice: Failure | null;
  /** Grows by one with every commit that changes something, from whichever process: the cheap answer to "has anything changed?". */
  revision(): Promise<number>;
  readonly runs: RunStore;
  readonly journal: JournalStore;
  readonly metrics: MetricStore;
  readonly lineage: LineageStore;
  readonly registry: RegistryStore;
  readonly experiments: ExperimentStore;
  readonly trackedRuns: TrackedRunStore;
  readonly loggedModels: LoggedModelStore;
  readonly webhooks: WebhookStore;
  readonly traces: TraceStore;
  readonly evaluations: EvaluationStore;
  readonly kept: KeptStore;
  close(): Promise<void>;
}

/** What is known of a run when it is asked for, before any record of it is read. */
export interface NewRun {
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  readonly host: string;
  /** Redacted; for display. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly script: string | null;
  readonly code: CodeSnapshot | null;
  readonly created: number;
  readonly directory: string;
}

/** The derived facts of a run at one look (`runState.ts`). */
export interface RunFacts {
  readonly state: RunState;
  readonly reason: string | null;
  readonly drained: boolean;
  readonly attempt: number;
  readonly started: number | null;
  readonly ended: number | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly asOf: number;
}

export interface RunsQuery {
  /** Newest first. Default 500, at most 10,000. */
  readonly limit?: number;
  readonly states?: readonly RunState[];
  readonly script?: string;
  readonly ids?: readonly string[];
  /** Words that must all fit (`runWords.ts`). */
  readonly text?: string;
  /** Only runs that the script of this run has made, over MLflow's protocol (their tag `runline.run`). */
  readonly madeBy?: string;
  /** Deleted runs are hidden unless asked for. */
  readonly deleted?: boolean;
}

/** How many runs of an experiment were made in a quarter of an hour: days of every time zone are made of those. */
export interface RunCount {
  readonly experiment: string;
  /** Start of the quarter, in epoch milliseconds. */
  readonly from: number;
  readonly runs: number;
}

/** Which columns of a table are wanted; names that no run has are columns of null. `limit` is 10,000 unless given. */
export interface TableQuery extends RunsQuery {
  readonly metrics: readonly string[];
  /** False: metrics come without their least and greatest values, which takes half the time. */
  readonly extremes?: boolean;
  readonly parameters: readonly string[];
  readonly tags: readonly string[];
  /** Whether the code of each run is told, too. */
  readonly code?: boolean;
  /** Whether to say which columns there are, too (`TableSummary`). */
  readonly summary?: boolean;
}

export interface RunStore {
  /** Adds a run; one that is already there is left as it is (launch is idempotent). */
  create(run: NewRun): Promise<void>;
  get(id: string): Promise<Run | null>;
  list(query: RunsQuery): Promise<readonly Run[]>;
  /** How many runs fit, whatever the limit. */
  counts(query: RunsQuery): Promise<readonly RunCount[]>;
  /** Many runs as columns, from summary rows only: a column of 10,000 runs takes a few milliseconds. */
  table(query: TableQuery): Promise<RunTable>;
  /**
   * Works for some milliseconds on what makes tables of very many runs quick, and answers whether there is more to do. Tables are the
   * same without it, only slower. To be called again and again when runs have ended, never by someone who waits for a table.
   */
  prepareTables(): Promise<boolean>;
  /** Runs whose id starts with, or whose name equals, the text. */
  find(text: string): Promise<readonly Run[]>;
  edit(id: string, edit: RunEdit): Promise<void>;
  observe(id: string, facts: RunFacts): Promise<void>;
  /** The run directory lies elsewhere now: the workspace was moved or is seen under another path. */
  relocate(id: string, directory: string): Promise<void>;
  /** Marks a run deleted, or takes the mark away. Its rows stay until `purge`. */
  setDeleted(id: string, deletedAt: number | null): Promise<void>;
  /** Runs deleted before the time that no model was registered from: what `purge` would remove. */
  purgeable(deletedBefore: number): Promise<readonly Run[]>;
  /**
   * Removes every row of runs deleted before the time, or of those of them that are named; answers their directories. Directories must be
   * gone before: one without a row is taken for a run that nobody knew yet.
   */
  purge(deletedBefore: number, ids?: readonly string[]): Promise<readonly string[]>;
  findings(id: string): Promise<readonly Finding[]>;
  environment(id: string): Promise<Environment | null>;
}

/** How far a journal has been taken in. `identity` tells a replaced file from a grown one (a digest of the first line). */
export interface JournalCursor {
  readonly offset: number;
  readonly line: number;
  readonly identity: string;
}

export interface JournalStore {
  cursor(runId: string): Promise<JournalCursor | null>;
  /**
   * Takes in a batch and moves the cursor in one transaction, so each record counts exactly once. Refused (nothing written,
   * answers false) when the stored cursor is not `from`: another window was faster; the caller reads the cursor again.
   */
  append(
    runId: string,
    from: JournalCursor | null,
    to: JournalCursor,
    records: readonly JournalRecord[],
    findings: readonly Finding[],
  ): Promise<boolean>;
}

export interface MetricStore {
  /** Exact pixel columns (`metric.ts`). System metrics have keys that start with `system/`. */
  columns(query: ColumnsQuery): Promise<ColumnsResult>;
  /** Statistics over the runs of each group, in the order group × key; a group without points has a band without columns. */
  bands(query: BandsQuery): Promise<BandsResult>;
  points(series: SeriesRef): Promise<SeriesPoints>;
  /** Metric names of the given runs, system ones included, sorted. */
  keys(runIds: readonly string[]): Promise<readonly string[]>;
}

export interface LineageStore {
  /** Everything upstream or downstream of a node, at most `limit` edges (default 2,000). */
  walk(root: string, direction: Direction, limit?: number): Promise<LineageGraph>;
  node(id: string): Promise<LineageNode | null>;
  /** Nodes whose path or label contains the text; newest first. */
  search(text: string, limit: number): Promise<readonly LineageNode[]>;
  /** Files and folders that any run has written, relative to the workspace where they lie in it. */
  written(): Promise<readonly string[]>;
  /** Files a run read and wrote and the artifacts kept, with how it is known. */
  files(runId: string): Promise<readonly RunFile[]>;
}

/** Rows of one kind, as the store has them. */
export interface KeptBatch {
  readonly table: string;
  readonly rows: readonly Readonly<Record<string, string | number | null>>[];
}

/** Webhooks, traces, evaluation data sets and scorers: no run directory tells of them, so a store that is rebuilt takes them over. */
export interface KeptStore {
  read(): AsyncIterable<KeptBatch>;
  /** Takes over what another store of the same schema read. */
  restore(batches: AsyncIterable<KeptBatch>): Promise<void>;
}

export interface WebhookStore {
  /** Newest first. */
  list(): Promise<readonly Webhook[]>;
  /** Adds one, or replaces the one with its id. Those that are added hear of what happens from now on. */
  put(webhook: Webhook): Promise<void>;
  delete(id: string): Promise<void>;
  /**
   * The next entries of the log that a webhook has not been told of, oldest first, for whoever asks first: nobody else gets any before
   * `until`, when whoever has them is taken to be gone. Times are milliseconds.
   */
  claim(id: string, now: number, until: number): Promise<WebhookTurn>;
  /** Says up to which entry a webhook was told, and goes on as `claim` does; without further entries the turn is over. */
  told(id: string, sequence: number, until: number): Promise<readonly AuditEntry[]>;
}

export interface WebhookTurn {
  readonly entries: readonly AuditEntry[];
  /** Until when somebody else has the turn; null where it is ours or there is nothing to tell. */
  readonly freeAt: number | null;
}

export interface RegistryStore {
  models(): Promise<readonly Model[]>;
  model(name: string): Promise<Model | null>;
  version(model: string, version: number): Promise<ModelVersion | null>;
  /**
   * Appends the events that `decide` makes of the present state, in one transaction that no other writer can enter, folds them
   * into the tables and answers the new entries. What `decide` throws is thrown on, with nothing written. `about` names the only models
   * that `decide` looks at and makes events of; without it, it sees all.
   */
  append(
    actor: Actor,
    time: number,
    decide: (models: readonly Model[]) => readonly RegistryEvent[],
    about?: readonly string[],
  ): Promise<readonly AuditEntry[]>;
  /** Entries, newest first; all of them without a limit. */
  audit(limit?: number): Promise<readonly AuditEntry[]>;
  /**
   * Takes over the whole log of another store, entry for entry, when a store is rebuilt. Throws RunlineError `auditBroken` when this
   * store has a log already or when an entry does not fit; then nothing is written.
   */
  restore(entries: readonly AuditEntry[]): Promise<void>;
  /** Reads the whole log again and compares chain, folding and tables. */
  verify(): Promise<AuditVerdict>;
}
