/** Experiments of MLflow's protocol. */

import { resolve } from "node:path";
import { parseSearchFilter } from "../../model/mlflowFilter.ts";
import { experimentGrammar } from "../../model/mlflowGrammar.ts";
import { parseSearchOrder } from "../../model/mlflowOrder.ts";
import type { OrderTerm } from "../../model/mlflowSearch.ts";
import type { Experiment } from "../../model/tracking.ts";
import type { View } from "../../store/store.ts";
import { checkExperimentName, checkKey, checkLength, limits } from "./limits.ts";
import { pageOr, readToken, writeToken } from "./pages.ts";
import { invalid, Parameters } from "./parameters.ts";
import { type Face, type Fields, MlflowError, type Route } from "./route.ts";
import { parsed, wholeNumber } from "./searches.ts";
import { listOf, wireExperiment } from "./wire.ts";

const usualExperiments = 1_000;
const mostExperiments = 50_000;
export const viewWords = { ACTIVE_ONLY: 1, DELETED_ONLY: 2, ALL: 3 } as const;
export const views: Readonly<Record<keyof typeof viewWords, View>> = {
  ACTIVE_ONLY: "active",
  DELETED_ONLY: "deleted",
  ALL: "all",
};

/** Throws RESOURCE_DOES_NOT_EXIST. */
export async function experimentOf(id: string, { store }: Face): Promise<Experiment> {
  if (!/^\d+$/.test(id)) throw invalid(`Invalid experiment ID '${id}'. Experiment ID must be an integer.`);
  const experiment = await store.experiments.get(String(BigInt(id)));
  if (experiment === null)
    throw new MlflowError("RESOURCE_DOES_NOT_EXIST", `No Experiment with id=${id} exists`);
  return experiment;
}

/** Throws unless the experiment is there and not deleted. */
export async function activeExperimentOf(id: string, face: Face): Promise<Experiment> {
  const experiment = await experimentOf(id, face);
  if (experiment.deleted)
    throw invalid(`The experiment ${id} must be in the 'active' state. Current state is deleted.`);
  return experiment;
}

async function create(fields: Fields, { store, clock, workspace, artifactRoot }: Face): Promise<object> {
  const asked = new Parameters(fields);
  const name = asked.requiredText("name");
  const location = asked.text("artifact_location");
  const tags = asked.pairs("tags");
  checkExperimentName(name);
  checkLocation(location);
  for (const { key, value } of tags) checkExperimentTag(key, value);
  const made = await store.experiments.create({
    name,
    // A path on this machine is meant from the folder that is served.
    artifactLocation: location === "" ? null : isUri.test(location) ? location : resolve(workspace, location),
    artifactRoot,
    tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
    time: clock(),
  });
  if (made === null)
    throw new MlflowError("RESOURCE_ALREADY_EXISTS", `Experiment(name=${name}) already exists.`);
  return { experiment_id: made.id };
}

const isUri = /^[a-zA-Z][a-zA-Z0-9+.-]+:/;

