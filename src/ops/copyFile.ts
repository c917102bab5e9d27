/** Copies a file whole or not at all. */

import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { RunlineError } from "../model/failure.ts";

/** Makes the folders it needs. What was at `to` is replaced in one step. Throws `diskFull`, `workspaceReadOnly`. */
export async function copyFile(from: string, to: string): Promise<void> {
  const draft = `${to}.${randomUUID()}.part`;
  try {
    await fs.mkdir(path.dirname(to), { recursive: true, mode: 0o700 });
    await fs.copyFile(from, draft, constants.COPYFILE_FICLONE);
    await fs.rename(draft, to);
  } catch (thrown) {
    await fs.rm(draft, { force: true });
    const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
    if (code === "ENOSPC") throw new RunlineError("diskFull", { path: path.dirname(to) }, thrown);
    const cause = thrown instanceof Error ? thrown.message : String(thrown);
    throw new RunlineError("workspaceReadOnly", { path: path.dirname(to), cause }, thrown);
  }
}
