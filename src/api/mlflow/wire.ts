/** Runline's nouns in the JSON of MLflow's protocol: snake case, times as whole numbers, members that are not known left out. */

import {
  type DatasetInput,
  type Experiment,
  type LoggedModel,
  type ModelUse,
  runStatusOf,
  type TrackedRun,
  type TrackedRunHead,
} from "../../model/tracking.ts";
import type { FoundRun } from "../../store/store.ts";

/** JSON has no NaN; and where MLflow keeps numbers, the infinities are the greatest numbers there are. */
export function wireNumber(value: number): number | string {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "NaN" : Math.sign(value) * Number.MAX_VALUE;
}

export function wireTime(time: number): number {
  return Math.round(time);
}

/** The protocol has whole steps only, and its clients read nothing of a run with another one. A script may have counted in fractions of epochs. */
export function wireStep(step: number): number {
  return Math.trunc(step);
}

/** Key and value of each; nothing at all where there are none. */
export function wirePairs(pairs: readonly (readonly [key: string, value: string])[]) {
  return listOf(pairs.map(([key, value]) => ({ key, value })));
}

export function listOf<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}

/** `<root>/<rest>`, where the root may have a query. */
export function underUri(root: string, rest: string): string {
  const query = root.indexOf("?");
  const [place, asked] = query < 0 ? [root, ""] : [root.slice(0, query), root.slice(query)];
  return `${place.replace(/\/+$/, "")}/${rest}${asked}`;
}

export function artifactUri({ artifactLocation, id }: Pick<TrackedRun, "artifactLocation" | "id">): string {
  return underUri(artifactLocation, `${id}/artifacts`);
}

export function wireExperiment({ id, name, artifactLocation, deleted, created, updated, tags }: Experiment) {
  return {
    experiment_id: id,
    name,
    artifact_location: artifactLocation,
    lifecycle_stage: deleted ? "deleted" : "active",
    workspace: "default",
    last_update_time: wireTime(updated),
    creation_time: wireTime(created),
    tags: wirePairs(Object.entries(tags)),
  };
}

export function wireRunInfo(run: TrackedRunHead) {
  return {
    run_uuid: run.id,
    run_id: run.id,
    run_name: run.name,
    experiment_id: run.experimentId,
    user_id: run.user,
    status: runStatusOf[run.state],
    start_time: wireTime(run.started),
    end_time: run.ended === null ? undefined : wireTime(run.ended),
    artifact_uri: artifactUri(run),
    lifecycle_stage: run.deleted ? "deleted" : "active",
  };
}

export function wireRun(run: TrackedRun) {
  return {
    info: wireRunInfo(run),
    data: {
      metrics: listOf(
        run.metrics.map(({ key, value, time, step }) => {
          return { key, value: wireNumber(value), timestamp: wireTime(time), step: wireStep(step) };
        }),
      ),
      params: wirePairs(run.parameters),
      tags: wirePairs(run.tags),
    },
    inputs: {
      dataset_inputs: listOf(run.inputs.map(wireInput)),
      model_inputs: listOf(run.modelInputs.map(({ model }) => ({ model_id: model }))),
    },
    outputs: {
      model_outputs: listOf(run.modelOutputs.map(wireModelOutput)),
    },
  };
}

/** A run of a page as text. As in MLflow, its models are only those that it made: which ones a run read, only the run itself tells. */
export function foundRunText(run: FoundRun): string {
  const data = [
    listText("metrics", run.metrics),
    listText("params", run.parameters),
    listText("tags", run.tags),
  ].filter((text) => text !== "");
  const inputs = run.inputs.length === 0 ? {} : { dataset_inputs: run.inputs.map(wireInput) };
  const outputs = { model_outputs: listOf(run.modelOutputs.map(wireModelOutput)) };
  return `{"info":${JSON.stringify(wireRunInfo(run))},"data":{${data.join(",")}},"inputs":${JSON.stringify(inputs)},"outputs":${JSON.stringify(outputs)}}`;
}

function listText(name: string, items: string): string {
  return items === "" ? "" : `"${name}":[${items}]`;
}

function wireModelOutput({ model, step }: ModelUse) {
  return { model_id: model, step: wireStep(step) };
}

function wireInput({ name, digest, sourceType, source, schema, profile, tags }: DatasetInput) {
  return {
    tags: wirePairs(Object.entries(tags)),
    dataset: {
      ...{ name, digest, source_type: sourceType, source },
      schema: schema ?? undefined,
      profile: profile ?? undefined,
    },
  };
}

const modelStatusWords = {
  pending: "LOGGED_MODEL_PENDING",
  ready: "LOGGED_MODEL_READY",
  failed: "LOGGED_MODEL_UPLOAD_FAILED",
} as const;

export function modelUri({ artifactLocation, id }: Pick<LoggedModel, "artifactLocation" | "id">): string {
  return underUri(artifactLocation, `models/${id}/artifacts`);
}

export function wireLoggedModel(model: LoggedModel) {
  return {
    info: {
      model_id: model.id,
      experiment_id: model.experimentId,
      name: model.name,
      creation_timestamp_ms: wireTime(model.created),
      last_updated_timestamp_ms: wireTime(model.updated),
      artifact_uri: modelUri(model),
      status: modelStatusWords[model.status],
      model_type: model.type,
      source_run_id: model.sourceRun ?? "",
      status_message: model.statusMessage === "" ? undefined : model.statusMessage,
      tags: wirePairs(model.tags),
    },
    data: {
      params: wirePairs(model.parameters),
      metrics: listOf(
        model.metrics.map(({ key, value, time, step, dataset, runId }) => ({
          ...{ key, value: wireNumber(value), timestamp: wireTime(time), step: wireStep(step) },
          dataset_name: dataset?.name,
          dataset_digest: dataset?.digest,
          model_id: model.id,
          run_id: runId,
        })),
      ),
    },
  };
}
