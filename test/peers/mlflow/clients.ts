/**
 * MLflow's own Python client from PyPI, unmodified, in the versions that scripts in the field use: an old one, the last of its second
 * generation, and the newest, which comes whole because its scikit-learn side is tried too.
 */

import { needPythonPackages } from "../pythonPackages.ts";

export const clients = {
  "2.9.2": ["mlflow-skinny==2.9.2", "setuptools==69.5.1", "numpy==1.26.4", "psutil==6.1.1"],
  "2.22.5": ["mlflow-skinny==2.22.5", "numpy==1.26.4", "psutil==6.1.1"],
  "3.17.2": ["mlflow==3.17.2", "psutil==6.1.1"],
} as const satisfies Record<string, readonly string[]>;
export type ClientVersion = keyof typeof clients;

export const clientVersions = Object.keys(clients) as readonly ClientVersion[];

/** The folder of programs (`python` among them) where this client is installed. Throws what is missing: a test can't go on without it. */
export async function clientPrograms(version: ClientVersion): Promise<string> {
  const need = await needPythonPackages(clients[version], () => undefined);
  if ("missing" in need) throw new Error(`MLflow ${version} could not be installed: ${need.missing}`);
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
  "3.17.2": [
    ...["xgboost-cpu==3.2.0", "lightgbm==4.7.0", "torch==2.13.0", "lightning==2.6.6"],
    ...["ipykernel==7.4.0", "jupyter_client==8.10.0"],
  ],
};

/** The folder of programs of an environment that has these libraries beside the client. */
export async function libraryPrograms(version: ClientVersion): Promise<string> {
  const client = await clientPrograms(version);
  const need = await needPythonPackages(libraries[version], () => undefined, client);
  if ("missing" in need)
    throw new Error(`Libraries for MLflow ${version} could not be installed: ${need.missing}`);
  return need.ready;
}
