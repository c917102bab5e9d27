/**
 * Which run stands where in the Runs tree: running ones first, then by day or by experiment, newest first; the trials of a search below the
 * search.
 */

import { parentTag } from "../model/clientTags.ts";
import { type Run, terminalStates } from "../model/run.ts";
import type { Translate } from "./translate.ts";

export type GroupBy = "day" | "experiment";

export interface RunsGroup {
  /** Stable over reloads and in both orders. */
  readonly id: string;
  readonly label: string;
  /** Those that are loaded. */
  readonly runs: readonly Run[];
  /** All that there are. */
  readonly count: number;
  readonly open: boolean;
}

/** True while the run may still change by itself. */
export function isActive(run: Run): boolean {
  return !terminalStates.has(run.state) && run.state !== "unknown";
}

export interface Grouping {
  readonly by: GroupBy;
  /** Decides what "today" is, in the time zone of this process; epoch ms. */
  readonly now: number;
  /** How a date is written. */
  readonly locale?: string;
  /** Ended runs as the store counts them; null while all of them are loaded. */
  readonly counts?: readonly EndedCount[] | null;
}

/** How many ended runs of an experiment were made in the quarter of an hour from that time on. */
export interface EndedCount {
  readonly experiment: string;
  readonly from: number;
  readonly runs: number;
}

/** Groups of the tree, never an empty one. A run is where the one is that it is a part of. */
export function groupRuns(runs: readonly Run[], grouping: Grouping, t: Translate): readonly RunsGroup[] {
  const { by, now, locale } = grouping;
  const newestFirst = [...runs].sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1));
  const parents = parentsOf(newestFirst);
  const root = (run: Run) => rootOf(run, parents);
  const active = newestFirst.filter((run) => isActive(root(run)));
  const rest = newestFirst.filter((run) => !isActive(root(run)));
  const groups: RunsGroup[] = [];
  if (active.length > 0) groups.push(group("running", t("Running"), active, active.length, true, t));
  const keyOf = by === "day" ? (run: Run) => dayKey(root(run).created) : (run: Run) => root(run).experiment;
  const counts = countsByKey(by, grouping.counts ?? []);
  for (const [key, members] of grouped(rest, keyOf)) {
    const [newest] = members.map(root);
    const label = by === "day" ? dayLabel(newest?.created ?? now, now, t, locale) : key;
    const count = Math.max(members.length, counts.get(key) ?? 0);
    const first = groups.every((other) => other.id === "running");
    groups.push(group(`${by}:${key}`, label, members, count, first, t));
  }
  return groups;
}

/** The parent of each run that stands below one that is shown. What is still under way never hides below what has ended. */
export function parentsOf(runs: readonly Run[]): ReadonlyMap<string, Run> {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const parents = new Map<string, Run>();
  for (const run of runs) {
    const parent = byId.get(run.tags[parentTag] ?? "");
    if (parent === undefined || (isActive(run) && !isActive(parent))) continue;
    // Clients may say anything: runs that are each other's parents would be shown nowhere.
    if (rootOf(parent, parents).id !== run.id) parents.set(run.id, parent);
  }
  return parents;
}

/** The run at the top that this one stands below; itself where it is one. */
function rootOf(run: Run, parents: ReadonlyMap<string, Run>): Run {
  let root = run;
  for (let above = parents.get(root.id); above !== undefined; above = parents.get(root.id)) root = above;
  return root;
}

function countsByKey(by: GroupBy, counts: readonly EndedCount[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { experiment, from, runs } of counts) {
    const key = by === "day" ? dayKey(from) : experiment;
    found.set(key, (found.get(key) ?? 0) + runs);
  }
  return found;
}

/** Members by key, keys in order of first sight. */
export function grouped(
  runs: readonly Run[],
  keyOf: (run: Run) => string,
): ReadonlyMap<string, readonly Run[]> {
  const found = new Map<string, Run[]>();
  for (const run of runs) {
    const key = keyOf(run);
    const members = found.get(key);
    if (members === undefined) found.set(key, [run]);
    else members.push(run);
  }
  return found;
}

function group(
  id: string,
  label: string,
  runs: readonly Run[],
  count: number,
  open: boolean,
  t: Translate,
): RunsGroup {
  return { id, label: t("{0} ({1})", label, count), runs, count, open };
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
  // What a client of MLflow sends that leaves the start out.
  if (key === dayKey(0)) return t("No date");
  if (key === dayKey(now)) return t("Today");
  if (key === dayKey(yesterday)) return t("Yesterday");
  const sameYear = new Date(time).getFullYear() === today.getFullYear();
  const format: Intl.DateTimeFormatOptions = sameYear
    ? { weekday: "short", day: "numeric", month: "short" }
    : { day: "numeric", month: "short", year: "numeric" };
  return new Intl.DateTimeFormat(locale, format).format(time);
}
