/** Where the artifacts of runs and logged models are: their URI, and their folder here. */

import * as path from "node:path";
import { type ArtifactPlace, placeOfModel, placeOfRun } from "./artifactPlaces.ts";
import type { Face } from "./route.ts";
import { artifactUri, modelUri } from "./wire.ts";

export interface Artifacts {
  readonly uri: string;
  readonly folder: string;
  /** The run that made them. */
  readonly runId: string | null;
  /** Where they lie below the artifacts of the run; null when they lie elsewhere. */
  readonly belowRun: string | null;
}

/** Null for a run that is not known here. */
export async function runArtifacts(id: string, face: Face): Promise<Artifacts | null> {
  const run = await face.store.trackedRuns.get(id);
  if (run === null) return null;
  return artifactsAt(await placeOfRun(id, [], face), artifactUri(run), id);
}

/** Null for a logged model that is not known here. */
export async function loggedModelArtifacts(id: string, face: Face): Promise<Artifacts | null> {
  const model = await face.store.loggedModels.get(id);
  if (model === null) return null;
  return artifactsAt(await placeOfModel(model, [], face), modelUri(model), model.runId);
}

function artifactsAt(place: ArtifactPlace, uri: string, runId: string | null): Artifacts {
  const belowRun = place.run === null ? null : place.below.join("/");
  return { uri, runId, belowRun, folder: path.join(place.root, ...place.parts) };
}
