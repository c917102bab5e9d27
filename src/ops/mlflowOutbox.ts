/** Runs that are to be sent, one file each, written before anything is sent: they outlive this process and the server's outages. */

import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { isObject, parseJson } from "../model/fields.ts";
import { isRunId } from "../model/runId.ts";

export interface Waiting {
  readonly runId: string;
  /** Of the server. */
  readonly url: string;
}

export interface Outbox {
  /** Once more of what waits already changes nothing. */
  put(what: Waiting): Promise<void>;
  remove(what: Waiting): Promise<void>;
  has(what: Waiting): Promise<boolean>;
  /** Oldest id first. */
  all(): Promise<readonly Waiting[]>;
}

/** The outbox of a folder of Runline. */
export function outboxIn(directory: string): Outbox {
  const folder = path.join(directory, "outbox");
  const fileOf = ({ runId, url }: Waiting) =>
    path.join(folder, `${runId}.${createHash("sha256").update(url).digest("hex").slice(0, 12)}.json`);
  const readOne = async (file: string): Promise<Waiting | null> => {
    const known = parseJson(await readFile(file, "utf8").catch(() => ""));
    if (!isObject(known) || typeof known.url !== "string" || typeof known.runId !== "string") return null;
    return isRunId(known.runId) ? { runId: known.runId, url: known.url } : null;
  };
  return {
    async put({ runId, url }) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = path.join(folder, `.${randomBytes(6).toString("hex")}`);
      await writeFile(draft, JSON.stringify({ runId, url }), { mode: 0o600, flush: true });
      await rename(draft, fileOf({ runId, url }));
    },
    remove: (what) => rm(fileOf(what), { force: true }),
    has: async (what) => (await readOne(fileOf(what))) !== null,
    async all() {
      const names = await readdir(folder).catch(() => []);
      const files = names.filter((name) => name.endsWith(".json")).sort();
      const found = await Promise.all(files.map((name) => readOne(path.join(folder, name))));
      return found.filter((one) => one !== null);
    },
  };
}
