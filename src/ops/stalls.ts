/** Watches the pace of runs while they are followed, and has the reason to show where one makes no progress. */

import type { Compute, Observation } from "../compute/compute.ts";
import { runFile } from "../model/journal.ts";
import type { Run } from "../model/run.ts";
import {
  noPace,
  type Pace,
  type Progress,
  paceAfter,
  paceResting,
  silenceIn,
  stallOf,
  stallReason,
} from "../model/stall.ts";
import type { RunFacts } from "../store/store.ts";
import { takeLines } from "./journalLines.ts";

export interface Stalls {
  /** The facts of a look, with the reason of a stall where there is one. */
  judged(run: Run, seen: Observation, facts: RunFacts): Promise<RunFacts>;
  forget(id: string): void;
}

interface Watched {
  readonly pace: Pace;
  /** What has been written by the last look: points that the store had then, and output. */
  readonly points: number;
  readonly logBytes: number;
  readonly attempt: number;
  /** It was called stalled, by this window or another one, and has not moved since. */
  readonly isTold: boolean;
}

/** Enough for some two thousand steps, read once when a run is first followed. */
const tailBytes = 256 * 1024;

/** `least`: the shortest silence that is ever told, in milliseconds; 0 tells none. */
export function stallsIn(compute: Compute, least: () => number): Stalls {
  const watched = new Map<string, Watched>();

  /** What another window has said counts here too, so that the two agree. */
  async function next(run: Run, seen: Observation): Promise<Watched> {
    const before = watched.get(run.id);
    const points = Object.values(run.metrics).reduce((sum, { count }) => sum + count, 0);
    const now = { points, logBytes: seen.logBytes, attempt: run.attempt };
    const told = silenceIn(run.reason);
    const pace = before?.pace ?? (await paceSoFar(run, compute));
    const moved = progressOf(before ?? now, now);
    if (moved !== "none") return { ...now, pace: paceAfter(pace, seen.time, moved), isTold: false };
    const silent = paceAfter(pace, seen.time, "none");
    return {
      ...now,
      pace: { ...silent, silent: Math.max(silent.silent, told ?? 0) },
      isTold: told !== null || (before?.isTold ?? false),
    };
  }

  return {
    async judged(run, seen, facts) {
      // What a client reports without a process here (a notebook) moves when its person does.
      if (facts.state !== "running" || seen.start === null || seen.start.pid === 0) {
        const before = watched.get(run.id);
        if (before !== undefined)
          watched.set(run.id, { ...before, pace: paceResting(before.pace), isTold: false });
        return facts;
      }
      const now = await next(run, seen);
      const silent = now.isTold ? now.pace.silent : stallOf(now.pace, least());
      watched.set(run.id, { ...now, isTold: silent !== null });
      if (silent === null || facts.reason !== null || least() === 0) return facts;
      return { ...facts, reason: stallReason(silent) };
    },
    forget: (id) => void watched.delete(id),
  };
}

function progressOf(before: Omit<Watched, "pace" | "isTold">, now: typeof before): Progress {
  if (now.points > before.points) return "metric";
  return now.logBytes > before.logBytes || now.attempt !== before.attempt ? "output" : "none";
}

/** From the end of the journal, whose every record is a look at the run: samples of the system come as long as it lives. */
async function paceSoFar({ directory }: Run, compute: Compute): Promise<Pace> {
  const { size } = await compute.read(directory, runFile.journal, 0, 0);
  const from = Math.max(0, size - tailBytes);
  const { bytes } = await compute.read(directory, runFile.journal, from, tailBytes);
  // The first line may be the rest of one.
  const whole = from === 0 ? bytes : bytes.subarray(bytes.indexOf(10) + 1);
  const pace = takeLines(whole, 0, 0).records.reduce(
    (before, record) => paceAfter(before, record.time, record.kind === "metric" ? "metric" : "none"),
    noPace,
  );
  // Its clock is that of the run's machine; ours goes on from the next look.
  return { ...pace, seen: null };
}
