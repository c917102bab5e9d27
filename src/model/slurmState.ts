/** The state of a run under Slurm: its own records first, then the word of the cluster. Never guesses: null is "as it was". Pure. */

import type { ExitRecord, StartRecord } from "./journal.ts";
import type { RunStatus } from "./run.ts";
import type { JobLook, SlurmJob, SlurmRecord } from "./slurm.ts";
import { isLast } from "./slurmAnswer.ts";
import { waitingText } from "./slurmWords.ts";

export interface SlurmEvidence {
  readonly start: Pick<StartRecord, "attempt" | "slurm"> | null;
  readonly exit: Pick<ExitRecord, "attempt" | "exit_code" | "signal" | "reason" | "error"> | null;
  readonly cancelAsked: boolean;
  readonly slurm: Pick<SlurmRecord, "job">;
  /** Null: the cluster has said nothing of it yet. */
  readonly job: JobLook | null;
}

/**
 * `ended` tells the state of an exit record that stands by itself. One that says `stopped` does not: Slurm ended the script, and only
 * Slurm knows why, and whether it begins again.
 */
export function slurmStatus(
  seen: SlurmEvidence,
  ended: (exit: NonNullable<SlurmEvidence["exit"]>) => RunStatus,
): RunStatus | null {
  const { start, exit, job } = seen;
  const attempt = start?.attempt ?? 0;
  const over = exit !== null && exit.attempt >= attempt;
  if (over && exit.reason !== "stopped") return ended(exit);
  const known = over || start !== null ? restartsOf(seen, over) : null;
  const unconfirmed = { state: "queued", reason: "submitted, and not confirmed yet" } as const;
  const isUnheard = known === null && seen.slurm.job === null;
  if (job === null) {
    if (over) return { state: "running", reason: "ended by Slurm" };
    if (isUnheard) return unconfirmed;
    return known === null ? { state: "queued", reason: "submitted" } : { state: "running", reason: null };
  }
  if (job.job === null && job.settled) return forgotten(seen, over, attempt);
  if (job.job === null) return isUnheard ? unconfirmed : null;
  const isOld = known !== null && job.job.restarts !== null && job.job.restarts < known;
  // The records are of a later beginning than the one that Slurm spoke of.
  if (isOld) return { state: "running", reason: over ? "ended by Slurm" : null };
  if (!isLast(job.job.state)) return underWay(job.job, job.time, { ...seen, over, known });
  return job.settled ? statusOf(job.job) : null;
}

/** How often the job had begun anew when the newest records were written. */
function restartsOf({ start, exit }: SlurmEvidence, over: boolean): number {
  if (start?.slurm !== undefined && !(over && exit !== null && exit.attempt > start.attempt))
    return start.slurm.restarts;
  return (over ? (exit?.attempt ?? 1) : (start?.attempt ?? 1)) - 1;
}

interface Known extends SlurmEvidence {
  readonly over: boolean;
  readonly known: number | null;
}

function underWay(job: SlurmJob, now: number, { cancelAsked, over, known }: Known): RunStatus {
  const isYetToBegin = known === null || (job.restarts ?? 0) > known;
  const waits = job.state === "PENDING" || job.state === "REQUEUED" || job.state === "REQUEUE_HOLD";
  if (waits && isYetToBegin) return { state: "queued", reason: waitingText(job, now) };
  if (isYetToBegin)
    return { state: "queued", reason: job.nodes === "" ? "starting" : `starting on ${job.nodes}` };
  if (over) return { state: "running", reason: "ended by Slurm" };
  if (cancelAsked) return { state: "running", reason: "being canceled" };
  if (job.state === "SUSPENDED" || job.state === "STOPPED")
    return { state: "running", reason: "suspended by Slurm" };
  return { state: "running", reason: job.state === "COMPLETING" ? "finishing" : null };
}

function forgotten({ slurm }: SlurmEvidence, over: boolean, attempt: number): RunStatus {
  if (over) return { state: "failed", reason: "ended by Slurm" };
  if (attempt === 0 && slurm.job === null) return { state: "lost", reason: "Slurm did not take its job" };
  const when = attempt > 0 ? "before its end was recorded" : "before it began";
  return { state: "lost", reason: `Slurm forgot its job ${when}` };
}

const signals: Readonly<Record<number, string>> = { 2: "SIGINT", 6: "SIGABRT", 9: "SIGKILL", 15: "SIGTERM" };

/** What a job that has ended without a record of its own has come to, in Slurm's words. */
function statusOf(job: SlurmJob): RunStatus {
  const { state, reason, exitCode, signal, nodes, canceledBy } = job;
  const where = nodes === "" ? "" : ` ${nodes}`;
  switch (state) {
    case "CANCELLED": {
      const by = canceledBy === null ? "" : ` by user ${canceledBy}`;
      return { state: "cancelled", reason: `canceled in Slurm${by}` };
    }
    case "TIMEOUT":
      return { state: "failed", reason: "time limit reached" };
    case "DEADLINE":
      return { state: "failed", reason: "deadline reached" };
    case "OUT_OF_MEMORY":
      return { state: "failed", reason: "out of memory" };
    case "NODE_FAIL":
      return { state: "lost", reason: `its node${where} failed` };
    case "BOOT_FAIL":
      return { state: "lost", reason: `its node${where} did not boot` };
    case "PREEMPTED":
      return { state: "lost", reason: "another job took its place" };
    case "REVOKED":
      return { state: "lost", reason: "moved to another cluster" };
    default:
      break;
  }
  if (reason === "JobLaunchFailure" && (signal > 31 || signal === 0))
    return {
      state: "failed",
      reason: `not started: Slurm could not launch it${where === "" ? "" : ` on${where}`}`,
    };
  if (signal > 0)
    return { state: "failed", reason: `its job was killed by ${signals[signal] ?? `signal ${signal}`}` };
  if (exitCode !== null && exitCode > 0)
    return { state: "failed", reason: `its job ended with exit ${exitCode}` };
  return { state: "lost", reason: "its job ended without a record" };
}
