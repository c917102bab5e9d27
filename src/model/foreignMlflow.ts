/** What MLflow's stores say, in Runline's words: the same for its files and its databases of any version. */

import type { ForeignStatus, ForeignVersion } from "./foreignLog.ts";
import type { JournalRecord, MetricRecord } from "./journal.ts";
import { type ModelStage, modelStages } from "./registry.ts";

const statuses: Readonly<Record<string, ForeignStatus>> = {
  "3": "finished",
  "4": "failed",
  "5": "cancelled",
  FINISHED: "finished",
  FAILED: "failed",
  KILLED: "cancelled",
};

/** The status of a run, from its number in files or its word in databases. */
export function mlflowStatus(text: string): ForeignStatus {
  return statuses[text] ?? "running";
}

const modelStatuses = {
  "1": "pending",
  PENDING: "pending",
  "2": "ready",
  READY: "ready",
  "3": "failed",
  FAILED: "failed",
} as const;

/** The status of a logged model; absent where there is none. */
export function mlflowModelStatus(text: string): { readonly status?: "pending" | "ready" | "failed" } {
  const status = modelStatuses[text as keyof typeof modelStatuses] ?? null;
  return status === null ? {} : { status };
}

/** The stage of a version; a stage that is none of the known ones is none. */
export function mlflowStage(text: string): ModelStage {
  return modelStages.find((stage) => stage === text) ?? "None";
}

/** How MLflow marks a version that was deleted. */
export const deletedStage = "Deleted_Internal";

/** Where a version's files are, as far as its source says it: below the run's artifacts, or in the logged model that it names. */
export function mlflowSource(
  source: string,
  runId: string | null,
): Pick<ForeignVersion, "artifact" | "loggedModel"> {
  const model = /^models:\/+(m-[0-9a-f]{32})\/?$/.exec(source)?.[1] ?? null;
  if (model !== null) return { artifact: `models/${model}`, loggedModel: model };
  if (runId === null) return { artifact: null, loggedModel: null };
  const below = /^runs:\/+([^/]+)\/(.+)$/.exec(source);
  const stored = source.split(`/${runId}/artifacts/`)[1];
  const path = (below?.[1] === runId ? below[2] : stored) ?? "";
  const isSafe = path !== "" && !path.split("/").includes("..");
  return { artifact: isSafe ? path : null, loggedModel: null };
}

/** Python's spelling of a float; null for what is none. */
export function pythonFloat(text: string): number | null {
  const word = text.toLowerCase();
  if (word === "nan") return Number.NaN;
  if (/^[+-]?inf(inity)?$/.test(word)) return word.startsWith("-") ? -Infinity : Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(word) ? Number(word) : null;
}

/** A value that was measured on a logged model: beside the point of its run it says which model and data set it is about. */
export interface ModelMeasure {
  readonly model: string;
  readonly key: string;
  readonly step: number;
  readonly time: number;
  readonly value: number;
  readonly dataset: NonNullable<MetricRecord["dataset"]> | null;
}

/** Joins the points of a run with what is known to be about models: each point once, in the order given, and then the rest. */
export class MeasuredPoints {
  readonly #waiting = new Map<string, ModelMeasure[]>();

  constructor(measures: readonly ModelMeasure[]) {
    for (const measure of measures) {
      const name = nameOf(measure);
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), measure]);
    }
  }

  point(key: string, step: number, time: number, value: number): MetricRecord {
    const isNone = this.#waiting.size === 0;
    const measure = isNone ? undefined : this.#waiting.get(nameOf({ key, step, time, value }))?.shift();
    return record(key, step, time, value, measure);
  }

  *rest(): Generator<JournalRecord> {
    for (const measures of this.#waiting.values())
      for (const measure of measures)
        yield record(measure.key, measure.step, measure.time, measure.value, measure);
  }
}

function record(key: string, step: number, time: number, value: number, about?: ModelMeasure): MetricRecord {
  return {
    ...{ kind: "metric", time, step, values: { [key]: value }, source: "mlflow" },
    ...(about === undefined ? {} : { model: about.model }),
    ...(about?.dataset == null ? {} : { dataset: about.dataset }),
  };
}

function nameOf({ key, step, time, value }: Pick<ModelMeasure, "key" | "step" | "time" | "value">): string {
  return `${step} ${time} ${value} ${key}`;
}
