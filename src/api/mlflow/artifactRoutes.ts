/** Which files a run has kept. The files themselves: `artifactProxy.ts`. */

import { partsOf, placeOfRun } from "./artifactPlaces.ts";
import { listing } from "./artifactProxy.ts";
import { trackedRunOf } from "./clientWrites.ts";
import { Parameters } from "./parameters.ts";
import { type Face, type Fields, MlflowError, type Route } from "./route.ts";
import { artifactUri } from "./wire.ts";

async function list(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const id = asked.runId();
  const parts = partsOf(asked.text("path"));
  const run = await trackedRunOf(id, face);
  const place = await placeOfRun(id, parts, face);
  return { root_uri: artifactUri(run), ...(await listing(place, parts.map((part) => `${part}/`).join(""))) };
}

/** Files of an object store are uploaded there by its own clients; those kept here come through the proxy. */
async function presigned(): Promise<object> {
  throw new MlflowError(
    "NOT_IMPLEMENTED",
    "Presigned upload is not supported for proxied artifact storage. Use the mlflow-artifacts endpoints.",
  );
}

async function serverInfo(): Promise<object> {
  return { store_type: "SqlStore", workspaces_enabled: false };
}

export const artifactRoutes: readonly Route[] = [
  { method: "GET", path: "mlflow/artifacts/list", major: 2, answer: list },
  { method: "POST", path: "mlflow/artifacts/presigned-upload-url", major: 2, answer: presigned },
  { method: "GET", path: "mlflow/server-info", major: 3, answer: serverInfo },
];
