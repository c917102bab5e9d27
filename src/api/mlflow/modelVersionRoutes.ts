/** Model versions of MLflow's protocol. */

import { parseJson } from "../../model/fields.ts";
import { isPrompt } from "../../model/prompt.ts";
import type { ModelVersion } from "../../model/registry.ts";
import { createVersion } from "../../ops/createVersion.ts";
import { deleteVersion } from "../../ops/deleteModel.ts";
import { editRegistry, type RegistryEdit, stageVersion } from "../../ops/editRegistry.ts";
import { changeLoggedModel } from "./loggedModelRoutes.ts";
import { locate } from "./modelVersionSource.ts";
import { invalid, Parameters } from "./parameters.ts";
import { reasonOfClient, stageOf } from "./registryModelRoutes.ts";
import { modelsFor, searchVersions, versionNames } from "./registrySearch.ts";
import {
  askedVersion,
  demandModelName,
  demandTag,
  demandTagKey,
  inMlflowsWords,
  listedVersionMessage,
  newTags,
  registryParts,
  sourceOf,
  versionMessage,
  versionNamed,
} from "./registryWire.ts";
import type { Face, Fields, Route } from "./route.ts";

const root = "mlflow/model-versions";

export const modelVersionRoutes: readonly Route[] = [
  { method: "POST", path: `${root}/create`, major: 2, answer: create },
  { method: "GET", path: `${root}/get`, major: 2, answer: get },
  { method: "PATCH", path: `${root}/update`, major: 2, answer: update },
  { method: "DELETE", path: `${root}/delete`, major: 2, answer: remove },
  { method: "GET", path: `${root}/search`, major: 2, answer: search },
  { method: "GET", path: `${root}/get-download-uri`, major: 2, answer: downloadUri },
  { method: "POST", path: `${root}/transition-stage`, major: 2, answer: transition },
  { method: "POST", path: `${root}/set-tag`, major: 2, answer: setTag },
  { method: "DELETE", path: `${root}/delete-tag`, major: 2, answer: deleteTag },
];

async function create(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const model = fields.requiredText("name");
  const given = {
    source: fields.requiredText("source"),
    runId: fields.textOrNull("run_id"),
    loggedModel: fields.textOrNull("model_id"),
  };
  const runLink = fields.textOrNull("run_link");
  const description = fields.text("description");
  const tags = newTags(fields);
  demandModelName(model);
  const located = await locate(given, isPrompt(tags), face);
  const asked = { model, runLink, description, tags, ...located };
  const version = await inMlflowsWords(model, null, () => createVersion(asked, registryParts(face)));
  if (located.loggedModel !== null) await tellLoggedModel(located.loggedModel, version, face);
  return { model_version: versionMessage(version) };
}

const versionsTag = "mlflow.modelVersions";

/** A logged model knows in a tag which versions were made of it. */
async function tellLoggedModel(id: string, { model, version }: ModelVersion, face: Face): Promise<void> {
  const logged = await face.store.loggedModels.get(id);
  if (logged === null || logged.deleted) return;
  const known = parseJson(logged.tags.find(([key]) => key === versionsTag)?.[1] ?? "[]");
  const all = [...(Array.isArray(known) ? known : []), { name: model, version }];
  // With the blanks that Python writes.
  const texts = all.map((each) => JSON.stringify(each).replaceAll('":', '": ').replaceAll(',"', ', "'));
  await changeLoggedModel(logged, { tags: { [versionsTag]: `[${texts.join(", ")}]` } }, face);
}

async function get(request: Fields, face: Face): Promise<object> {
  const { name, version } = askedVersion(new Parameters(request));
  return { model_version: versionMessage(await versionNamed(name, version, face)) };
}

async function update(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const { name: model, version } = askedVersion(fields);
  return edited({ type: "version.described", model, version, description: fields.text("description") }, face);
}

async function remove(request: Fields, face: Face): Promise<object> {
  const { name, version } = askedVersion(new Parameters(request));
  await inMlflowsWords(name, version, () =>
    deleteVersion(name, version, reasonOfClient, registryParts(face)),
  );
  return {};
}

async function search(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const { found, next } = searchVersions(fields, await modelsFor(fields, versionNames, face.store.registry));
  return {
    model_versions: found.length === 0 ? undefined : found.map(listedVersionMessage),
    next_page_token: next,
  };
}

async function downloadUri(request: Fields, face: Face): Promise<object> {
  const { name, version } = askedVersion(new Parameters(request));
  const found = await versionNamed(name, version, face);
  return { artifact_uri: found.origin?.storage ?? sourceOf(found) };
}

async function transition(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const { name: model, version } = askedVersion(fields);
  const text = fields.requiredText("stage");
  const archive = fields.flagOrNull("archive_existing_versions") ?? false;
  const stage = stageOf(text);
  if (archive && stage !== "Staging" && stage !== "Production")
    throw invalid(
      `Model version transition cannot archive existing model versions because '${text}' is not an Active stage. Valid stages are ['Staging', 'Production']`,
    );
  await inMlflowsWords(model, version, () =>
    stageVersion({ model, version, stage, archive }, registryParts(face)),
  );
  return { model_version: versionMessage(await versionNamed(model, version, face)) };
}

async function setTag(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const { name: model, version } = askedVersion(fields);
  const tag = fields.requiredText("key");
  const value = fields.text("value");
  demandTag(tag, value);
  await edited({ type: "version.tagged", model, version, tag, value }, face);
  return {};
}

async function deleteTag(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const { name: model, version } = askedVersion(fields);
  const tag = fields.requiredText("key");
  demandTagKey(tag);
  await edited({ type: "version.tagged", model, version, tag, value: null }, face);
  return {};
}

/** The version after one change of it. */
async function edited(edit: Extract<RegistryEdit, { version: number }>, face: Face): Promise<object> {
  const { model, version } = edit;
  await inMlflowsWords(model, version, () => editRegistry(edit, registryParts(face)));
  return { model_version: versionMessage(await versionNamed(model, version, face)) };
}
