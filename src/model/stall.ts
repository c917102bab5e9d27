/**
 * Tells a run that has stopped moving from one that is slow, by its own pace: to be alive is not to make progress, and what is slow for one
 * script is usual for another. Only time in which somebody looked counts, so that a machine that slept or could not be reached accuses
 * nobody. It says something about a run and never ends one.
 */

/** How a run has moved so far. Times are lengths in milliseconds, of watched time. */
export interface Pace {
  /** Looks that have shown progress, and how many of them a metric. */
  readonly steps: number;
  readonly metricSteps: number;
  /** From the first progress to the last. */
  readonly span: number;
  /** The longest time from one progress to the next that is usual here. */
  readonly slowest: number;
  /** Since the last progress. */
  readonly silent: number;
  /** When it was looked at last, by the clock of whoever looks; null before, and after a time in which it could not be judged. */
  readonly seen: number | null;
}

export const noPace: Pace = { steps: 0, metricSteps: 0, span: 0, slowest: 0, silent: 0, seen: null };

/** What a look shows: a metric, only output, or nothing new. */
export type Progress = "metric" | "output" | "none";

/** Looks that are further apart leave the time between them unwatched. */
const watchedMs = 60_000;
/** Fewer steps tell no pace. */
const enoughSteps = 8;
/** So many times its slowest step a run may be silent. */
const patience = 6;

/** The pace after one more look. */
export function paceAfter(pace: Pace, time: number, progress: Progress): Pace {
  const since = pace.seen === null ? 0 : Math.max(0, time - pace.seen);
  const watched = since > watchedMs ? 0 : since;
  const silent = pace.silent + watched;
  if (progress === "none") return { ...pace, silent, seen: time };
  const isFirst = pace.steps === 0;
  // A stall that has ended was a slow step after all; it stretches what is usual, by as much as it was waited for and no more.
  const usual = pace.steps < enoughSteps ? silent : Math.min(silent, patience * pace.slowest);
  return {
    steps: pace.steps + 1,
    metricSteps: pace.metricSteps + (progress === "metric" ? 1 : 0),
    span: isFirst ? 0 : pace.span + silent,
    slowest: isFirst ? 0 : Math.max(pace.slowest, usual),
    silent: 0,
    seen: time,
  };
}

/** The pace of a run that waits, or can't be judged now: it has not been silent. */
export function paceResting(pace: Pace): Pace {
  return { ...pace, silent: 0, seen: null };
}

/**
 * How long a run has been silent if that is too long for it, else null. `least` is the shortest silence that is ever told; 0 tells none.
 * A script that only greets and then works without a word has no pace: output alone is one when it went on for as long as `least`.
 */
export function stallOf(pace: Pace, least: number): number | null {
  const isKnown = pace.metricSteps >= enoughSteps || (pace.steps >= enoughSteps && pace.span >= least);
  if (least <= 0 || !isKnown) return null;
  return pace.silent >= Math.max(least, patience * pace.slowest) ? pace.silent : null;
}

const said = /^no progress for (\d+) (min|h)$/;
const minuteMs = 60_000;
const hourMs = 3_600_000;

/** The reason of a running run, as it is shown and kept. */
export function stallReason(silent: number): string {
  const hours = Math.floor(silent / hourMs);
  return hours >= 2
    ? `no progress for ${hours} h`
    : `no progress for ${Math.max(1, Math.floor(silent / minuteMs))} min`;
}

/** The silence that a reason tells of; null for every other reason. */
export function silenceIn(reason: string | null): number | null {
  const [, count, unit] = said.exec(reason ?? "") ?? [];
  return count === undefined ? null : Number(count) * (unit === "h" ? hourMs : minuteMs);
}
