/** Where a client says that the files of a new version are: checked, and seen as far as they are within reach. */

import { isPrompt } from "../../model/prompt.ts";
import type { CreatedVersion, ModelVersion } from "../../model/registry.ts";
import { modelFiles } from "../../ops/modelFiles.ts";
import { type Artifacts, loggedModelArtifacts, runArtifacts } from "./artifactsOf.ts";
import { invalid } from "./parameters.ts";
import { modelNamed, sourceOf, versionNamed } from "./registryWire.ts";
import type { Face } from "./route.ts";

export interface GivenSource {
  readonly source: string;
  /** Null where the client says nothing of it. */
  readonly runId: string | null;
  readonly loggedModel: string | null;
}

export type LocatedSource = Omit<CreatedVersion, "model" | "version" | "runLink" | "description" | "tags">;

/** What stands for a source where there are no files, as in prompts; clients of several years have their own. */
const placeholders = new Set(["dummy-source", "prompt-template"]);

/** Throws INVALID_PARAMETER_VALUE for a source that does not belong to what the client says made it. */
export async function locate(given: GivenSource, forPrompt: boolean, face: Face): Promise<LocatedSource> {
  if (forPrompt) return promptSource(given);
  const { source } = given;
  const other = await namedVersion(source, face);
  if (other !== null) return copied(given, other);
  demandAbsolute(source);
  const loggedModel = given.loggedModel || null;
  const model = loggedModel === null ? null : await loggedModelArtifacts(loggedModel, face);
  const runId = given.runId || model?.runId || null;
  const run = runId === null ? null : await runArtifacts(runId, face);
  const { storage, path, within } = place({ source, runId, loggedModel }, model, run);
  if (within === null || path === null)
    return { source, runId, loggedModel, storage, artifact: null, ...nothingSeen };
  const seen = await modelFiles(within.folder, path);
  const artifact = within.belowRun === null ? null : [within.belowRun, path].filter(Boolean).join("/");
  return { source, runId, loggedModel, storage, artifact, ...seen };
}

const nothingSeen = { digest: null, bytes: null, signature: null } as const;

function promptSource({ source, runId }: GivenSource): LocatedSource {
  if (!placeholders.has(source))
    throw invalid(`Invalid prompt source: '${source}'. Prompt sources must use an MLflow placeholder.`);
  return { source, runId: runId || null, loggedModel: null, storage: null, artifact: null, ...nothingSeen };
}

/** The version that `models:/<name>/<version>` or `models:/<name>@<alias>` names; null for other sources. */
async function namedVersion(source: string, face: Face): Promise<ModelVersion | null> {
  const named = /^models:\/+([^/@]+)(?:\/(\d+)|@([^/]+))\/?$/.exec(source);
  if (named === null) return null;
  const [, name = "", number, alias] = named;
  const model = await modelNamed(decoded(name), face);
  if (isPrompt(model.tags))
    throw invalid(
      `Invalid model version source: '${source}'. Prompt versions cannot be used as model version sources.`,
    );
  const wanted =
    number === undefined ? model.aliases.find((each) => each.alias === alias)?.version : Number(number);
  if (wanted === undefined) throw invalid(`Registered model alias ${alias} not found.`);
  return versionNamed(model.name, wanted, face);
}

/** A version of another model is made of the same files. */
function copied(given: GivenSource, version: ModelVersion): LocatedSource {
  const { runId, artifact, digest, bytes, origin } = version;
  const loggedModel = origin?.loggedModel ?? null;
  const differs = (said: string | null, known: string | null) => said !== null && said !== (known ?? "");
  if (differs(given.runId, runId) || differs(given.loggedModel, loggedModel))
    throw invalid(
      `Invalid model version source: '${given.source}'. The run_id and model_id request parameters must match the referenced model version.`,
    );
  return {
    source: `models:/${version.model}/${version.version}`,
    storage: origin?.storage ?? sourceOf(version),
    signature: origin?.signature ?? null,
    ...{ runId, artifact, digest, bytes, loggedModel },
  };
}

/** `m-…` of `models:/m-…`. */
function loggedModelIn(source: string): string | null {
  return /^models:\/+(m-[0-9a-f]{32})\/?$/.exec(source)?.[1] ?? null;
}

