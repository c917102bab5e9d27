/** SHA-256 of a file's bytes, in the form the journal uses. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

export interface FileDigest {
  /** "sha256:<hex>". */
  readonly digest: string;
  readonly bytes: number;
}

/** Reads a file once, in bounded memory. Null when there is no such file; other trouble (a folder, no permission) is thrown. */
export async function fileDigest(file: string): Promise<FileDigest | null> {
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    await pipeline(createReadStream(file), async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.byteLength;
      }
    });
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return null;
    throw thrown;
  }
  return { digest: `sha256:${hash.digest("hex")}`, bytes };
}
