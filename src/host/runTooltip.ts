/** Everything about a run that a row has no room for, as Markdown. Text of the run is escaped. */

import { givenTags, noteOf, sourceOf } from "../model/clientTags.ts";
import { formatDuration, formatValue } from "../model/format.ts";
import type { Run } from "../model/run.ts";
import { escapeMarkdown, markdownTable, shorten } from "./markdown.ts";
import { stateText } from "./runLabel.ts";
import type { Translate } from "./translate.ts";

const shownRows = 10;

export function runTooltip(run: Run, now: number, t: Translate): string {
  const state = run.reason === null ? stateText(run.state, t) : `${stateText(run.state, t)}: ${run.reason}`;
  const head = `**${safe(run.name, 120)}** — ${safe(state, 200)}`;
  const facts: [string, string][] = [
    [t("Command"), safe(run.argv.join(" "), 300)],
    [t("Experiment"), safe(run.experiment, 100)],
    [t("Started"), run.started === null ? t("not yet") : safe(timeText(run.started), 60)],
    [t("Took"), run.started === null ? "" : formatDuration((run.ended ?? now) - run.started)],
    [t("Where"), safe(run.host, 100)],
    [t("Slurm job"), safe(jobText(run, t), 200)],
    [t("Code"), codeText(run, t)],
    [t("Logged by"), safe(loggedBy(run), 200)],
    [
      t("Tags"),
      safe(
        givenTags(run)
          .filter(([key]) => !jobTags.includes(key))
          .map(([key, value]) => (value === "" ? key : `${key}=${value}`))
          .join(", "),
        200,
      ),
    ],
    [t("As of"), safe(timeText(run.asOf), 60)],
  ];
  const metrics = Object.entries(run.metrics).sort(
    ([a], [b]) => order(run, a) - order(run, b) || a.localeCompare(b),
  );
  const parameters = Object.entries(run.parameters);
  return [
    head,
    noteOf(run) === "" ? "" : `_${safe(noteOf(run), 500)}_`,
    markdownTable(facts.filter(([, text]) => text !== "")),
    section(
      t("Metrics"),
      metrics.map(([key, { last }]) => [safe(key, 60), formatValue(last)]),
      t,
    ),
    section(
      t("Parameters"),
      parameters.map(([key, { value }]) => [safe(key, 60), safe(value, 60)]),
      t,
    ),
    run.findings === 0 ? "" : t("{0} findings: open the run to see them.", run.findings),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** `search.py, maria`, as a client says it. */
function loggedBy(run: Run): string {
  const { script, user } = sourceOf(run);
  return [script, user].filter((text) => text !== "").join(", ");
}

/** What a job says of itself, as tags. */
const jobTags = ["slurm.job", "slurm.node", "slurm.partition"];

/** `12 on node1, partition gpu`. */
function jobText({ tags }: Run, t: Translate): string {
  const [job, node, partition] = jobTags.map((tag) => tags[tag]);
  if (job === undefined) return "";
  const where = node === undefined ? job : t("{0} on {1}", job, node);
  return partition === undefined ? where : t("{0}, partition {1}", where, partition);
}

function section(title: string, rows: readonly (readonly [string, string])[], t: Translate): string {
  if (rows.length === 0) return "";
  const more = rows.length > shownRows ? `\n\n${t("and {0} more", rows.length - shownRows)}` : "";
  return `**${title}**\n\n${markdownTable(rows.slice(0, shownRows))}${more}`;
}

/** The key metric first. */
function order(run: Run, key: string): number {
  return key === run.keyMetric ? 0 : 1;
}

/** `4f2a1c + 2 changed files`. */
export function codeText(run: Run, t: Translate): string {
  if (run.code === null) return "";
  const id = run.code.kind === "git" ? (run.code.head ?? run.code.id).slice(0, 7) : run.code.id.slice(7, 14);
  return run.code.changed_count === 0 ? id : t("{0} + {1} changed files", id, run.code.changed_count);
}

export function timeText(time: number): string {
  return new Date(time).toLocaleString();
}

function safe(text: string, limit: number): string {
  return escapeMarkdown(shorten(text, limit));
}
