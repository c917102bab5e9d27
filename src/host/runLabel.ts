/** One run as a row of the tree: icon, label, description, flags, spoken text. Pure. */

import { isKeptElsewhere, isTold } from "../model/clientTags.ts";
import { metricWords } from "../model/direction.ts";
import { formatCount, formatDuration, formatValue } from "../model/format.ts";
import type { Run, RunState } from "../model/run.ts";
import { colorOfRun, runColors } from "../model/runColor.ts";
import { sparkline } from "../model/sparkline.ts";
import { silenceIn } from "../model/stall.ts";
import { shorten } from "./markdown.ts";
import { isActive } from "./runsGroups.ts";
import type { Translate } from "./translate.ts";

/**
 * Codicon and theme color of a run. Shapes differ, so that color is never the only sign; one that is going has the color that its lines
 * have in charts.
 */
export function stateIcon({
  id,
  state,
  reason,
}: Pick<Run, "id" | "state" | "reason">): readonly [string, string] {
  // It lives and makes no progress.
  if (state === "running" && silenceIn(reason) !== null) return ["debug-pause", "list.warningForeground"];
  const [shape, color] = stateIcons[state];
  const own = state === "running" ? runColors[colorOfRun(id)]?.id : undefined;
  return [shape, own ?? color];
}

const stateIcons = {
  queued: ["watch", "descriptionForeground"],
  running: ["circle-filled", "charts.blue"],
  finished: ["pass", "charts.green"],
  failed: ["error", "testing.iconFailed"],
  cancelled: ["circle-slash", "descriptionForeground"],
  lost: ["debug-disconnect", "testing.iconErrored"],
  orphaned: ["warning", "list.warningForeground"],
  unknown: ["question", "descriptionForeground"],
} as const satisfies Record<RunState, readonly [string, string]>;

/** A state in a person's words. */
export function stateText(state: RunState, t: Translate): string {
  switch (state) {
    case "queued":
      return t("queued");
    case "running":
      return t("running");
    case "finished":
      return t("finished");
    case "failed":
      return t("failed");
    case "cancelled":
      return t("canceled");
    case "lost":
      return t("lost");
    case "orphaned":
      return t("running without its recorder");
    case "unknown":
      return t("not looked at yet");
  }
}

export function runTitle(run: Run): string {
  return `${run.starred ? "★ " : ""}${shorten(run.name, 80)}`;
}

/** What tells the runs of a list apart; the same for all its rows. */
export interface Telling {
  /** Parameters worth showing (`tellingParameters`). */
  readonly parameters: readonly string[];
  /** Not all runs are on the same machine. */
  readonly hosts: boolean;
  /** How many runs are shown as parts of it. */
  readonly parts?: number;
}

/** The live numbers behind the name: `loss 0.213 ▇▅▃▂ · 1.2k/5k · 3:12 · gpu-box`. */
export function runDescription(run: Run, now: number, telling: Telling, t: Translate): string {
  const host = telling.hosts ? run.host : "";
  const parts = [
    reasonPart(run, t),
    metricPart(run),
    divergedPart(run),
    progressPart(run),
    elapsedPart(run, now),
    childrenPart(telling, t),
    host,
  ];
  const parameters = telling.parameters
    .filter((key) => run.parameters[key] !== undefined)
    .map((key) => `${shorten(key, 24)}=${shorten(run.parameters[key]?.value ?? "", 24)}`);
  return [parts.filter((part) => part !== "").join(" · "), ...parameters].join("  ");
}

function reasonPart(run: Run, t: Translate): string {
  // A running run says something of its own only where that is news: it stands still.
  if (run.state === "running") return silenceIn(run.reason) === null ? "" : (run.reason ?? "");
  if (run.state === "finished") return "";
  if (run.state === "cancelled" && run.reason === null) return t("canceled");
  if (run.state === "queued") return run.reason === null ? t("queued") : t("queued: {0}", run.reason);
  // The number of an error says nothing that its words don't, and stands where a narrow view ends.
  return shorten(run.reason?.replace(/\[Errno -?\d+\] /, "") ?? stateText(run.state, t), 80);
}