function checkLocation(location: string): void {
  if (location === "") return;
  if (/[#;]/.test(location)) throw invalid("'artifact_location' URL can't include fragments or params.");
  if (location.startsWith("runs:"))
    throw invalid(`Artifact location cannot be a runs:/ URI. Given: '${location}'`);
  const query = location.split("?")[1] ?? "";
  if (query.includes("..")) throw invalid("Invalid query string");
  if (location.length > limits.location)
    throw invalid(
      `Invalid artifact path length. The length of the artifact path cannot be greater than ${limits.location} characters.`,
    );
}

function checkExperimentTag(key: string, value: string): void {
  checkKey(key, "key");
  checkLength("key", key, limits.key);
  checkLength("value", value, limits.experimentTagValue);
}

async function get(fields: Fields, face: Face): Promise<object> {
  const id = new Parameters(fields).requiredText("experiment_id");
  return { experiment: wireExperiment(await experimentOf(id, face)) };
}

async function getByName(fields: Fields, { store }: Face): Promise<object> {
  const name = new Parameters(fields).requiredText("experiment_name");
  const experiment = await store.experiments.byName(name);
  if (experiment === null)
    throw new MlflowError("RESOURCE_DOES_NOT_EXIST", `Could not find experiment with name '${name}'`);
  return { experiment: wireExperiment(experiment) };
}

async function update(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const id = asked.requiredText("experiment_id");
  const name = asked.requiredText("new_name");
  checkExperimentName(name);
  const experiment = await experimentOf(id, face);
  if (experiment.deleted) throw new MlflowError("INVALID_STATE", "Cannot rename a non-active experiment.");
  if (!(await face.store.experiments.rename(experiment.id, name, face.clock())))
    throw new MlflowError("RESOURCE_ALREADY_EXISTS", `Experiment(name=${name}) already exists.`);
  return {};
}

async function setDeleted(fields: Fields, face: Face, deletes: boolean): Promise<object> {
  const id = new Parameters(fields).requiredText("experiment_id");
  const experiment = await experimentOf(id, face);
  if (experiment.deleted === deletes)
    throw new MlflowError("RESOURCE_DOES_NOT_EXIST", `No Experiment with id=${id} exists`);
  const now = face.clock();
  await face.store.experiments.setDeleted(experiment.id, deletes ? now : null, now);
  return {};
}

async function setTag(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const id = asked.requiredText("experiment_id");
  const key = asked.requiredText("key");
  const value = asked.text("value");
  checkExperimentTag(key, value);
  const experiment = await activeExperimentOf(id, face);
  await face.store.experiments.setTag(experiment.id, key, value);
  return {};
}

async function deleteTag(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const id = asked.requiredText("experiment_id");
  const key = asked.requiredText("key");
  const experiment = await activeExperimentOf(id, face);
  if (!Object.hasOwn(experiment.tags, key))
    throw new MlflowError("RESOURCE_DOES_NOT_EXIST", `No tag with name: ${key} in experiment with id ${id}`);
  await face.store.experiments.setTag(experiment.id, key, null);
  return {};
}

async function search(fields: Fields, { store }: Face): Promise<object> {
  const asked = new Parameters(fields);
  const view = views[asked.wordOrNull("view_type", viewWords) ?? "ACTIVE_ONLY"];
  const limit = wholeNumber(asked.integerOrNull("max_results") ?? usualExperiments, mostExperiments);
  const order = asked.texts("order_by");
  const filter = parsed(parseSearchFilter(asked.text("filter"), experimentGrammar));
  const token = asked.text("page_token");
  const page = pageOr(
    await store.experiments.search({
      search: { filter, order: wholeOrder(order) },
      ...{ view, limit, after: readToken(token) },
    }),
    token,
  );
  return { experiments: listOf(page.items.map(wireExperiment)), next_page_token: writeToken(page.next) };
}

/** Newest first unless asked otherwise. */
function wholeOrder(texts: readonly string[]): readonly OrderTerm[] {
  if (texts.length === 0) return [{ entity: "attribute", key: "creation_time", ascending: false }];
  const terms = parsed(parseSearchOrder(texts, experimentGrammar));
  if (terms.some(({ key }) => key === "experiment_id")) return terms;
  return [...terms, { entity: "attribute", key: "experiment_id", ascending: false }];
}

export const experimentRoutes: readonly Route[] = [
  { method: "POST", path: "mlflow/experiments/create", major: 2, answer: create },
  { method: "GET", path: "mlflow/experiments/get", major: 2, answer: get },
  { method: "GET", path: "mlflow/experiments/get-by-name", major: 2, answer: getByName },
  { method: "POST", path: "mlflow/experiments/update", major: 2, answer: update },
  {
    ...{ method: "POST", path: "mlflow/experiments/delete", major: 2 },
    answer: (fields, face) => setDeleted(fields, face, true),
  },
  {
    ...{ method: "POST", path: "mlflow/experiments/restore", major: 2 },
    answer: (fields, face) => setDeleted(fields, face, false),
  },
  { method: "POST", path: "mlflow/experiments/set-experiment-tag", major: 2, answer: setTag },
  { method: "POST", path: "mlflow/experiments/delete-experiment-tag", major: 2, answer: deleteTag },
  { method: "POST", path: "mlflow/experiments/search", major: 2, answer: search },
  { method: "GET", path: "mlflow/experiments/search", major: 2, answer: search },
];
