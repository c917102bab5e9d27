/** One import at a time in a folder: what one adds is then there when the next one looks. */

import { readFile, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { RunlineError } from "../model/failure.ts";

/** Throws `importBusy` while another process of this machine imports into the folder. One that was killed counts no more. */
export async function withImportLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const file = path.join(folder, ".import");
  await take(file);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<void> {
  for (let again = true; ; again = false) {
    try {
      return await writeFile(file, String(process.pid), { flag: "wx", mode: 0o600 });
    } catch (thrown) {
      if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST")) throw thrown;
      if (!again || (await isHeld(file))) throw new RunlineError("importBusy", {}, thrown);
      await rm(file, { force: true });
    }
  }
}

async function isHeld(file: string): Promise<boolean> {
  const pid = Number(await readFile(file, "utf8").catch(() => ""));
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}
