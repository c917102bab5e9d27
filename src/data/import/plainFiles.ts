/** Reads of files that other tools have written: bounded, never through a link, never a device or a pipe. */

import { constants, type Dirent, type Stats } from "node:fs";
import { type FileHandle, lstat, open, readdir } from "node:fs/promises";
import * as path from "node:path";

/** Opening must not wait for a writer, as it would with a pipe. */
const plainly = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Opens a plain file; null for anything else, and for what is not there or may not be read. */
export async function openPlain(file: string): Promise<FileHandle | null> {
  const opened = await open(file, plainly).catch(nullWhenRefused);
  if (opened === null || (await opened.stat()).isFile()) return opened;
  await opened.close();
  return null;
}

/** Bytes of a small file from its beginning, null where there is no plain file. `cut` says that there is more. */
export async function readStart(
  file: string,
  most: number,
): Promise<{ readonly bytes: Buffer; readonly cut: boolean } | null> {
  const opened = await openPlain(file);
  if (opened === null) return null;
  try {
    const { size } = await opened.stat();
    const bytes = Buffer.alloc(Math.min(most, size));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await opened.read(bytes, filled, bytes.length - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return { bytes: bytes.subarray(0, filled), cut: size > most };
  } finally {
    await opened.close();
  }
}

/** The text of a small file, null where there is none or where it is longer. */
export async function readText(file: string, most: number): Promise<string | null> {
  const found = await readStart(file, most);
  return found === null || found.cut ? null : found.bytes.toString("utf8");
}

/** What is in a folder, by name; nothing where there is no folder. Links are left out, and one in its place is no folder. */
export async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  const found = await lstat(folder).catch(nullWhenRefused);
  if (!found?.isDirectory()) return [];
  const entries = (await readdir(folder, { withFileTypes: true }).catch(nullWhenRefused)) ?? [];
  return entries
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export interface FoundFile {
  /** Relative to the folder, with slashes. */
  readonly path: string;
  readonly place: string;
  readonly stats: Stats;
}

/** Every plain file below a folder, in the order of the names, at most so many and so deep. */
export async function* filesBelow(folder: string, most = 100_000, depth = 32): AsyncGenerator<FoundFile> {
  let left = most;
  yield* below("", depth);

  async function* below(within: string, levels: number): AsyncGenerator<FoundFile> {
    for (const entry of await entriesOf(path.join(folder, within))) {
      const relative = within === "" ? entry.name : `${within}/${entry.name}`;
      if (entry.isDirectory()) {
        if (levels > 0) yield* below(relative, levels - 1);
        continue;
      }
      const place = path.join(folder, relative);
      const stats = await lstat(place).catch(nullWhenRefused);
      if (stats?.isFile() && left-- > 0) yield { path: relative, place, stats };
    }
  }
}

const refused = new Set(["ENOENT", "ENOTDIR", "ELOOP", "EISDIR", "ENXIO", "EACCES", "EPERM", "ENAMETOOLONG"]);

export function nullWhenRefused(thrown: unknown): null {
  if (thrown instanceof Error && "code" in thrown && refused.has(String(thrown.code))) return null;
  throw thrown;
}
