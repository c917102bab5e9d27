/**
 * The recorder as a running run needs it: a file that stays. The one in the extension's folder goes away when the extension is
 * updated or removed, and a recorder reads parts of itself as late as at the end of its run.
 */

import { createHash, randomUUID } from "node:crypto";
import { copyFile, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const digests = new Map<string, string>();

/** Path of a copy beside the runs, named by its contents. Where none can be made the original has to do. */
export async function keptRecorder(recorder: string, runs: string): Promise<string> {
  try {
    const original = await stat(recorder);
    if (!original.isFile()) return recorder;
    const key = `${recorder}\0${original.mtimeMs}\0${original.size}`;
    const digest =
      digests.get(key) ??
      createHash("sha256")
        .update(await readFile(recorder))
        .digest("hex");
    digests.set(key, digest);
    const copy = join(runs, `recorder-${digest.slice(0, 16)}.pyz`);
    const found = await stat(copy).catch(() => null);
    if (found?.size === original.size) return copy;
    const draft = join(runs, `.${randomUUID()}.pyz`);
    try {
      await copyFile(recorder, draft);
      await rename(draft, copy);
    } finally {
      await rm(draft, { force: true });
    }
    return copy;
  } catch {
    return recorder;
  }
}