/** `loss 0.213`, with a sparkline while the run is active. */
export function metricPart(run: Run): string {
  const key = run.keyMetric;
  const summary = key === null ? undefined : run.metrics[key];
  if (key === null || summary === undefined) return "";
  const line = isActive(run) && run.sparkline.length > 1 ? ` ${sparkline(run.sparkline, 8)}` : "";
  return `${shorten(key, 32)} ${formatValue(summary.last)}${line}`;
}

/** `loss NaN` where the run went astray while its key metric still looks sound. */
function divergedPart(run: Run): string {
  const { keyMetric, metrics } = run;
  if (keyMetric !== null && !Number.isFinite(metrics[keyMetric]?.last ?? 0)) return "";
  for (const key in metrics) {
    const last = metrics[key]?.last ?? 0;
    if (!Number.isFinite(last) && isLoss(key)) return `${shorten(key, 32)} ${formatValue(last)}`;
  }
  return "";
}

function isLoss(key: string): boolean {
  return metricWords(key).some((word) => /loss$|^(?:nll|elbo|cost)$/.test(word));
}

const totalNames = new Set(["steps", "max_steps", "num_steps", "total_steps", "iterations", "max_iters"]);

/** The step an active run is at, with the last one where a parameter tells it. */
function progressPart(run: Run): string {
  if (!isActive(run)) return "";
  const step = Object.values(run.metrics).reduce((most, metric) => Math.max(most, metric.lastStep), -1);
  if (step < 0) return "";
  const total = Object.entries(run.parameters).find(([key]) =>
    totalNames.has(metricWords(key).join("_")),
  )?.[1];
  const last = Number(total?.value);
  return Number.isFinite(last) && last >= step && last > 0
    ? `${formatCount(step)}/${formatCount(last)}`
    : formatCount(step);
}

function childrenPart({ parts = 0 }: Pick<Telling, "parts">, t: Translate): string {
  if (parts === 0) return "";
  return parts === 1 ? t("1 child run") : t("{0} child runs", formatCount(parts));
}

function elapsedPart(run: Run, now: number): string {
  if (run.started === null) return "";
  return formatDuration(Math.max(0, (run.ended ?? now) - run.started));
}

/**
 * Flags of a row for menus, as in `run.ended.failed.starred.own`: kind, `active` or `ended`, state, star, and whether it was started here
 * (`own`), was told of (`told`), or is kept on a team's server (`there`). The order is part of the contract with the `when` clauses in
 * package.json.
 */
export function runFlags(run: Run): string {
  return [
    "run",
    isActive(run) ? "active" : "ended",
    run.state,
    run.starred ? "starred" : "plain",
    isKeptElsewhere(run) ? "there" : isTold(run) ? "told" : "own",
  ].join(".");
}

/** What a screen reader says. */
export function runSpoken(run: Run, now: number, t: Translate, parts = 0): string {
  const star = run.starred ? t("starred") : "";
  const reason = run.reason ?? "";
  return [
    run.name,
    star,
    stateText(run.state, t),
    reason,
    metricPart({ ...run, sparkline: [] }),
    elapsedPart(run, now),
    childrenPart({ parts }, t),
  ]
    .filter((part) => part !== "")
    .join(", ");
}

/** Up to two parameters whose values tell these runs apart, most telling first. Long values are never shown. */
export function tellingParameters(runs: readonly Run[]): readonly string[] {
  const values = new Map<string, Set<string>>();
  for (const run of runs)
    for (const [key, { value }] of Object.entries(run.parameters)) {
      if (value.length > 24) continue;
      const seen = values.get(key) ?? new Set();
      values.set(key, seen.add(value));
    }
  return [...values]
    .filter(([, seen]) => seen.size > 1)
    .sort((a, b) => b[1].size - a[1].size || a[0].localeCompare(b[0]))
    .slice(0, 2)
    .map(([key]) => key);
}
