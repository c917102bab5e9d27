/** Files over HTTP: taken in and sent as they flow, with parts of them on demand, and in pieces for uploads that are cut up. */

import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import {
  draftArtifact,
  type FoundEntry,
  listArtifacts,
  openArtifact,
  removeArtifact,
} from "../../ops/artifactFiles.ts";
import { appendToJournal, inTurn } from "../../ops/clientJournal.ts";
import {
  type ArtifactPlace,
  partsOf,
  placeOf,
  placeOfModel,
  placeOfRun,
  placeOfVersion,
} from "./artifactPlaces.ts";
import { bodyBytes, queryFields } from "./body.ts";
import { clientParts } from "./clientWrites.ts";
import { fileType, savedAs } from "./downloadHeaders.ts";
import { registerMultipart } from "./multipart.ts";
import { invalid, Parameters } from "./parameters.ts";
import { askedVersion, versionNamed } from "./registryWire.ts";
import { type Face, MlflowError, type Plugin } from "./route.ts";
import { listOf } from "./wire.ts";

/** What a page may send at once. */
const mostUpload = 10 * 1024 * 1024;

const files = "/api/2.0/mlflow-artifacts";

export const artifactProxy: Plugin = (app, face) => {
  app.put(`${files}/artifacts/*`, async (request, reply) => {
    await putArtifact(wildcard(request), request.raw, await face());
    return reply.type("application/json").send("{}");
  });
  app.get(`${files}/artifacts/*`, async (request, reply) => {
    const now = await face();
    return send(await placeOf(wildcard(request), now), request, reply);
  });
  app.delete(`${files}/artifacts/*`, async (request, reply) => {
    await deleteArtifact(wildcard(request), await face());
    return reply.type("application/json").send("{}");
  });
  app.get(`${files}/artifacts`, async (request, reply) => {
    const asked = new Parameters(queryFields(queryOf(request)));
    const place = await placeOf(asked.text("path"), await face());
    return reply.type("application/json").send(JSON.stringify(await listing(place, "")));
  });
  app.get(`${files}/presigned/*`, async (request) => {
    partsOf(wildcard(request));
    throw new MlflowError(
      "NOT_IMPLEMENTED",
      "Presigned URLs are not supported for files that are kept here: they come through mlflow-artifacts/artifacts.",
    );
  });
  registerMultipart(app, files, face, putArtifact);
  app.get("/model-versions/get-artifact", async (request, reply) => {
    const asked = new Parameters(queryFields(queryOf(request)));
    const parts = partsOf(asked.requiredText("path"));
    const { name, version } = askedVersion(asked);
    const now = await face();
    return send(await placeOfVersion(await versionNamed(name, version, now), parts, now), request, reply);
  });
  app.get("/get-artifact", async (request, reply) => {
    const asked = new Parameters(queryFields(queryOf(request)));
    const parts = partsOf(asked.requiredText("path"));
    return send(await placeOfRun(asked.runId(), parts, await face()), request, reply);
  });
  app.get("/api/2.0/mlflow/logged-models/:model_id/artifacts/files", async (request, reply) => {
    const asked = new Parameters(queryFields(queryOf(request)));
    const parts = partsOf(asked.requiredText("artifact_file_path"));
    const now = await face();
    const { model_id: id = "" } = request.params as { readonly model_id?: string };
    const model = await now.store.loggedModels.get(id);
    if (model === null) throw noArtifact(id);
    return send(await placeOfModel(model, parts, now), request, reply);
  });
  app.post("/api/2.0/mlflow/upload-artifact", async (request, reply) => {
    const asked = new Parameters(queryFields(queryOf(request)));
    const id = asked.text("run_id") || asked.text("run_uuid");
    if (id === "") throw invalid("Request must specify run_id or run_uuid.");
    const text = asked.text("path");
    if (text === "") throw invalid("Request must specify path.");
    const parts = partsOf(text);
    const data = await bodyBytes(request.raw, mostUpload, "Artifact size is too large. Max size is 10MB.");
    if (data.byteLength === 0) throw invalid("Request must specify data.");
    const now = await face();
    await putAt(await placeOfRun(id, parts, now), Readable.from([data]), now);
    return reply.type("application/json").send("");
  });
};

/** Takes in one file, and notes it in the journal of its run. */
export async function putArtifact(text: string, from: AsyncIterable<Uint8Array>, face: Face): Promise<void> {
  await putAt(await placeOf(text, face), from, face);
}

