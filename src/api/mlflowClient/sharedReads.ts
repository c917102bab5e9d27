/**
 * What was read of a team's server last, in files: the windows of a folder share them, so that one of them reads for all, and they are still
 * there when the server is not.
 */

import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";
import * as z from "zod";
import { parseJson } from "../../model/fields.ts";
import type { TeamModels } from "../../model/teamRegistry.ts";

/** Something that was read, when, and by which connection. */
export interface SharedRead<T> {
  readonly asOf: number;
  readonly by: string;
  readonly what: T;
}

export interface SharedFile<T> {
  /** What stands there, if that is new since the last call; else null. */
  news(): Promise<SharedRead<T> | null>;
  write(asOf: number, what: T): Promise<void>;
  remove(): Promise<void>;
}

export interface SharedReads {
  /** This connection, told from those of other windows. */
  readonly by: string;
  /** Only that they were read: the runs themselves are in the store. */
  readonly runs: SharedFile<null>;
  readonly models: SharedFile<TeamModels>;
}

/** The name of a server's files: an address may hold anything. */
export function fileNameOf(url: string): string {
  return createHash("sha256").update(url).digest("hex").slice(0, 12);
}

export function sharedReads(folder: string, url: string): SharedReads {
  const place = path.join(folder, fileNameOf(url));
  const by = randomBytes(8).toString("hex");
  return {
    by,
    runs: sharedFile(`${place}.runs.json`, url, by, z.null()),
    models: sharedFile(`${place}.models.json`, url, by, modelsShape),
  };
}

function sharedFile<T>(file: string, url: string, by: string, what: z.ZodType<T>): SharedFile<T> {
  const shape = z.object({ url: z.literal(url), asOf: z.number(), by: z.string(), what });
  let seen = "";
  const markOf = async () => {
    const found = await stat(file).catch(() => null);
    return found === null ? "" : `${found.mtimeMs} ${found.size} ${found.ino}`;
  };
  return {
    async news() {
      const mark = await markOf();
      if (mark === seen) return null;
      seen = mark;
      const parsed = shape.safeParse(parseJson(await readFile(file, "utf8").catch(() => "")));
      return parsed.success ? parsed.data : null;
    },
    async write(asOf, read) {
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      const draft = `${file}.${randomBytes(6).toString("hex")}`;
      await writeFile(draft, JSON.stringify({ url, asOf, by, what: read }), { mode: 0o600 });
      await rename(draft, file);
      seen = await markOf();
    },
    remove: () => rm(file, { force: true }),
  };
}

const tags = z.record(z.string(), z.string());
const version = z.object({
  ...{ version: z.number(), created: z.number(), user: z.string(), description: z.string(), tags },
  ...{ stage: z.string(), source: z.string(), runId: z.string().nullable(), aliases: z.array(z.string()) },
});
const model = z.object({
  ...{ name: z.string(), description: z.string(), tags, versions: z.array(version) },
  aliases: z.array(z.object({ alias: z.string(), version: z.number() })),
});
const modelsShape = z.object({ models: z.array(model), cut: z.boolean() });
