/** Scorers of MLflow's protocol: kept as clients serialize them, never run here. */

import { randomUUID } from "node:crypto";
import type { ScorerVersion } from "../../model/evaluation.ts";
import { activeExperimentOf } from "./experimentRoutes.ts";
import { invalid, Parameters } from "./parameters.ts";
import { type Face, type Fields, MlflowError, type Route } from "./route.ts";

const root = "mlflow/scorers";

export const scorerRoutes: readonly Route[] = [
  { method: "POST", path: `${root}/register`, major: 3, answer: register },
  { method: "GET", path: `${root}/list`, major: 3, answer: list },
  { method: "GET", path: `${root}/versions`, major: 3, answer: versions },
  { method: "GET", path: `${root}/get`, major: 3, answer: get },
  { method: "DELETE", path: `${root}/delete`, major: 3, answer: remove },
  // Clients ask when they list; nothing is scored here as it comes in, so there is nothing to tell.
  { method: "GET", path: `${root}/online-configs`, major: 3, answer: async () => ({ configs: [] }) },
];

async function register(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const experimentId = fields.requiredText("experiment_id");
  const name = fields.requiredText("name");
  const serialized = fields.requiredText("serialized_scorer");
  const experiment = await activeExperimentOf(experimentId, face);
  if (name.trim() === "") throw invalid("Scorer name cannot be empty.");
  const added = await face.store.evaluations.addScorer({
    ...{ experimentId: experiment.id, scorerId: randomUUID(), name, serialized, time: face.clock() },
  });
  return {
    version: added.version,
    scorer_id: added.scorerId,
    experiment_id: added.experimentId,
    name,
    serialized_scorer: serialized,
    creation_time: added.time,
  };
}

async function list(request: Fields, face: Face): Promise<object> {
  const found = await scorersOf(new Parameters(request).requiredText("experiment_id"), face);
  const latest = new Map(found.map((scorer) => [scorer.name, scorer]));
  return { scorers: latest.size === 0 ? undefined : [...latest.values()].map(message) };
}

async function versions(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const found = await named(fields.requiredText("experiment_id"), fields.requiredText("name"), face);
  return { scorers: found.map(message) };
}

async function get(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const [experimentId, name] = [fields.requiredText("experiment_id"), fields.requiredText("name")];
  const found = await named(experimentId, name, face);
  const version = fields.integerOrNull("version");
  const scorer = version === null ? found.at(-1) : found.find((each) => each.version === version);
  if (scorer === undefined) throw noScorer(name, experimentId, version);
  return { scorer: message(scorer) };
}

async function remove(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const [experimentId, name] = [fields.requiredText("experiment_id"), fields.requiredText("name")];
  const version = fields.integerOrNull("version");
  const count = await face.store.evaluations.deleteScorer(experimentId, name, version);
  if (count === 0) throw noScorer(name, experimentId, version);
  return {};
}

async function scorersOf(experimentId: string, face: Face): Promise<readonly ScorerVersion[]> {
  const { id } = await activeExperimentOf(experimentId, face);
  return face.store.evaluations.scorers(id);
}

async function named(experimentId: string, name: string, face: Face): Promise<readonly ScorerVersion[]> {
  const found = (await scorersOf(experimentId, face)).filter((each) => each.name === name);
  if (found.length === 0) throw noScorer(name, experimentId, null);
  return found;
}

function noScorer(name: string, experimentId: string, version: number | null): MlflowError {
  const which = version === null ? "" : ` and version ${version}`;
  return new MlflowError(
    "RESOURCE_DOES_NOT_EXIST",
    `Scorer with name '${name}'${which} not found for experiment ${experimentId}.`,
  );
}

/** The protocol has 32 bits for the experiment here, and text everywhere else; an id that is longer is left out. */
const longestId = 2 ** 31 - 1;

function message({ experimentId, scorerId, name, version, serialized, time }: ScorerVersion): object {
  return {
    experiment_id: Number(experimentId) <= longestId ? Number(experimentId) : undefined,
    scorer_name: name,
    scorer_version: version,
    serialized_scorer: serialized,
    creation_time: time,
    scorer_id: scorerId,
  };
}
