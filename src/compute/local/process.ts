/** Which processes live, told apart from others that got the same number later. Linux by /proc; elsewhere as well as signals can say. */

import { readdirSync, readFileSync } from "node:fs";
import { isLiving, type ProcessStat, parseStat } from "../../model/processStat.ts";

const linux = process.platform === "linux";

/** Identity of the running boot; "" where the system does not tell. */
export function bootId(): string {
  known ??= readBootId();
  return known;
}
let known: string | undefined;

function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return "";
  }
}

/**
 * Is this pid still the process that started at `startTicks` (field 22 of its stat, 0 when not known)? A zombie is not alive:
 * under an init that reaps slowly a killed process keeps its number and start time.
 */
export function isAlive(pid: number, startTicks: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  if (!linux) return answersSignals(pid);
  const stat = statOf(pid);
  if (stat === null || !isLiving(stat)) return false;
  return startTicks === 0 || stat.startTicks === startTicks;
}

function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}

/** Null when there is no such process. */
export function statOf(pid: number): ProcessStat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return null;
  }
}

/** Living processes by the run whose mark `RUNLINE_RUN_ID` they carry in their environment; one scan for all ids asked for. */
export function markedProcesses(runIds: ReadonlySet<string>): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  if (!linux || runIds.size === 0) return found;
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    const runId = Number.isInteger(pid) ? markOf(pid) : null;
    if (runId === null || !runIds.has(runId) || !isAlive(pid, 0)) continue;
    const pids = found.get(runId);
    if (pids === undefined) found.set(runId, [pid]);
    else pids.push(pid);
  }
  return found;
}

function markOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/environ`, "latin1");
    return /(?:^|\0)RUNLINE_RUN_ID=([0-9a-f]{32})(?:\0|$)/.exec(text)?.[1] ?? null;
  } catch {
    // Gone meanwhile, or another user's: not one of ours.
    return null;
  }
}
