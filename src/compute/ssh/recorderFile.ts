/** The recorder as one file that can be sent: the packed one, or the sources packed the same way. */

import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { storedZip, type ZipEntry } from "./storedZip.ts";

export interface RecorderFile {
  readonly bytes: Buffer;
  /** sha256 of the bytes: its name on a host. */
  readonly digest: string;
}

const made = new Map<string, Promise<RecorderFile>>();

/** `recorder`: path of recorder.pyz, or of the recorder's source folder. Read once per process. */
export function recorderFile(recorder: string): Promise<RecorderFile> {
  const known = made.get(recorder) ?? readRecorder(recorder);
  made.set(recorder, known);
  known.catch(() => made.delete(recorder));
  return known;
}

async function readRecorder(recorder: string): Promise<RecorderFile> {
  const isFile = (await stat(recorder)).isFile();
  const bytes = isFile ? await readFile(recorder) : storedZip(await sourcesIn(recorder));
  return { bytes, digest: createHash("sha256").update(bytes).digest("hex") };
}

async function sourcesIn(folder: string): Promise<readonly ZipEntry[]> {
  const found = await readdir(folder, { recursive: true });
  const names = found.map((name) => name.replaceAll("\\", "/")).filter((name) => name.endsWith(".py"));
  return Promise.all(names.sort().map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
}
