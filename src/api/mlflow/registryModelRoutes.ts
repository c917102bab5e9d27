/** Registered models of MLflow's protocol. */

import { isPrompt } from "../../model/prompt.ts";
import { modelStages } from "../../model/registry.ts";
import { deleteModel } from "../../ops/deleteModel.ts";
import { createModel, editRegistry } from "../../ops/editRegistry.ts";
import { invalid, missing, Parameters } from "./parameters.ts";
import { modelNames, modelsFor, searchModels } from "./registrySearch.ts";
import {
  demandModelName,
  demandTag,
  demandTagKey,
  inMlflowsWords,
  latestVersions,
  modelMessage,
  modelNamed,
  newTags,
  registryParts,
  versionMessage,
} from "./registryWire.ts";
import { type Face, type Fields, MlflowError, type Route } from "./route.ts";

const root = "mlflow/registered-models";

/** Why the log has it that an alias went with its version. */
export const reasonOfClient = "Asked for by a client of MLflow's protocol.";

export const registryModelRoutes: readonly Route[] = [
  { method: "POST", path: `${root}/create`, major: 2, answer: create },
  { method: "GET", path: `${root}/get`, major: 2, answer: get },
  { method: "PATCH", path: `${root}/update`, major: 2, answer: update },
  { method: "POST", path: `${root}/rename`, major: 2, answer: rename },
  { method: "DELETE", path: `${root}/delete`, major: 2, answer: remove },
  { method: "GET", path: `${root}/search`, major: 2, answer: search },
  { method: "GET", path: `${root}/get-latest-versions`, major: 2, answer: latest },
  { method: "POST", path: `${root}/get-latest-versions`, major: 2, answer: latest },
  { method: "POST", path: `${root}/set-tag`, major: 2, answer: setTag },
  { method: "DELETE", path: `${root}/delete-tag`, major: 2, answer: deleteTag },
];

async function create(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const model = fields.requiredText("name");
  const description = fields.text("description");
  demandModelName(model);
  const tags = newTags(fields);
  await refuseOtherKind(model, isPrompt(tags), face);
  await inMlflowsWords(model, null, () => createModel({ model, description, tags }, registryParts(face)));
  return { registered_model: modelMessage(await modelNamed(model, face)) };
}

/** A model and a prompt can't share a name; which of the two has it already is worth saying. */
async function refuseOtherKind(name: string, wantsPrompt: boolean, { store }: Face): Promise<void> {
  const known = await store.registry.model(name);
  if (known === null) return;
  const kind = (prompt: boolean) => (prompt ? "Prompt" : "Registered Model");
  const [wanted, taken] = [kind(wantsPrompt), kind(isPrompt(known.tags))];
  throw new MlflowError(
    "RESOURCE_ALREADY_EXISTS",
    wanted === taken
      ? `${wanted} (name=${name}) already exists.`
      : `Tried to create a ${wanted.toLowerCase()} with name '${name}', but the name is already taken by a ${taken.toLowerCase()}. MLflow does not allow creating a model and a prompt with the same name.`,
  );
}

async function get(request: Fields, face: Face): Promise<object> {
  const name = new Parameters(request).requiredText("name");
  return { registered_model: modelMessage(await modelNamed(name, face)) };
}

async function update(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const model = fields.requiredText("name");
  const description = fields.text("description");
  demandModelName(model);
  const edit = { type: "model.described", model, description } as const;
  await inMlflowsWords(model, null, () => editRegistry(edit, registryParts(face)));
  return { registered_model: modelMessage(await modelNamed(model, face)) };
}

async function rename(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const model = fields.requiredText("name");
  const name = fields.requiredText("new_name");
  if (name.trim() === "") throw missing("new_name");
  demandModelName(name);
  await modelNamed(model, face);
  const edit = { type: "model.renamed", model, name } as const;
  await inMlflowsWords(name, null, () => editRegistry(edit, registryParts(face)));
  return { registered_model: modelMessage(await modelNamed(name, face)) };
}

async function remove(request: Fields, face: Face): Promise<object> {
  const name = new Parameters(request).requiredText("name");
  demandModelName(name);
  await inMlflowsWords(name, null, () => deleteModel(name, reasonOfClient, registryParts(face)));
  return {};
}

async function search(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const { found, next } = searchModels(fields, await modelsFor(fields, modelNames, face.store.registry));
  return {
    registered_models: found.length === 0 ? undefined : found.map(modelMessage),
    next_page_token: next,
  };
}

async function latest(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const name = fields.requiredText("name");
  const asked = fields.texts("stages").map(stageOf);
  const versions = latestVersions(await modelNamed(name, face));
  const found = versions.filter(({ stage }) => asked.length === 0 || asked.includes(stage));
  return { model_versions: found.length === 0 ? undefined : found.map(versionMessage) };
}

/** The stage in its own spelling; clients write it in any. */
export function stageOf(text: string): (typeof modelStages)[number] {
  const stage = modelStages.find((each) => each.toLowerCase() === text.toLowerCase());
  if (stage === undefined)
    throw invalid(`Invalid Model Version stage: ${text}. Value must be one of ${modelStages.join(", ")}.`);
  return stage;
}

async function setTag(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const model = fields.requiredText("name");
  const tag = fields.requiredText("key");
  const value = fields.text("value");
  demandModelName(model);
  demandTag(tag, value);
  const edit = { type: "model.tagged", model, tag, value } as const;
  await inMlflowsWords(model, null, () => editRegistry(edit, registryParts(face)));
  return {};
}

async function deleteTag(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const model = fields.requiredText("name");
  const tag = fields.requiredText("key");
  demandModelName(model);
  demandTagKey(tag);
  const edit = { type: "model.tagged", model, tag, value: null } as const;
  await inMlflowsWords(model, null, () => editRegistry(edit, registryParts(face)));
  return {};
}
