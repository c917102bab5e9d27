/** Logged models of MLflow 3. What a run made is written to the run's journal; what no run made, only the store knows. */

import { randomBytes } from "node:crypto";
import type { LoggedModelRecord } from "../../model/journal.ts";
import { parseSearchFilter } from "../../model/mlflowFilter.ts";
import { loggedModelGrammar } from "../../model/mlflowGrammar.ts";
import type { OrderTerm } from "../../model/mlflowSearch.ts";
import { runName } from "../../model/runName.ts";
import type { LoggedModel, LoggedModelStatus } from "../../model/tracking.ts";
import type { LoggedModelChange } from "../../store/store.ts";
import { partsOf, placeOfModel } from "./artifactPlaces.ts";
import { listing } from "./artifactProxy.ts";
import { writeToRun } from "./clientWrites.ts";
import { activeExperimentOf } from "./experimentRoutes.ts";
import { pageOr, readToken, writeToken } from "./pages.ts";
import { invalid, missing, Parameters } from "./parameters.ts";
import { type Face, type Fields, MlflowError, type Route } from "./route.ts";
import { parsed, wholeNumber } from "./searches.ts";
import { listOf, modelUri, wireLoggedModel } from "./wire.ts";

const usualModels = 100;
const mostModels = 50_000;
const statusWords = {
  LOGGED_MODEL_STATUS_UNSPECIFIED: 0,
  LOGGED_MODEL_PENDING: 1,
  LOGGED_MODEL_READY: 2,
  LOGGED_MODEL_UPLOAD_FAILED: 3,
} as const;
const statuses: Readonly<Record<keyof typeof statusWords, LoggedModelStatus>> = {
  LOGGED_MODEL_STATUS_UNSPECIFIED: "pending",
  LOGGED_MODEL_PENDING: "pending",
  LOGGED_MODEL_READY: "ready",
  LOGGED_MODEL_UPLOAD_FAILED: "failed",
};

/** Throws RESOURCE_DOES_NOT_EXIST. */
export async function loggedModelOf(id: string, { store }: Face, deletedToo = true): Promise<LoggedModel> {
  const model = await store.loggedModels.get(id);
  if (model === null || (model.deleted && !deletedToo))
    throw new MlflowError("RESOURCE_DOES_NOT_EXIST", `Logged model with ID '${id}' not found.`);
  return model;
}