interface Place {
  /** Where clients download the files from, when the source only names them. */
  readonly storage: string | null;
  /** Below which artifacts of ours the files are, and the path there. */
  readonly within: Artifacts | null;
  readonly path: string | null;
}

function place(given: GivenSource, model: Artifacts | null, run: Artifacts | null): Place {
  const { source, loggedModel, runId } = given;
  switch (schemeOf(source)) {
    case "models":
      if (loggedModelIn(source) !== loggedModel || model === null) throw notWithin(source, "model_id");
      return { storage: model.uri, within: model, path: "" };
    case "runs": {
      const [, id, path = ""] = /^runs:\/+([^/]+)(?:\/(.*))?$/.exec(source) ?? [];
      if (loggedModel !== null) throw notWithin(source, "model_id");
      if (id === undefined || id !== runId) throw notWithin(source, "run_id");
      return { storage: null, within: run, path };
    }
    case "mlflow-artifacts": {
      const within = loggedModel === null ? run : model;
      const path = within === null ? null : pathBelow(source, within.uri);
      if (path === null) throw notWithin(source, loggedModel === null ? "run_id" : "model_id");
      return { storage: null, within, path };
    }
    case "":
    case "file":
      return local(source, loggedModel === null ? run : model, loggedModel === null ? "run_id" : "model_id");
    default:
      return { storage: null, within: null, path: null };
  }
}

/** A path on this machine is taken only when it lies within the artifacts of what made it. */
function local(source: string, within: Artifacts | null, parameter: "run_id" | "model_id"): Place {
  const file = localPath(source);
  // Files that the client keeps itself are not looked at.
  const elsewhere = within !== null && /^(?:file:|\/)/.test(within.uri) ? localPath(within.uri) : null;
  if (elsewhere !== null && isWithin(file, elsewhere)) return { storage: null, within: null, path: null };
  const folder = within?.folder ?? null;
  if (folder !== null && (file === folder || file.startsWith(`${folder}/`)))
    return { storage: null, within, path: file.slice(folder.length + 1) };
  throw invalid(
    `Invalid model version source: '${source}'. To use a local path as a model version source, the ${parameter} request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the ${parameter === "run_id" ? "run_id" : "model_id"}.`,
  );
}

function localPath(uri: string): string {
  return uri.replace(/^file:(\/\/(localhost|127\.0\.0\.1)?(?=\/))?/, "").replace(/\/+$/, "");
}

/** Is it the folder itself or something below it, also when its path is decoded? */
function isWithin(file: string, folder: string): boolean {
  const plain = decoded(file);
  if (plain.includes("\0") || plain.split("/").some((part) => part === ".." || part === ".")) return false;
  return file === folder || file.startsWith(`${folder}/`);
}

function notWithin(source: string, parameter: string): Error {
  return invalid(
    `Invalid model version source: '${source}'. The ${parameter} request parameter must identify the resource that contains the source.`,
  );
}

/** The path of a URI below another one; null where it is not below it. */
function pathBelow(source: string, root: string): string | null {
  const [inner, outer] = [partsOf(source), partsOf(root)];
  const isBelow = outer.length > 0 && outer.every((part, at) => inner[at] === part);
  return isBelow ? inner.slice(outer.length).join("/") : null;
}

/** The host of a URI, which may be left out, says nothing of where the files are. */
function partsOf(uri: string): readonly string[] {
  const path = uri.replace(/^[a-z][a-z0-9+.-]*:/i, "").replace(/^\/\/[^/]*/, "");
  return path.split("/").filter(Boolean).map(decoded);
}

/** Paths that climb, or that a decoder would turn into such ones, name something else than they say. */
function demandAbsolute(source: string): void {
  const plain = decoded(source);
  const path = plain.replace(/^[a-z][a-z0-9+.-]*:/i, "");
  if (schemeOf(source) === "" || schemeOf(source) === "file") return;
  if (!plain.includes("\0") && !path.split("/").some((part) => part === ".." || part === ".")) return;
  throw invalid(
    `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an absolute path.`,
  );
}

/** Decoded until nothing is left to decode; a text that can't be is taken as it is. */
function decoded(text: string): string {
  for (let before = text, round = 0; round < 10; round++) {
    const after = decodedOnce(before);
    if (after === before) return after;
    before = after;
  }
  return text;
}

function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function schemeOf(uri: string): string {
  return (/^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1] ?? "").toLowerCase();
}
