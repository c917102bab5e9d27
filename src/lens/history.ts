/** What a metric or a parameter was, run after run. */

import { metricDirection } from "../model/direction.ts";
import { formatValue } from "../model/format.ts";
import type { Run } from "../model/run.ts";
import type { Mention } from "./mention.ts";

export interface HistoryRow {
  readonly runName: string;
  /** The value of what is asked for, as shown. */
  readonly value: string;
  /** The metric that tells the runs apart; for a metric, its own value. Null where the run has none. */
  readonly metric: number | null;
  /** Epoch milliseconds of the run's start, or of its creation while it waits. */
  readonly when: number;
  /** A value of a run that has not finished is shown but can't be the best. */
  readonly finished: boolean;
}

export interface History {
  readonly kind: Mention["kind"];
  /** The name as the runs have it, which can differ from the script's (`acc` for `val/acc`). */
  readonly key: string;
  readonly metric: string | null;
  /** Newest first. */
  readonly rows: readonly HistoryRow[];
}

/**
 * The history of a mention over runs that come newest first; null when no run knows the name. A word that no run knows as a metric
 * may be a parameter (`config["lr"]`). `keyMetric` is the metric by which the runs are told apart, null when they have none.
 */
export function historyOf(mention: Mention, runs: readonly Run[], keyMetric: string | null): History | null {
  if (mention.kind === "metric") {
    const metrics = (run: Run) => run.metrics;
    const key = knownAs(mention.key, runs, metrics) ?? knownAs(lastWord(mention.key), runs, metrics);
    if (key !== null)
      return { kind: "metric", key, metric: key, rows: runs.flatMap((run) => metricRow(run, key)) };
  }
  const key = knownAs(mention.key, runs, (run) => run.parameters);
  if (key === null) return null;
  return {
    kind: "parameter",
    key,
    metric: keyMetric,
    rows: runs.flatMap((run) => parameterRow(run, key, keyMetric)),
  };
}

/** The row with the best metric of all finished runs; null when none has a value that can be compared, or all have the same. */
export function bestRow({ metric, rows }: History): HistoryRow | null {
  if (metric === null) return null;
  const sign = metricDirection(metric) === "up" ? 1 : -1;
  let best: HistoryRow | null = null;
  let differs = false;
  for (const row of rows) {
    if (!row.finished || row.metric === null || !Number.isFinite(row.metric)) continue;
    differs ||= best !== null && best.metric !== row.metric;
    if (best?.metric == null || sign * row.metric > sign * best.metric) best = row;
  }
  return differs ? best : null;
}

function metricRow(run: Run, key: string): readonly HistoryRow[] {
  const last = run.metrics[key]?.last;
  return last === undefined ? [] : [{ ...rowOf(run), value: formatValue(last), metric: last }];
}

function parameterRow(run: Run, key: string, keyMetric: string | null): readonly HistoryRow[] {
  const value = run.parameters[key]?.value;
  const metric = keyMetric === null ? null : (run.metrics[keyMetric]?.last ?? null);
  return value === undefined ? [] : [{ ...rowOf(run), value, metric }];
}

function rowOf(run: Run): Pick<HistoryRow, "runName" | "when" | "finished"> {
  return { runName: run.name, when: run.started ?? run.created, finished: run.state === "finished" };
}

/** The name under which the runs know a key: itself, itself written otherwise, or the only name that ends with it (`loss` → `train/loss`). */
function knownAs(
  key: string,
  runs: readonly Run[],
  of: (run: Run) => Readonly<Record<string, unknown>>,
): string | null {
  const names = [...new Set(runs.flatMap((run) => Object.keys(of(run))))];
  if (names.includes(key)) return key;
  const wanted = folded(key);
  const same = names.find((name) => folded(name) === wanted);
  if (same !== undefined) return same;
  const ending = names.filter(
    (name) => /[/.]/.test(name) && folded(name.split(/[/.]/).at(-1) ?? "") === wanted,
  );
  return ending.length === 1 ? (ending[0] ?? null) : null;
}

function lastWord(key: string): string {
  return key.slice(key.lastIndexOf(" ") + 1);
}

function folded(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
}