async function create(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const experimentId = asked.requiredText("experiment_id");
  const name = asked.text("name");
  const type = asked.text("model_type");
  const runId = asked.text("source_run_id");
  const parameters = Object.fromEntries(asked.pairs("params").map(({ key, value }) => [key, value]));
  const tags = Object.fromEntries(asked.pairs("tags").map(({ key, value }) => [key, value]));
  if (/[/:.%"']/.test(name))
    throw invalid(
      `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the ` +
        "following characters: ('/', ':', '.', '%', '\"', \"'\")",
    );
  const experiment = await activeExperimentOf(experimentId, face);
  const id = `m-${randomBytes(16).toString("hex")}`;
  const shown = name || runName(randomBytes(16).toString("hex"), 0);
  const time = face.clock();
  const run = runId === "" ? null : await face.store.trackedRuns.state(runId, [], []);
  const makes: LoggedModelRecord = { kind: "model", time, id, name: shown, type, parameters, tags };
  if (run !== null && !run.deleted) await writeToRun(runId, face, {}, () => [makes]);
  else {
    await face.store.loggedModels.create({
      ...{ id, experimentId: experiment.id, name: shown, type, time },
      sourceRun: runId === "" ? null : runId,
    });
    await face.store.loggedModels.change(id, { time, parameters, tags });
  }
  return { model: wireLoggedModel(await loggedModelOf(id, face)) };
}

/** Records a change where the model came from. */
export async function changeLoggedModel(
  model: LoggedModel,
  what: Omit<LoggedModelChange, "time">,
  face: Face,
): Promise<void> {
  const time = face.clock();
  if (model.runId === null) await face.store.loggedModels.change(model.id, { time, ...what });
  else await writeToRun(model.runId, face, {}, () => [{ kind: "model", time, id: model.id, ...what }]);
}

function idIn(fields: Fields): string {
  return new Parameters(fields).requiredText("model_id");
}

async function get(fields: Fields, face: Face): Promise<object> {
  const deletedToo = new Parameters(fields).text("allow_deleted").toLowerCase() === "true";
  return { model: wireLoggedModel(await loggedModelOf(idIn(fields), face, deletedToo)) };
}

async function finalize(fields: Fields, face: Face): Promise<object> {
  const id = idIn(fields);
  const word = new Parameters(fields).wordOrNull("status", statusWords);
  if (word === null) throw missing("status");
  await changeLoggedModel(await loggedModelOf(id, face), { status: statuses[word] }, face);
  return { model: wireLoggedModel(await loggedModelOf(id, face)) };
}

async function remove(fields: Fields, face: Face): Promise<object> {
  const model = await loggedModelOf(idIn(fields), face);
  const time = face.clock();
  const { id, runId } = model;
  if (runId === null) await face.store.loggedModels.setDeleted(id, time);
  else await writeToRun(runId, face, {}, () => [{ kind: "model", time, id, status: "deleted" }]);
  return {};
}

async function setTags(fields: Fields, face: Face): Promise<object> {
  const tags = new Parameters(fields).pairs("tags").map(({ key, value }) => [key, value] as const);
  await changeLoggedModel(await loggedModelOf(idIn(fields), face), { tags: Object.fromEntries(tags) }, face);
  return {};
}

async function deleteTag(fields: Fields, face: Face): Promise<object> {
  const model = await loggedModelOf(idIn(fields), face);
  const key = new Parameters(fields).requiredText("tag_key");
  if (!model.tags.some(([name]) => name === key))
    throw new MlflowError(
      "RESOURCE_DOES_NOT_EXIST",
      `No tag with key '${key}' found for model with ID '${model.id}'.`,
    );
  await changeLoggedModel(model, { tags: { [key]: null } }, face);
  return {};
}

async function logParameters(fields: Fields, face: Face): Promise<object> {
  const pairs = new Parameters(fields).pairs("params").map(({ key, value }) => [key, value] as const);
  await changeLoggedModel(
    await loggedModelOf(idIn(fields), face),
    { parameters: Object.fromEntries(pairs) },
    face,
  );
  return {};
}

async function search(fields: Fields, { store }: Face): Promise<object> {
  const asked = new Parameters(fields);
  const experimentIds = asked.texts("experiment_ids");
  if (experimentIds.length === 0) throw missing("experiment_ids");
  const filter = parsed(parseSearchFilter(asked.text("filter"), loggedModelGrammar));
  const datasets = asked.list("datasets", readScope);
  if (datasets.some(({ name }) => name === ""))
    throw invalid("`dataset_name` in the `datasets` clause must be specified.");
  const limit = wholeNumber(asked.integerOrNull("max_results") || usualModels, mostModels);
  const order = asked.list("order_by", readTerm);
  const token = asked.text("page_token");
  const page = pageOr(
    await store.loggedModels.search({
      ...{ search: { filter, order, datasets }, experimentIds, limit, after: readToken(token) },
    }),
    token,
  );
  return { models: listOf(page.items.map(wireLoggedModel)), next_page_token: writeToken(page.next) };
}

function readScope(item: Parameters) {
  return { name: item.text("dataset_name"), digest: item.text("dataset_digest") || null };
}

function readTerm(item: Parameters): OrderTerm {
  const field = item.requiredText("field_name");
  const dataset = readScope(item);
  const identifier = parsed(loggedModelGrammar.identifier(field, "order"));
  return {
    ...{ ...identifier, ascending: item.flagOrNull("ascending") ?? true },
    ...(dataset.name === "" ? {} : { dataset }),
  };
}

async function listFiles(fields: Fields, face: Face): Promise<object> {
  const model = await loggedModelOf(idIn(fields), face, false);
  const parts = partsOf(new Parameters(fields).text("artifact_directory_path"));
  const place = await placeOfModel(model, parts, face);
  return { root_uri: modelUri(model), ...(await listing(place, parts.map((part) => `${part}/`).join(""))) };
}

const models = "mlflow/logged-models";
export const loggedModelRoutes: readonly Route[] = [
  { method: "POST", path: models, major: 2, answer: create },
  { method: "POST", path: `${models}/search`, major: 2, answer: search },
  { method: "GET", path: `${models}/:model_id`, major: 2, answer: get },
  { method: "PATCH", path: `${models}/:model_id`, major: 2, answer: finalize },
  { method: "DELETE", path: `${models}/:model_id`, major: 2, answer: remove },
  { method: "PATCH", path: `${models}/:model_id/tags`, major: 2, answer: setTags },
  { method: "DELETE", path: `${models}/:model_id/tags/:tag_key`, major: 2, answer: deleteTag },
  { method: "POST", path: `${models}/:model_id/params`, major: 2, answer: logParameters },
  { method: "GET", path: `${models}/:model_id/artifacts/directories`, major: 2, answer: listFiles },
];
