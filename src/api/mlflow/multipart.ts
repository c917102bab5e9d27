/** Uploads that a client cuts into pieces: each is kept in a file, and all are joined at the end. */

import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { isObject, parseJson } from "../../model/fields.ts";
import { abandonedMs, writeArtifact } from "../../ops/artifactFiles.ts";
import { partsOf } from "./artifactPlaces.ts";
import { jsonFields } from "./body.ts";
import { invalid, Parameters } from "./parameters.ts";
import { type Face, MlflowError } from "./route.ts";

type Put = (path: string, from: AsyncIterable<Uint8Array>, face: Face) => Promise<void>;

const mostPieces = 10_000;

/** Behind it, the id of an upload stands for a token: clients send pieces without one. */
export const piecePath = "/mlflow-artifacts/mpu/piece/";

export function registerMultipart(
  app: FastifyInstance,
  root: string,
  face: () => Promise<Face>,
  put: Put,
): void {
  app.post(`${root}/mpu/create/*`, async (request, reply) => {
    const { directory } = await face();
    const asked = new Parameters(await jsonFields(request.raw));
    // Clients send the path that the file has on their side; only its name counts.
    const name = asked.requiredText("path").split(/[/\\]/).at(-1) ?? "";
    const target = [...partsOf(wildcard(request)), ...partsOf(name)].join("/");
    const pieces = asked.integerOrNull("num_parts") ?? 0;
    if (pieces < 1 || pieces > mostPieces) throw invalid(`num_parts must be between 1 and ${mostPieces}.`);
    await removeAbandoned(directory);
    const id = randomBytes(24).toString("hex");
    await mkdir(folderOf(id, directory), { recursive: true, mode: 0o700 });
    await writeFile(path.join(folderOf(id, directory), "upload.json"), JSON.stringify({ target, pieces }));
    const base = `${request.protocol}://${request.headers.host ?? ""}/api/2.0${piecePath}${id}`;
    const credentials = Array.from({ length: pieces }, (_, at) => ({
      ...{ url: `${base}/${at + 1}`, part_number: at + 1, headers: {} },
    }));
    return reply.type("application/json").send(JSON.stringify({ upload_id: id, credentials }));
  });
  app.post(`${root}/mpu/complete/*`, async (request, reply) => {
    const now = await face();
    const asked = new Parameters(await jsonFields(request.raw));
    const { folder, target } = await uploadOf(asked.requiredText("upload_id"), now);
    const numbers = asked.list("parts", (part) => part.requiredInteger("part_number"));
    const there = new Set(await readdir(folder));
    const absent = numbers.find((number) => !there.has(String(number)));
    if (absent !== undefined) throw invalid(`Part ${absent} has not been uploaded.`);
    await put(
      target,
      joined(
        folder,
        [...numbers].sort((a, b) => a - b),
      ),
      now,
    );
    await rm(folder, { recursive: true, force: true });
    return reply.type("application/json").send("{}");
  });
  app.post(`${root}/mpu/abort/*`, async (request, reply) => {
    const asked = new Parameters(await jsonFields(request.raw));
    const { folder } = await uploadOf(asked.requiredText("upload_id"), await face());
    await rm(folder, { recursive: true, force: true });
    return reply.type("application/json").send("{}");
  });
  app.put(`${root}/mpu/piece/:upload/:number`, async (request, reply) => {
    const { upload = "", number = "" } = request.params as { upload?: string; number?: string };
    const { folder, pieces } = await uploadOf(upload, await face());
    if (!/^\d{1,5}$/.test(number) || Number(number) < 1 || Number(number) > pieces)
      throw invalid(`There is no part ${number}.`);
    const { digest } = await writeArtifact({ root: folder, parts: [String(Number(number))] }, request.raw);
    return reply.header("etag", createHash("md5").update(digest).digest("hex")).send("");
  });
}

interface Upload {
  readonly folder: string;
  readonly target: string;
  readonly pieces: number;
}

async function uploadOf(id: string, { directory }: Face): Promise<Upload> {
  const folder = folderOf(/^[0-9a-f]{48}$/.test(id) ? id : "none", directory);
  const text = await readFile(path.join(folder, "upload.json"), "utf8").catch(() => "");
  const known = parseJson(text);
  if (!isObject(known))
    throw new MlflowError("RESOURCE_DOES_NOT_EXIST", `There is no upload with the id ${id}.`);
  return { folder, target: String(known.target), pieces: Number(known.pieces) };
}

/** Of uploads that nobody has gone on with for long the pieces take up space, and nothing else. */
async function removeAbandoned(directory: string): Promise<void> {
  const uploads = path.join(directory, "uploads");
  for (const id of await readdir(uploads).catch(() => [])) {
    const folder = path.join(uploads, id);
    const found = await stat(folder).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > abandonedMs)
      await rm(folder, { recursive: true, force: true });
  }
}

function folderOf(id: string, directory: string): string {
  return path.join(directory, "uploads", id);
}

async function* joined(folder: string, numbers: readonly number[]): AsyncGenerator<Uint8Array> {
  for (const number of numbers)
    yield* createReadStream(path.join(folder, String(number)), { highWaterMark: 256 * 1024 });
}

function wildcard(request: FastifyRequest): string {
  return (request.params as { readonly "*"?: string })["*"] ?? "";
}
