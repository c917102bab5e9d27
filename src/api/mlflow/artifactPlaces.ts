/** Where the files behind `mlflow-artifacts:/…` are: with the run or the logged model that they belong to. */

import * as path from "node:path";
import { runFile } from "../../model/journal.ts";
import type { ModelVersion } from "../../model/registry.ts";
import type { LoggedModel } from "../../model/tracking.ts";
import { type FilePlace, safeParts } from "../../ops/artifactFiles.ts";
import { noRun, ownModelFolder } from "./clientWrites.ts";
import { invalid } from "./parameters.ts";
import type { Face } from "./route.ts";

export interface ArtifactPlace extends FilePlace {
  /** The run whose journal names the files; null for files of nobody's run. */
  readonly run: { readonly id: string; readonly directory: string } | null;
  /** Names below the run's `artifacts/`, as its journal spells them. */
  readonly below: readonly string[];
  /** Names at the front of `parts` that a client does not see. */
  readonly hidden: number;
}

/** The names in a path that a client gave. Throws INVALID_PARAMETER_VALUE. */
export function partsOf(text: string): readonly string[] {
  const parts = safeParts(text);
  if (parts === null) throw invalid("Invalid path");
  return parts;
}

/**
 * The place of a path of the proxy: `<experiment>/<run>/artifacts/…`, `<experiment>/models/<model>/artifacts/…`, or anything else, which is kept
 * as it is named.
 */
export async function placeOf(text: string, face: Face): Promise<ArtifactPlace> {
  const parts = partsOf(text);
  const [, first = "", second = "", third = ""] = parts;
  if (first === "models" && third === "artifacts") {
    const model = await face.store.loggedModels.get(second);
    if (model !== null) return placeOfModel(model, parts.slice(4), face);
  } else if (second === "artifacts") {
    const run = await face.store.trackedRuns.state(first, [], []);
    if (run !== null) return inRun({ id: first, directory: run.directory }, parts.slice(3), 0);
  }
  return { root: path.join(face.directory, "artifacts"), parts, run: null, below: [], hidden: 0 };
}

/** Throws RESOURCE_DOES_NOT_EXIST. */
export async function placeOfRun(id: string, parts: readonly string[], face: Face): Promise<ArtifactPlace> {
  const run = await face.store.trackedRuns.state(id, [], []);
  if (run === null) throw noRun(id);
  return inRun({ id, directory: run.directory }, parts, 0);
}

/** A model that a run made lies with the run, where its recorder puts it too. */
export async function placeOfModel(
  model: Pick<LoggedModel, "id" | "runId">,
  parts: readonly string[],
  face: Face,
): Promise<ArtifactPlace> {
  const run = model.runId === null ? null : await face.store.trackedRuns.state(model.runId, [], []);
  if (run !== null && model.runId !== null)
    return inRun({ id: model.runId, directory: run.directory }, ["models", model.id, ...parts], 2);
  const root = ownModelFolder(model.id, face);
  return { root, parts: [runFile.artifacts, ...parts], run: null, below: [], hidden: 1 };
}

/** The files of a version are those of the run or the logged model that it was made of. Throws INVALID_PARAMETER_VALUE where they are elsewhere. */
export async function placeOfVersion(
  version: ModelVersion,
  parts: readonly string[],
  face: Face,
): Promise<ArtifactPlace> {
  const { runId, artifact, origin } = version;
  const within = artifact === null ? null : partsOf(artifact);
  if (runId !== null && within !== null) return placeOfRun(runId, [...within, ...parts], face);
  const source = origin?.storage ?? origin?.source ?? "";
  const model = await face.store.loggedModels.get(origin?.loggedModel ?? "");
  if (model !== null) return placeOfModel(model, parts, face);
  const proxied = /^mlflow-artifacts:\/*(?!\/)(.*)$/s.exec(source)?.[1];
  if (proxied !== undefined) return placeOf([proxied.replace(/\/+$/, ""), ...parts].join("/"), face);
  throw invalid(
    `The files of version ${version.version} of ${version.model} are not kept here: ${source || "it has no source"}.`,
  );
}

function inRun(
  run: { readonly id: string; readonly directory: string },
  below: readonly string[],
  hidden: number,
): ArtifactPlace {
  return { root: run.directory, parts: [runFile.artifacts, ...below], run, below, hidden: hidden + 1 };
}
