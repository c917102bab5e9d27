/** The hover on a metric or a parameter: its last values over the runs of the script. */

import { formatAgo, formatValue } from "../model/format.ts";
import type { Run } from "../model/run.ts";
import { sparkline } from "../model/sparkline.ts";
import { bestRow, type History, type HistoryRow, historyOf } from "./history.ts";
import { cell } from "./markdown.ts";
import { mentionAt } from "./mention.ts";
import type { Position, TextRange } from "./syntax.ts";
import type { TrainingScript } from "./trainingScript.ts";

export interface HoverFacts {
  /** Runs of the script, newest first. */
  readonly runs: readonly Run[];
  readonly keyMetric: string | null;
  /** Epoch milliseconds. */
  readonly now: number;
}

const shownRows = 10;

/** The hover at a position, with the word it is about; null where there is nothing to tell. */
export function hover(
  script: TrainingScript,
  position: Position,
  { runs, keyMetric, now }: HoverFacts,
): { readonly markdown: string; readonly range: TextRange } | null {
  const mention = mentionAt(script, position);
  const history = mention === null ? null : historyOf(mention, runs, keyMetric);
  if (mention === null || history === null || history.rows.length === 0) return null;
  return { markdown: historyMarkdown(history, now), range: mention.range };
}

/** A title with a sparkline, then the last ten runs, newest first; the best stands out, and below them when it is older. */
function historyMarkdown(history: History, now: number): string {
  const best = bestRow(history);
  const shown = history.rows.slice(0, shownRows);
  const rows = best === null || shown.includes(best) ? shown : [...shown, best];
  const withMetric = history.kind === "parameter" && history.metric !== null;
  const head = ["", "run", cell(history.key), ...(withMetric ? [cell(history.metric ?? "")] : []), "started"];
  const align = [":--", ":--", "--:", ...(withMetric ? ["--:"] : []), ":--"];
  const body = rows.map((row) => {
    const metric = withMetric ? [row.metric === null ? "–" : formatValue(row.metric)] : [];
    const cells = [cell(row.runName), cell(row.value), ...metric, formatAgo(now - row.when)];
    return ["", ...cells].map((text, at) => (row === best ? (at === 0 ? "★" : `**${text}**`) : text));
  });
  const table = [head, align, ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return `${title(history)}\n\n${table}\n`;
}

function title(history: History): string {
  const { key, rows } = history;
  const count = rows.length === 1 ? "1 run" : `${rows.length} runs`;
  const line = rows.length < 3 ? null : history.kind === "metric" ? overRuns(history) : overValues(history);
  return [`**${cell(key)}** · ${count}`, ...(line === null ? [] : [line])].join(" · ");
}

/** The metric from the oldest run to the newest. */
function overRuns({ rows }: History): string {
  return sparkline(rows.map((row) => row.metric ?? Number.NaN).reverse());
}

/** The metric from the smallest value of the parameter to the largest: does it help to turn it up? Null where values don't vary or are no numbers. */
function overValues({ metric, key, rows }: History): string | null {
  if (metric === null) return null;
  const points = rows.flatMap((row) => point(row)).sort((a, b) => a.x - b.x);
  if (new Set(points.map(({ x }) => x)).size < 3) return null;
  return `${cell(metric)} as ${cell(key)} grows ${sparkline(points.map(({ y }) => y))}`;
}

function point({ value, metric }: HistoryRow): readonly { readonly x: number; readonly y: number }[] {
  const x = value.trim() === "" ? Number.NaN : Number(value);
  return Number.isFinite(x) && metric !== null ? [{ x, y: metric }] : [];
}
