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
export function isJudgeable({ unreadable, start, exit, bootId, hostName }: Observation): boolean {
  if (unreadable) return false;
  if (exit !== null || start === null || start.boot_id === "" || bootId === "") return true;
  return start.boot_id === bootId || start.host === hostName;
}

/**
 * The facts as they should be kept. `drained` says that journal and log were read to the sizes in the exit record, or that nothing
 * more will come. Before that a run is not terminal: it goes on as what it was.
 */
export function factsOf(run: Run, seen: Observation, drained: boolean): RunFacts {
  const { start, exit, time } = seen;
  const status = deriveStatus({ ...seen, age: time - run.created });
  const pending = terminalStates.has(status.state) && !drained;
  const now = pending
    ? { state: run.state === "unknown" ? "running" : run.state, reason: "finishing" }
    : status;
  const ended = exit !== null && terminalStates.has(now.state);
  return {
    state: now.state,
    reason: now.reason,
    drained: terminalStates.has(status.state) && drained,
    attempt: start?.attempt ?? run.attempt,
    started: start?.time ?? run.started,
    ended: ended ? exit.time : null,
    exitCode: ended ? exit.exit_code : null,
    signal: ended ? exit.signal : null,
    asOf: time,
  };
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
  return terminalStates.has(deriveStatus({ ...seen, age: seen.time - run.created }).state);
}