async function putAt(place: ArtifactPlace, from: AsyncIterable<Uint8Array>, face: Face): Promise<void> {
  if (place.parts.length <= place.hidden) throw invalid("Invalid path");
  const { bytes, digest, keep } = await draftArtifact(place, from);
  const { run } = place;
  if (run === null) return keep();
  const below = place.below.join("/");
  const origin = `mlflow-artifacts:/${run.id}/artifacts/${below}`;
  const record = { kind: "artifact", time: face.clock(), path: below, origin, bytes, digest } as const;
  // Of two that are sent at once the one that stays is the one that was noted last.
  await inTurn(run.id, async () => {
    await keep();
    await appendToJournal(run, [record], clientParts(face));
  });
}

async function deleteArtifact(text: string, face: Face): Promise<void> {
  const place = await placeOf(text, face);
  if (place.parts.length === 0) throw invalid("Invalid path");
  // All artifacts of a run or of a model: the folder itself stays.
  if (place.parts.length <= place.hidden)
    for (const { name } of await listArtifacts(place))
      await removeArtifact({ root: place.root, parts: [...place.parts, name] });
  else await removeArtifact(place);
}

/** Entries of a folder under the given prefix. Models lie with the artifacts of their run, but are not among them. */
export async function listing(place: ArtifactPlace, prefix: string): Promise<object> {
  const shown = await shownEntries(place);
  return {
    files: listOf(
      shown.map(({ name, isFolder, bytes }) => ({
        path: prefix + name,
        is_dir: isFolder,
        file_size: isFolder ? undefined : bytes,
      })),
    ),
  };
}

/** Logged models lie in `models/` of their run, beside what the script itself has put there; a client finds them by their ids. */
async function shownEntries(place: ArtifactPlace): Promise<readonly FoundEntry[]> {
  const entries = await listArtifacts(place);
  if (place.run === null || place.hidden > 1) return entries;
  const [first, ...rest] = place.below;
  if (first === "models" && rest.length === 0) return entries.filter(({ name }) => !isLoggedModel(name));
  const models = entries.find(({ name, isFolder }) => isFolder && name === "models");
  if (first !== undefined || models === undefined) return entries;
  const within = await listArtifacts({ ...place, parts: [...place.parts, "models"] });
  return within.some(({ name }) => !isLoggedModel(name))
    ? entries
    : entries.filter((entry) => entry !== models);
}

function isLoggedModel(name: string): boolean {
  return /^m-[0-9a-f]{32}$/.test(name);
}

export async function send(
  place: ArtifactPlace,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const file = await openArtifact(place);
  const name = place.parts.at(-1) ?? "";
  if (file === null) throw noArtifact(place.parts.slice(place.hidden).join("/"));
  const range = rangeOf(request.headers.range, file.size);
  // A page must never run what somebody has kept here.
  reply
    .header("content-disposition", savedAs(name))
    .header("accept-ranges", "bytes")
    .header("content-type", fileType(name));
  if (range === "unsatisfiable") {
    await file.close();
    return reply.status(416).header("content-range", `bytes */${file.size}`).send("");
  }
  const [start, end] = range ?? [0, file.size - 1];
  if (range !== null) reply.status(206).header("content-range", `bytes ${start}-${end}/${file.size}`);
  reply.header("content-length", Math.max(0, end - start + 1));
  if (file.size === 0) {
    await file.close();
    return reply.send("");
  }
  return reply.send(file.read(start, end));
}

/** The part asked for, both ends counted; null for all of it. Several parts at once are answered with all. */
function rangeOf(
  header: string | undefined,
  size: number,
): readonly [number, number] | "unsatisfiable" | null {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "");
  if (found === null || (found[1] === "" && found[2] === "")) return null;
  const [, first = "", last = ""] = found;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : [size - length, size - 1];
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start >= size || start > end ? "unsatisfiable" : [start, end];
}

function noArtifact(path: string): MlflowError {
  return new MlflowError("RESOURCE_DOES_NOT_EXIST", `No such artifact: '${path}'`);
}

function wildcard(request: FastifyRequest): string {
  return (request.params as { readonly "*"?: string })["*"] ?? "";
}

export function queryOf({ url }: FastifyRequest): URLSearchParams {
  const query = url.indexOf("?");
  return new URLSearchParams(query < 0 ? "" : url.slice(query + 1));
}
