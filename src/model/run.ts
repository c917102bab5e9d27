/** The run: one execution of a training script, from the ask to the end. */

import type { CodeSnapshot, EnvironmentRecord, Source } from "./journal.ts";

/**
 * State is derived from records and processes (`runState.ts`), never guessed. `unknown` exists only before the first observation.
 * `lost` carries a reason; `orphaned` means that the recorder is gone while processes of the run still live.
 */
export const runStates = [
  "queued",
  "running",
  "finished",
  "failed",
  "cancelled",
  "lost",
  "orphaned",
  "unknown",
] as const;
export type RunState = (typeof runStates)[number];

export const terminalStates: ReadonlySet<RunState> = new Set(["finished", "failed", "cancelled", "lost"]);

/** How a state came to be, in the words shown to a person. Null where the state says it all. */
export interface RunStatus {
  readonly state: RunState;
  /** e.g. "exit 1", "killed by SIGKILL", "the machine was restarted", "waiting for a free slot (2nd)". */
  readonly reason: string | null;
}

/** One row of the runs table: everything a tree, a table or the CLI shows of a run without reading points. */
export interface Run {
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  readonly state: RunState;
  readonly reason: string | null;
  /** True once the exit record is read and log and journal are drained to the sizes in it. */
  readonly drained: boolean;
  readonly host: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly script: string | null;
  readonly code: CodeSnapshot | null;
  readonly attempt: number;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Epoch milliseconds; null while not yet. */
  readonly created: number;
  readonly started: number | null;
  readonly ended: number | null;
  /** When the facts above were last confirmed by looking at the machine. */
  readonly asOf: number;
  readonly note: string;
  readonly starred: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  /** The metric that tells runs apart at a glance (`keyMetric.ts`), null when there is none. */
  readonly keyMetric: string | null;
  /** Up to 24 values of the key metric over the run, for a text sparkline. */
  readonly sparkline: readonly number[];
  readonly findings: number;
  readonly directory: string;
}

export interface Parameter {
  readonly value: string;
  readonly source: Source;
}

/** One metric of one run, over all attempts. Enough for tables; points stay in the store. */
export interface MetricSummary {
  readonly last: number;
  readonly lastStep: number;
  readonly min: number;
  readonly minStep: number;
  readonly max: number;
  readonly maxStep: number;
  readonly count: number;
  readonly nan: number;
  readonly inf: number;
}

/** Something about a run that a person should know: a corrupt line, a capture that failed, a limit that was reached. */
export interface Finding {
  readonly code: string;
  readonly text: string;
  readonly time: number;
  readonly line: number | null;
}

/** What a person may change about a run. Undefined leaves a field as it is. A tag of null is removed. */
export interface RunEdit {
  readonly name?: string;
  readonly note?: string;
  readonly starred?: boolean;
  readonly tags?: Readonly<Record<string, string | null>>;
}

/** What a run ran in. */
export type Environment = Omit<EnvironmentRecord, "kind" | "time">;
