/** Work that only one process of this machine may do at a time, as several windows are open on one folder. */

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";

/** Does the work, or answers null while another process does it. A lock whose holder was killed counts no more. */
export async function withProcessLock<T>(file: string, work: () => Promise<T>): Promise<T | null> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  if (!(await take(file)) && ((await isHeld(file)) || !(await takeOver(file)))) return null;
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: "wx", mode: 0o600 });
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST") return false;
    throw thrown;
  }
}

async function takeOver(file: string): Promise<boolean> {
  await rm(file, { force: true });
  return take(file);
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
