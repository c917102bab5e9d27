/** What one look at a run's directory and machine says about the run. Pure. */

import type { Observation } from "../compute/compute.ts";
import { type Run, terminalStates } from "../model/run.ts";
import { deriveStatus } from "../model/runState.ts";
import type { RunFacts } from "../store/store.ts";

/** Facts are written again, unchanged, after this long: "as of" then stays near to now without a write per look. */
const confirmAfterMs = 10_000;

/**
 * Can the look judge this run at all? Not when its records can't be read. A run of another machine with the same home shows its records
 * here, but not its processes.
 */
export function isJudgeable(seen: Observation): boolean {
  const { unreadable, start, exit, bootId, hostName, slurm } = seen;
  if (unreadable) return false;
  // A job runs anywhere; whether anything can be said of it its rules tell.
  if (slurm != null) return deriveStatus({ ...seen, age: 0 }) !== null;
  if (exit !== null || start === null || start.boot_id === "" || bootId === "") return true;
  return start.boot_id === bootId || start.host === hostName;
}

/**
 * The facts as they should be kept. `drained` says that journal and log were read to the sizes in the exit record, or that nothing
 * more will come. Before that a run is not terminal: it goes on as what it was. `moved`: its journal has told something new.
 */
export function factsOf(run: Run, seen: Observation, drained: boolean, moved = false): RunFacts {
  const { start, exit } = seen;
  const status = deriveStatus({ ...seen, age: seen.time - run.created }) ?? run;
  const pending = terminalStates.has(status.state) && !drained;
  const now = pending
    ? { state: run.state === "unknown" ? "running" : run.state, reason: "finishing" }
    : status;
  const ended = terminalStates.has(now.state);
  const job = seen.job?.job ?? null;
  // The end of an attempt before says nothing of how this one has ended.
  const own = exit !== null && exit.attempt >= (start?.attempt ?? 0) ? exit : null;
  return {
    state: now.state,
    reason: now.reason,
    drained: terminalStates.has(status.state) && drained,
    // One that could not begin again has only an end.
    attempt: Math.max(start?.attempt ?? run.attempt, own?.reason === "not_started" ? own.attempt : 0),
    // One that waits to begin anew is not at work; nothing of its earlier attempts is lost by that.
    started: now.state === "queued" ? null : (start?.time ?? run.started),
    ended: ended ? (own?.time ?? job?.end ?? null) : null,
    exitCode: ended ? (own?.exit_code ?? null) : null,
    signal: ended ? (own?.signal ?? null) : null,
    asOf: own === null && seen.slurm != null && !moved ? wordTime(run, seen) : seen.time,
  };
}

/** Of a job that has not ended by itself the cluster knows; what it has not said for long is as old as that, or as what was last read. */
function wordTime({ asOf }: Run, { job, start, slurm, time }: Observation): number {
  return Math.min(time, Math.max(asOf, job?.time ?? start?.time ?? slurm?.time ?? 0));
}

/** Is it worth a write? */
export function isNews(run: Run, facts: RunFacts): boolean {
  const same =
    run.state === facts.state &&
    run.reason === facts.reason &&
    run.drained === facts.drained &&
    run.attempt === facts.attempt &&
    run.started === facts.started &&
    run.ended === facts.ended &&
    run.exitCode === facts.exitCode &&
    run.signal === facts.signal;
  return !same || facts.asOf - run.asOf >= confirmAfterMs;
}

/** Will nothing more be written in this run's directory? */
export function isOver(run: Run, seen: Observation): boolean {
  const status = deriveStatus({ ...seen, age: seen.time - run.created });
  return status !== null && terminalStates.has(status.state);
}
