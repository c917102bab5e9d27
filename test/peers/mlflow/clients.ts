/**
 * MLflow's own Python client from PyPI, unmodified, in the versions that scripts in the field use: an old one, the last of its second
 * generation, and the newest, which comes whole because its scikit-learn side is tried too.
 */

import { mlflowVersion } from "../../../src/api/mlflow/server.ts";
import type { Need, Say } from "../../editor/need.ts";
import { needPythonPackages } from "../pythonPackages.ts";

export const newestClient = mlflowVersion;

const clients = {
  "2.9.2": ["mlflow-skinny==2.9.2", "setuptools==69.5.1", "numpy==1.26.4", "psutil==6.1.1"],
  "2.22.5": ["mlflow-skinny==2.22.5", "numpy==1.26.4", "psutil==6.1.1"],
  [newestClient]: ["--no-deps", `mlflow==${newestClient}`],
} as const satisfies Record<string, readonly string[]>;
export type ClientVersion = keyof typeof clients;

export const clientVersions = Object.keys(clients) as readonly ClientVersion[];

/**
 * What the newest needs, as the release before it wants the same. The whole package has all that its part `mlflow-skinny` has, which not
 * every index has as soon as the whole; so only the whole is taken of the newest.
 */
const needs = ["mlflow==3.17.2", "psutil==6.1.1"] as const;

/** An environment with this client: the folder of its programs (`python` among them). */
export async function needClient(version: ClientVersion, say: Say): Promise<Need<string>> {
  if (version !== newestClient) return needPythonPackages(clients[version], say);
  const below = await needPythonPackages(needs, say);
  return "missing" in below ? below : needPythonPackages(clients[version], say, below.ready);
}

/** The folder of programs of an environment with this client. Throws what is missing: a test can't go on without it. */
export async function clientPrograms(version: ClientVersion): Promise<string> {
  const need = await needClient(version, () => undefined);
  if ("missing" in need) throw new Error(`MLflow ${version} could not be installed: ${need.missing}`);
  return need.ready;
}

/** The folder of programs of an environment that has these packages beside the client. Throws what is missing. */
export async function programsWith(packages: readonly string[], version: ClientVersion): Promise<string> {
  const need = await needPythonPackages(packages, () => undefined, await clientPrograms(version));
  if ("missing" in need) throw new Error(`${packages.join(", ")} could not be installed: ${need.missing}`);
  return need.ready;
}

const olderLibraries = [
  "scikit-learn==1.3.2",
  "pandas==2.1.4",
  "matplotlib==3.8.4",
  "lightgbm==4.1.0",
] as const;

/** Libraries that the clients log for, as each of them knows them. Builds without GPU support: they are a tenth of the others. */
const libraries: Readonly<Record<ClientVersion, readonly string[]>> = {
  "2.9.2": [...olderLibraries, "xgboost-cpu==2.1.1"],
  "2.22.5": [...olderLibraries, "xgboost-cpu==2.1.4"],
  [newestClient]: [
    ...["xgboost-cpu==3.2.0", "lightgbm==4.7.0", "torch==2.13.0", "lightning==2.6.6"],
    ...["ipykernel==7.4.0", "jupyter_client==8.10.0"],
  ],
};

/** The folder of programs of an environment that has these libraries beside the client. */
export function libraryPrograms(version: ClientVersion): Promise<string> {
  return programsWith(libraries[version], version);
}
