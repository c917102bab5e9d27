/** Models and versions as MLflow's clients read them, and our failures in MLflow's words. */

import { RunlineError } from "../../model/failure.ts";
import { promptText } from "../../model/prompt.ts";
import type { Model, ModelVersion, Tags } from "../../model/registry.ts";
import { aliasShape, modelNameProblem, tagKeyProblem } from "../../model/registryNames.ts";
import type { RegistryParts } from "../../ops/editRegistry.ts";
import { invalid, type Parameters } from "./parameters.ts";
import { type Face, MlflowError } from "./route.ts";

const longestKey = 250;
const longestValue = 100_000;

export function modelMessage(model: Model): object {
  return {
    name: model.name,
    creation_timestamp: model.created,
    last_updated_timestamp: model.updated,
    description: model.description || undefined,
    latest_versions: someOf(latestVersions(model).map(listedVersionMessage)),
    tags: tagMessages(model.tags),
    aliases: someOf(model.aliases.map(({ alias, version }) => ({ alias, version: String(version) }))),
  };
}

export function versionMessage(version: ModelVersion): object {
  return { ...listedVersionMessage(version), aliases: someOf(version.aliases) };
}

/** In lists, MLflow leaves the aliases out. */
export function listedVersionMessage(version: ModelVersion): object {
  const { model, created, updated, runId, actor, stage, description, tags, origin } = version;
  return {
    name: model,
    version: String(version.version),
    creation_timestamp: created,
    last_updated_timestamp: updated,
    user_id: actor.name || undefined,
    current_stage: stage,
    description,
    source: sourceOf(version),
    run_id: runId ?? "",
    status: "READY",
    tags: tagMessages(tags),
    run_link: origin?.runLink ?? "",
  };
}

/** Where a client finds the files. A version that was registered from a run here lies below the artifacts of the run. */
export function sourceOf({ runId, artifact, origin }: ModelVersion): string {
  return origin?.source ?? `runs:/${runId}/${artifact ?? ""}`;
}

/** The newest version of each stage; the stages in the order in which a version reached them first. */
export function latestVersions({ versions }: Model): readonly ModelVersion[] {
  const latest = new Map<string, ModelVersion>();
  for (const version of versions.toReversed()) latest.set(version.stage, version);
  return [...latest.values()];
}

function tagMessages(tags: Tags): readonly object[] | undefined {
  return someOf(Object.entries(tags).map(([key, value]) => ({ key, value })));
}

/** Empty lists are left out. */
function someOf<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}

/** What the verbs of the registry work with, on behalf of whoever the server runs for. */
export function registryParts({ store, clock, person }: Face): RegistryParts {
  return { registry: store.registry, clock, actor: person };
}

/** The model of that name. Throws RESOURCE_DOES_NOT_EXIST. */
export async function modelNamed(name: string, { store }: Face): Promise<Model> {
  demandModelName(name);
  const model = await store.registry.model(name);
  if (model === null) throw modelMissing(name);
  return model;
}

/** The version that a request names. Throws RESOURCE_DOES_NOT_EXIST. */
export async function versionNamed(name: string, version: number, { store }: Face): Promise<ModelVersion> {
  const found = await store.registry.version(name, version);
  if (found === null) throw versionMissing(name, version);
  return found;
}

function modelMissing(name: string): MlflowError {
  return new MlflowError("RESOURCE_DOES_NOT_EXIST", `Registered Model with name=${name} not found`);
}

function versionMissing(name: string, version: number): MlflowError {
  return new MlflowError(
    "RESOURCE_DOES_NOT_EXIST",
    `Model Version (name=${name}, version=${version}) not found`,
  );
}

/** Does what a verb does; its failures are said as MLflow says them. */
export async function inMlflowsWords<T>(
  name: string,
  version: number | null,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof RunlineError ? inWords(thrown, name, version) : thrown;
  }
}

function inWords(thrown: RunlineError, name: string, version: number | null): Error {
  const { code, message, next } = thrown.failure;
  switch (code) {
    case "modelUnknown":
      return version === null ? modelMissing(name) : versionMissing(name, version);
    case "versionUnknown":
      return versionMissing(name, version ?? 0);
    case "modelExists":
      return new MlflowError("RESOURCE_ALREADY_EXISTS", `Registered Model (name=${name}) already exists.`);
    case "aliasProtected":
      return new MlflowError("PERMISSION_DENIED", `${message} ${next}`);
    default:
      return thrown;
  }
}

export function demandModelName(name: string): void {
  const problem = modelNameProblem(name);
  if (problem !== null) throw invalid(problem);
}

/** The name and number of a version. */
export function askedVersion(fields: Parameters): { readonly name: string; readonly version: number } {
  const name = fields.requiredText("name");
  const text = fields.requiredText("version");
  demandModelName(name);
  return { name, version: versionNumber(text) };
}

export function versionNumber(text: string): number {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw invalid(`Parameter 'version' must be an integer, got '${text}'.`);
  return Number(text);
}

/** A name that an alias may be asked for or removed by; setting one demands more. */
export function demandAlias(alias: string): void {
  if (alias.length > 255)
    throw invalid("'Registered model alias name' exceeds the maximum length of 255 characters");
  if (!aliasShape.test(alias))
    throw invalid(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    );
}

export function demandFreeAlias(alias: string): void {
  demandAlias(alias);
  if (alias.toLowerCase() === "latest") throw invalid("'latest' alias name (case insensitive) is reserved.");
  if (/^v\d+$/i.test(alias)) throw invalid(`Version alias name '${alias}' is reserved.`);
}

export function demandTag(key: string, value: string): void {
  demandTagKey(key);
  if (key === promptText && value.length > longestValue)
    throw invalid(`Prompt text exceeds max length of ${longestValue} characters.`);
  if (value.length > longestValue)
    throw invalid(`'value' exceeds the maximum length of ${longestValue} characters`);
}

export function demandTagKey(key: string): void {
  const problem = tagKeyProblem(key);
  if (problem !== null) throw invalid(problem);
  if (key.length > longestKey) throw invalid(`'key' exceeds the maximum length of ${longestKey} characters`);
}

/** The tags of a new model or version; of two with one key the last counts. */
export function newTags(fields: Parameters): Tags {
  const pairs = fields.pairs("tags");
  for (const { key, value } of pairs) demandTag(key, value);
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}
