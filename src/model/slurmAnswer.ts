/**
 * What squeue and sacct print, as jobs. Columns have fixed widths or an odd separator, because names and reasons may hold anything
 * else; a line that does not fit is skipped, since other versions print other headers. Pure.
 */

import type { SlurmJob } from "./slurm.ts";

/** Every job name of Runline begins so. */
export const jobPrefix = "runline-";

const columns = [
  ["JobID", 24],
  ["ArrayJobID", 24],
  ["ArrayTaskID", 24],
  ["Name", 80],
  ["State", 32],
  ["Reason", 80],
  ["Partition", 80],
  ["NodeList", 300],
  ["StartTime", 24],
  ["EndTime", 24],
  ["RestartCnt", 12],
  ["exit_code", 12],
] as const;

/** For `squeue -O`, with SLURM_TIME_FORMAT=%s. */
export const squeueFormat = columns.map(([name, width]) => `${name}:${width}`).join(",");
/** For `sacct -P --delimiter`, with SLURM_TIME_FORMAT=%s. */
export const sacctFormat = "JobID,JobName,State,ExitCode,Start,End,NodeList,Partition";
export const sacctSeparator = "\u001f";

const mostLines = 100_000;

/** Jobs of Runline among those that squeue has listed. */
export function squeueJobs(text: string): readonly SlurmJob[] {
  return lines(text).flatMap((line) => {
    let at = 0;
    const cells = columns.map(([, width]) => {
      const cell = line.slice(at, at + width).trim();
      at += width;
      return cell;
    });
    const [job = "", array = "", task = "", name = "", state = "", reason = "", partition = ""] = cells;
    const [nodes = "", start = "", end = "", restarts = "", status = ""] = cells.slice(7);
    if (!/^\d+$/.test(job) || !name.startsWith(jobPrefix) || !/^[A-Z_]+$/.test(state)) return [];
    const index = /^\d+$/.test(task) ? Number(task) : null;
    const ended = whole(status);
    return {
      id: index === null ? job : `${array}_${index}`,
      ...{ name, index, state, partition },
      reason: wordOf(reason),
      nodes: wordOf(nodes),
      start: timeOf(start),
      end: timeOf(end),
      restarts: whole(restarts),
      exitCode: ended === null ? null : ended >> 8,
      signal: (ended ?? 0) & 0x7f,
      canceledBy: null,
    };
  });
}

/** What accounts have of jobs. While their database catches up it may say FAILED of a job that has not failed, without an end. */
export interface Accounts {
  /** Those that have ended, for sure: their state is a last one and their end is known. */
  readonly ended: readonly SlurmJob[];
  /** The others: they are not forgotten, and nothing else is known of them. */
  readonly open: readonly Pick<SlurmJob, "name" | "index">[];
}

export function sacctJobs(text: string): Accounts {
  const ended: SlurmJob[] = [];
  const open: Accounts["open"][number][] = [];
  for (const line of lines(text)) {
    const [id = "", name = "", said = "", exit = "", start = "", end = "", nodes = "", partition = ""] =
      line.split(sacctSeparator);
    const found = /^(\d+)(?:_(\d+))?$/.exec(id);
    if (found === null || !name.startsWith(jobPrefix)) continue;
    const index = found[2] === undefined ? null : Number(found[2]);
    const [state = "", ...more] = said.split(" ");
    const endTime = timeOf(end);
    if (!isLast(state) || endTime === null) {
      open.push({ name, index });
      continue;
    }
    const [code, signal] = exit.split(":");
    ended.push({
      ...{ id, name, index, state, partition, reason: "" },
      nodes: wordOf(nodes.replace(/^None assigned$/, "")),
      ...{ start: timeOf(start), end: endTime, restarts: null },
      exitCode: whole(code ?? ""),
      signal: whole(signal ?? "") ?? 0,
      canceledBy: more[0] === "by" ? (more[1] ?? null) : null,
    });
  }
  return { ended, open };
}

const last = new Set([
  ...["COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "BOOT_FAIL", "DEADLINE"],
  ...["PREEMPTED", "REVOKED", "LAUNCH_FAILED", "RECONFIG_FAIL"],
]);

/** Is it a state that a job keeps, unless somebody requeues it? COMPLETING is none: an epilog runs. */
export function isLast(state: string): boolean {
  return last.has(state);
}

/** The job of a run among those of its name: the first that has not ended, since later ones wait for it; else the last one. */
export function jobOf(jobs: readonly SlurmJob[], name: string, index: number | null): SlurmJob | null {
  const own = jobs.filter((job) => job.name === name && job.index === index).sort(byNumber);
  return own.find(({ state }) => !isLast(state)) ?? own.at(-1) ?? null;
}

/** Jobs that were submitted twice and still wait: whoever is before them is the run. */
export function surplusOf(
  jobs: readonly SlurmJob[],
  name: string,
  index: number | null,
): readonly SlurmJob[] {
  const first = jobOf(jobs, name, index);
  return jobs.filter(
    (job) => job.name === name && job.index === index && job.id !== first?.id && job.state === "PENDING",
  );
}

function byNumber(a: SlurmJob, b: SlurmJob): number {
  return Number.parseInt(a.id, 10) - Number.parseInt(b.id, 10);
}

function lines(text: string): readonly string[] {
  return text.split("\n").slice(0, mostLines);
}

function whole(text: string): number | null {
  return /^\d{1,10}$/.test(text) ? Number(text) : null;
}

/** Seconds since 1970; `N/A`, `Unknown` and the like are none. */
function timeOf(text: string): number | null {
  const seconds = whole(text);
  return seconds === null || seconds === 0 ? null : seconds * 1000;
}

function wordOf(text: string): string {
  return /^(None|N\/A|\(null\))$/i.test(text) ? "" : text;
}
