/** Work that only one process of this machine may do at a time, as several windows are open on one folder. */

import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { isLiving, parseStat } from "../model/processStat.ts";

/** A lock that stays empty for so long was left by a process that was killed while it wrote it. */
const writtenMs = 10_000;

/** Does the work, or answers null while another process does it. A lock whose holder was killed counts no more. */
export async function withProcessLock<T>(file: string, work: () => Promise<T>): Promise<T | null> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const own = `${process.pid}-${(await startTicksOf(process.pid)) ?? 0}-${randomBytes(8).toString("hex")}`;
  if (!(await take(file, own))) return null;
  try {
    return await work();
  } finally {
    await release(file, own);
  }
}

/**
 * A lock whose holder is dead is taken over by whoever takes the lock that is named after that holder: only one of those who found it
 * dead, and never once somebody has it anew. Who is killed on the way leaves a lock like any other.
 */
async function take(file: string, own: string): Promise<boolean> {
  for (;;) {
    if (await make(file, own)) return true;
    const holder = await holderOf(file);
    // A network file system may make the lock, lose its answer, and find it there when it tries again.
    if (holder === own) return true;
    if (holder === null) continue;
    if (await isHeld(file, holder)) return false;
    const turn = `${file}.${holder.replace(/[^\w-]/g, "").slice(0, 40)}`;
    if (!(await take(turn, own))) return false;
    try {
      if ((await holderOf(file)) !== holder) continue;
      await writeFile(draftOf(file, own), own, { mode: 0o600 });
      await rename(draftOf(file, own), file);
      return true;
    } finally {
      await release(turn, own);
    }
  }
}

/** False where there is one. It comes with its content, so that whoever finds it knows whose it is. */
async function make(file: string, own: string): Promise<boolean> {
  const draft = draftOf(file, own);
  try {
    await writeFile(draft, own, { mode: 0o600 });
    await link(draft, file).catch((thrown: unknown) => {
      if (codeOf(thrown) === "EEXIST") throw thrown;
      // A file system without links, or a reason that it gives again here.
      return writeFile(file, own, { flag: "wx", mode: 0o600 });
    });
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === "EEXIST") return false;
    throw thrown;
  } finally {
    await rm(draft, { force: true });
  }
}

const draftOf = (file: string, own: string) => `${file}-${own}`;

async function release(file: string, own: string): Promise<void> {
  if ((await holderOf(file)) === own) await rm(file, { force: true });
}

/** What the lock says; null where there is none. */
async function holderOf(file: string): Promise<string | null> {
  return readFile(file, "utf8").catch((thrown: unknown) => {
    if (codeOf(thrown) === "ENOENT") return null;
    throw thrown;
  });
}

async function isHeld(file: string, holder: string): Promise<boolean> {
  if (holder === "") {
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }));
    return Date.now() - mtimeMs < writtenMs;
  }
  const [pid = 0, ticks = 0] = holder.split("-", 2).map((word) => (/^\d+$/.test(word) ? Number(word) : 0));
  if (!(pid > 0)) return false;
  const startTicks = await startTicksOf(pid);
  // After a reboot, or in a container that was begun anew, its number belongs to somebody else.
  if (startTicks === null || (ticks > 0 && startTicks > 0 && startTicks !== ticks)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return codeOf(thrown) === "EPERM";
  }
}

/** When a process was started; 0 where the system does not tell, null for a zombie. */
async function startTicksOf(pid: number): Promise<number | null> {
  const stat = parseStat(await readFile(`/proc/${pid}/stat`, "latin1").catch(() => ""));
  if (stat === null) return 0;
  return isLiving(stat) ? stat.startTicks : null;
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}
