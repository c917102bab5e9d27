/** Derives the state of a run from records and processes. Never guesses: what was not seen changes nothing. */

import type { ExitRecord, QueueRecord, StartRecord } from "./journal.ts";
import type { RunStatus } from "./run.ts";
import type { JobLook, SlurmRecord } from "./slurm.ts";
import { slurmStatus } from "./slurmState.ts";

/** What one look at a run directory and at its machine has shown. */
export interface RunEvidence {
  readonly exists: boolean;
  readonly start:
    | (Pick<StartRecord, "attempt" | "boot_id" | "slurm"> &
        Partial<Pick<StartRecord, "pid" | "recorder_pid">>)
    | null;
  readonly queue: Pick<QueueRecord, "position" | "reason" | "boot_id"> | null;
  readonly exit: Pick<ExitRecord, "attempt" | "exit_code" | "signal" | "reason" | "error"> | null;
  /** Of a run that was handed to Slurm: then its processes are not where one looks, and Slurm says what its records don't. */
  readonly slurm?: Pick<SlurmRecord, "job"> | null;
  readonly job?: JobLook | null;
  readonly cancelAsked: boolean;
  /** Boot id of the machine now; "" where it has none, and then a restart can't be told. */
  readonly bootId: string;
  /** The script's process: same pid, same start time, not a zombie. */
  readonly scriptAlive: boolean;
  readonly recorderAlive: boolean;
  /** Other living processes that carry the run's mark. */
  readonly marked: readonly number[];
  /** Milliseconds from the ask for the run to this look. */
  readonly age: number;
}

/** How long a launch may take before a run without any record counts as lost. */
const launchTime = 60_000;

/**
 * The first that fits: exit record → finished, failed or cancelled; no start record → queued, with what it waits for; no process
 * known → running until its client or a person says otherwise; another boot id → lost (restart); script and recorder alive → running; script or marked processes alive without a recorder → orphaned; recorder
 * alone → running (it is finishing); else lost (killed). Null: what was seen says nothing, so it is as it was.
 */
export function deriveStatus(seen: RunEvidence): RunStatus | null {
  const { exit, start, scriptAlive, recorderAlive, marked } = seen;
  if (seen.slurm != null) return slurmStatus({ ...seen, slurm: seen.slurm, job: seen.job ?? null }, ended);
  // The exit record of an earlier attempt says nothing about this one.
  if (exit !== null && exit.attempt >= (start?.attempt ?? 0)) return ended(exit);
  if (start === null) return waiting(seen);
  // A run that a client of MLflow's protocol made at the server: there is no process to look at, and none to end.
  if (start.pid === 0 && (start.recorder_pid ?? 0) === 0)
    return { state: seen.cancelAsked ? "cancelled" : "running", reason: null };
  if (restarted(start.boot_id, seen.bootId)) return lost("the machine was restarted");
  // One that a script made beside its own run lives with that run's recorder.
  if (recorderAlive && start.pid === 0) return { state: "running", reason: null };
  if (recorderAlive && scriptAlive)
    return { state: "running", reason: seen.cancelAsked ? "being canceled" : null };
  if (recorderAlive) return { state: "running", reason: "finishing" };
  if (scriptAlive || marked.length > 0) {
    const what = scriptAlive ? "the script lives" : livingOnes(marked.length);
    return { state: "orphaned", reason: `the recorder is gone while ${what}` };
  }
  return lost("killed together with its recorder");
}

function ended({ reason, exit_code, signal, error }: NonNullable<RunEvidence["exit"]>): RunStatus {
  if (reason === "cancelled") return { state: "cancelled", reason: null };
  if (reason === "lost") return lost(error ?? "nobody says how it ended");
  if (reason === "stopped") return { state: "failed", reason: "ended by its scheduler" };
  if (reason === "not_started") return { state: "failed", reason: `not started${because(error)}` };
  if (signal !== null) return { state: "failed", reason: `killed by ${signal}${because(error)}` };
  if (exit_code === 0) return { state: "finished", reason: null };
  if (reason === "reported") return { state: "failed", reason: error === "" ? null : error };
  return { state: "failed", reason: `exit ${exit_code ?? "unknown"}${because(error)}` };
}

function waiting({ exists, queue, bootId, recorderAlive, marked, age }: RunEvidence): RunStatus {
  if (queue !== null && restarted(queue.boot_id, bootId))
    return lost("the machine was restarted while it waited");
  if (queue !== null && !recorderAlive && marked.length === 0)
    return lost("its recorder was killed while it waited");
  if (queue !== null) return { state: "queued", reason: queue.reason };
  if (age < launchTime || recorderAlive) return { state: "queued", reason: "starting" };
  return lost(exists ? "its recorder did not start" : "its run directory is gone");
}

function restarted(then: string, now: string): boolean {
  return then !== "" && now !== "" && then !== now;
}

function lost(reason: string): RunStatus {
  return { state: "lost", reason };
}

function because(error: string | null): string {
  return error === null || error === "" ? "" : `: ${error}`;
}

function livingOnes(count: number): string {
  return count === 1 ? "1 process of the run lives" : `${count} processes of the run live`;
}
