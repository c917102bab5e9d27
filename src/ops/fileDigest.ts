/** SHA-256 of a file's bytes, in the form the journal uses. */

import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

export interface FileDigest {
  /** "sha256:<hex>". */
  readonly digest: string;
  readonly bytes: number;
}

/** A pipe in the place of a file must not be waited for. */
const plainly = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const noFollow = constants.O_NOFOLLOW ?? 0;
const absent = new Set(["ENOENT", "ENOTDIR", "EISDIR", "ELOOP", "ENXIO"]);

/**
 * Reads a file once, in bounded memory. Null when there is no plain file; other trouble (no permission) is thrown. `links` says whether
 * the file may be a link: those that scripts make (`latest.pt`) are as good as files, in the folder of a run nobody makes any.
 */
export async function fileDigest(file: string, links: "followed" | "refused"): Promise<FileDigest | null> {
  let opened: FileHandle;
  try {
    opened = await open(file, links === "refused" ? plainly | noFollow : plainly);
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? "";
    if (absent.has(code)) return null;
    throw thrown;
  }
  try {
    return (await opened.stat()).isFile() ? await digestOf(opened) : null;
  } finally {
    await opened.close();
  }
}

async function digestOf(file: FileHandle): Promise<FileDigest> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of file.createReadStream({ autoClose: false })) {
    hash.update(chunk as Uint8Array);
    bytes += (chunk as Uint8Array).byteLength;
  }
  return { digest: `sha256:${hash.digest("hex")}`, bytes };
}
