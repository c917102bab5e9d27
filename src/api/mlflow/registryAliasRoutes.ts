/** Aliases of MLflow's protocol: three methods on one path. */

import { aliasVersion, promote } from "../../ops/promote.ts";
import { removeAlias } from "../../ops/removeAlias.ts";
import { invalid, Parameters } from "./parameters.ts";
import { reasonOfClient } from "./registryModelRoutes.ts";
import {
  demandAlias,
  demandFreeAlias,
  demandModelName,
  inMlflowsWords,
  modelNamed,
  registryParts,
  versionMessage,
  versionNamed,
  versionNumber,
} from "./registryWire.ts";
import { type Face, type Fields, MlflowError, type Route } from "./route.ts";

const path = "mlflow/registered-models/alias";

export const registryAliasRoutes: readonly Route[] = [
  { method: "POST", path, major: 2, answer: set },
  { method: "DELETE", path, major: 2, answer: remove },
  { method: "GET", path, major: 2, answer: get },
];

async function set(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const model = fields.requiredText("name");
  const alias = fields.requiredText("alias");
  const text = fields.requiredText("version");
  demandModelName(model);
  demandFreeAlias(alias);
  const version = versionNumber(text);
  const { registry, clock, actor } = registryParts(face);
  const asked = { model, version, alias, reason: reasonOfClient, actor };
  await inMlflowsWords(model, version, () => promote(asked, registry, clock));
  return {};
}

async function remove(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const model = fields.requiredText("name");
  const alias = fields.requiredText("alias");
  demandModelName(model);
  demandAlias(alias);
  const known = await modelNamed(model, face);
  const { registry, clock, actor } = registryParts(face);
  const asked = { model, alias, reason: reasonOfClient, actor };
  if (aliasVersion(known, alias) !== null)
    await inMlflowsWords(model, null, () => removeAlias(asked, registry, clock));
  return {};
}

async function get(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const name = fields.requiredText("name");
  const alias = fields.requiredText("alias");
  demandModelName(name);
  demandAlias(alias);
  const model = await modelNamed(name, face);
  const version = alias.toLowerCase() === "latest" ? newest(model) : aliasVersion(model, alias);
  if (version === null) throw invalid(`Registered model alias ${alias} not found.`);
  return { model_version: versionMessage(await versionNamed(name, version, face)) };
}

function newest({
  name,
  versions,
}: {
  readonly name: string;
  readonly versions: readonly { version: number }[];
}) {
  const version = versions[0]?.version;
  if (version === undefined)
    throw new MlflowError("RESOURCE_DOES_NOT_EXIST", `Latest version not found for model ${name}.`);
  return version;
}
