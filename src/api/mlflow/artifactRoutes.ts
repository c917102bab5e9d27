/** Which files a run has kept. The files themselves: `artifactProxy.ts`. */

import { partsOf, placeOfRun } from "./artifactPlaces.ts";
import { listing } from "./artifactProxy.ts";
import { trackedRunOf } from "./clientWrites.ts";
import { loggedModelOf } from "./loggedModelRoutes.ts";
import { invalid, Parameters } from "./parameters.ts";
import type { Face, Fields, MlflowError, Route } from "./route.ts";
import { artifactUri, modelUri } from "./wire.ts";

async function list(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const id = asked.runId();
  const parts = partsOf(asked.text("path"));
  const run = await trackedRunOf(id, face);
  const place = await placeOfRun(id, parts, face);
  return { root_uri: artifactUri(run), ...(await listing(place, parts.map((part) => `${part}/`).join(""))) };
}

const longestLife = 604_800;

/** Files of an object store are sent to it by its own clients; those kept here come through the proxy. */
async function presignedUpload(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const [runId, modelId] = [asked.text("run_id"), asked.text("model_id")];
  const path = asked.requiredText("path");
  asked.integerOrNull("expiration");
  if ((runId === "") === (modelId === ""))
    throw invalid("Exactly one of run_id and model_id must be provided.");
  partsOf(path);
  const uri =
    runId === ""
      ? modelUri(await loggedModelOf(modelId, face))
      : artifactUri(await trackedRunOf(runId, face));
  throw notPresigned("upload is not supported for", uri);
}

async function presignedDownload(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const runId = asked.requiredText("run_id");
  const path = asked.requiredText("path");
  const life = asked.integerOrNull("expiration") ?? 1;
  partsOf(path);
  if (life < 1 || life > longestLife)
    throw invalid(`expiration must be between 1 and ${longestLife} seconds (got ${life}).`);
  throw notPresigned("download is not supported for runs with", artifactUri(await trackedRunOf(runId, face)));
}

function notPresigned(what: string, uri: string): MlflowError {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1] ?? "file";
  return invalid(
    `Presigned ${what} proxied artifact storage (artifact URI scheme: ${scheme}). Files that are kept here come through the mlflow-artifacts endpoints.`,
  );
}

/** What clients and pages ask before they choose how to send: files come through this server, in one piece or in many of its own. */
async function serverInfo(): Promise<object> {
  return {
    ...{ store_type: "SqlStore", workspaces_enabled: false, trace_archival_enabled: false },
    ...{ multipart_uploads_enabled: false, multipart_downloads_enabled: false },
    ...{ artifact_serving_enabled: true, artifacts_presigned_only: false },
    ...{ presigned_upload_run_id_supported: false, presigned_upload_model_id_supported: false },
    model_artifact_presigned_downloads_supported: false,
    features_enabled: { gateway: false, scheduled_issue_detection: false },
    tracking_auth: "",
  };
}

export const artifactRoutes: readonly Route[] = [
  { method: "GET", path: "mlflow/artifacts/list", major: 2, answer: list },
  { method: "POST", path: "mlflow/artifacts/presigned-upload-url", major: 2, answer: presignedUpload },
  { method: "POST", path: "mlflow/artifacts/presigned-download-url", major: 2, answer: presignedDownload },
  { method: "GET", path: "mlflow/server-info", major: 3, answer: serverInfo },
];
