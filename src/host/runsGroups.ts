/** Which run stands where in the Runs tree: running ones first, then by day or by experiment, newest first. */

import { type Run, terminalStates } from "../model/run.ts";
import type { Translate } from "./translate.ts";

export type GroupBy = "day" | "experiment";

export interface RunsGroup {
  /** Stable over reloads and in both orders. */
  readonly id: string;
  readonly label: string;
  readonly runs: readonly Run[];
  readonly open: boolean;
}

/** True while the run may still change by itself. */
export function isActive(run: Run): boolean {
  return !terminalStates.has(run.state) && run.state !== "unknown";
}

/**
 * Groups of the tree, never an empty one. `now` (epoch ms) decides what "today" is, in the time zone of this process;
 * `locale` how a date is written.
 */
export function groupRuns(
  runs: readonly Run[],
  by: GroupBy,
  now: number,
  t: Translate,
  locale?: string,
): readonly RunsGroup[] {
  const newestFirst = [...runs].sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1));
  const active = newestFirst.filter(isActive);
  const rest = newestFirst.filter((run) => !isActive(run));
  const groups: RunsGroup[] = [];
  if (active.length > 0) groups.push(group("running", t("Running"), active, true, t));
  const keyOf = by === "day" ? (run: Run) => dayKey(run.created) : (run: Run) => run.experiment;
  for (const [key, members] of grouped(rest, keyOf)) {
    const label = by === "day" ? dayLabel(members[0]?.created ?? now, now, t, locale) : key;
    groups.push(
      group(
        `${by}:${key}`,
        label,
        members,
        groups.every((other) => other.id === "running"),
        t,
      ),
    );
  }
  return groups;
}

/** Members by key, keys in order of first sight. */
function grouped(runs: readonly Run[], keyOf: (run: Run) => string): ReadonlyMap<string, readonly Run[]> {
  const found = new Map<string, Run[]>();
  for (const run of runs) {
    const key = keyOf(run);
    const members = found.get(key);
    if (members === undefined) found.set(key, [run]);
    else members.push(run);
  }
  return found;
}

function group(id: string, label: string, runs: readonly Run[], open: boolean, t: Translate): RunsGroup {
  return { id, label: t("{0} ({1})", label, runs.length), runs, open };
}

/** The local day of a time, as `2026-11-22`. */
function dayKey(time: number): string {
  const day = new Date(time);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

function dayLabel(time: number, now: number, t: Translate, locale?: string): string {
  const today = new Date(now);
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1).getTime();
  const key = dayKey(time);
  if (key === dayKey(now)) return t("Today");
  if (key === dayKey(yesterday)) return t("Yesterday");
  const sameYear = new Date(time).getFullYear() === today.getFullYear();
  const format: Intl.DateTimeFormatOptions = sameYear
    ? { weekday: "short", day: "numeric", month: "short" }
    : { day: "numeric", month: "short", year: "numeric" };
  return new Intl.DateTimeFormat(locale, format).format(time);
}
