/** Experiments, runs and logged models as clients of MLflow's protocol see them: the same runs as everywhere, in the protocol's nouns. */

import type { RunState } from "./run.ts";

export interface Experiment {
  /** Decimal digits; "0" is the experiment Default. */
  readonly id: string;
  readonly name: string;
  /** Root of its artifacts, a URI. */
  readonly artifactLocation: string;
  readonly created: number;
  readonly updated: number;
  readonly deleted: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** The latest value of a metric: that of the greatest step, then time, then value. */
export interface LatestMetric {
  readonly key: string;
  readonly value: number;
  readonly time: number;
  readonly step: number;
}

/** A data set that a run declared as its input. */
export interface DatasetInput {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  readonly schema: string | null;
  readonly profile: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

export interface ModelUse {
  readonly model: string;
  readonly step: number;
}

/** A run without what hangs on it. */
export interface TrackedRunHead {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly state: RunState;
  readonly experimentId: string;
  /** Root of the artifacts of its experiment. */
  readonly artifactLocation: string;
  readonly directory: string;
  readonly started: number;
  readonly ended: number | null;
  readonly deleted: boolean;
}

export interface TrackedRun extends TrackedRunHead {
  readonly metrics: readonly LatestMetric[];
  readonly parameters: readonly (readonly [key: string, value: string])[];
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly inputs: readonly DatasetInput[];
  readonly modelInputs: readonly ModelUse[];
  readonly modelOutputs: readonly ModelUse[];
}

export const modelStatuses = ["pending", "ready", "failed"] as const;
export type LoggedModelStatus = (typeof modelStatuses)[number];

export interface LoggedModel {
  /** `m-` and 32 hex digits. */
  readonly id: string;
  readonly experimentId: string;
  readonly artifactLocation: string;
  readonly name: string;
  readonly type: string;
  /** The run that made it; null where none did that is known here. */
  readonly runId: string | null;
  /** The run that made it as its client said. */
  readonly sourceRun: string | null;
  readonly status: LoggedModelStatus;
  readonly statusMessage: string;
  readonly created: number;
  readonly updated: number;
  readonly deleted: boolean;
  readonly parameters: readonly (readonly [key: string, value: string])[];
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly metrics: readonly ModelMetric[];
}

/** A value that was measured on a logged model. */
export interface ModelMetric extends LatestMetric {
  readonly runId: string;
  readonly dataset: { readonly name: string; readonly digest: string } | null;
}

/** The words of MLflow's protocol for the states of a run. */
export const runStatusOf: Readonly<Record<RunState, RunStatusWord>> = {
  queued: "SCHEDULED",
  unknown: "SCHEDULED",
  running: "RUNNING",
  orphaned: "RUNNING",
  finished: "FINISHED",
  failed: "FAILED",
  cancelled: "KILLED",
  lost: "KILLED",
};
export const runStatusWords = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"] as const;
export type RunStatusWord = (typeof runStatusWords)[number];

/** The name of the experiment that runs belong to when their client names none. */
export const defaultExperiment = { id: "0", name: "Default" } as const;

/** The tag that is another name for the name of a run. */
export const runNameTag = "mlflow.runName";
