import { givenTags, noteOf } from "../../model/clientTags.ts";
import { formatBytes, formatValue } from "../../model/format.ts";
import type { RunFile } from "../../model/lineage.ts";
import { evidenceText } from "../../model/lineageTree.ts";
import type { Environment, Finding, Run } from "../../model/run.ts";
import { shellWord } from "../../model/shellWord.ts";
import { findRun } from "../../ops/findRun.ts";
import { type Command, exitCode } from "./command.ts";
import { jsonText, runJson } from "./json.ts";
import { durationText, stateText } from "./runs.ts";
import { painted, type Terminal } from "./terminal.ts";
import { plain, table } from "./text.ts";

/** Shows everything that is known of one run. */
export const show: Command = {
  summary: "show one run: state, parameters, metrics, files, environment",
  usage: "[options] <run>",
  words: [1, 1],
  options: {},
  details: 'With --json: {"run": …, "files": […], "environment": … or null, "findings": […]}.',
  async run({ project, terminal, json, words: [name = ""] }) {
    const store = await project.store.existing();
    const run = await findRun(name, store);
    const files = (await store?.lineage.files(run.id)) ?? [];
    const environment = (await store?.runs.environment(run.id)) ?? null;
    const findings = (await store?.runs.findings(run.id)) ?? [];
    if (json) await terminal.out(jsonText({ run: runJson(run), files, environment, findings }));
    else
      await terminal.out(
        `${page(run, files, environment, findings, project.clock(), terminal).join("\n")}\n`,
      );
    return exitCode.done;
  },
};

function page(
  run: Run,
  files: readonly RunFile[],
  environment: Environment | null,
  findings: readonly Finding[],
  now: number,
  terminal: Terminal,
): string[] {
  const facts: readonly (readonly [string, string])[] = [
    ["id", run.id],
    ["state", [stateText(run.state, terminal), plain(run.reason ?? "")].filter(Boolean).join("  ")],
    ["command", run.argv.map((word) => plain(shellWord(word))).join(" ")],
    ["folder", plain(run.cwd)],
    ["experiment", plain(run.experiment)],
    ["started", run.started === null ? "not yet" : new Date(run.started).toISOString()],
    ["took", durationText(run, now)],
    ["host", plain(run.host)],
    ["code", codeText(run)],
    [
      "python",
      environment === null ? "" : `${plain(environment.version)}  ${plain(environment.interpreter)}`,
    ],
    [
      "tags",
      givenTags(run)
        .map(([key, value]) => `${plain(key)}=${plain(value)}`)
        .join("  "),
    ],
    ["note", plain(noteOf(run))],
  ];
  const bold = (text: string) => painted(text, "bold", terminal);
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", bold(title), ...lines.map((line) => `  ${line}`)];
  const known = facts.filter(([, value]) => value !== "");
  return [
    bold(`${run.starred ? "★ " : ""}${plain(run.name)}`),
    ...known.map(([title, value]) => `  ${title.padEnd(12)}${value}`),
    ...section("Metrics", metricLines(run)),
    ...section("Parameters", parameterLines(run)),
    ...section("Read", fileLines(files, "read")),
    ...section("Wrote", fileLines(files, "write")),
    ...section("Kept", fileLines(files, "kept")),
    ...section(
      "Findings",
      findings.map((finding) => plain(finding.text)),
    ),
  ];
}

/** "4f2a1c9 + 2 changed files", or the digest of the copied files. */
function codeText({ code }: Run): string {
  if (code === null) return "";
  if (code.kind === "manifest") return `copied, ${code.id.slice(0, 19)}`;
  const head = code.head === null ? "no commit yet" : code.head.slice(0, 10);
  return code.changed_count === 0 ? head : `${head} + ${code.changed_count} changed files`;
}

function metricLines(run: Run): string[] {
  const rows = Object.entries(run.metrics).map(([key, metric]) => [
    plain(key),
    formatValue(metric.last),
    // Of a metric that was never finite there is no least and no greatest value.
    ...[metric.min, metric.max].map((value) => (Number.isNaN(value) ? "–" : formatValue(value))),
    String(metric.count),
    [metric.nan > 0 ? `${metric.nan} NaN` : "", metric.inf > 0 ? `${metric.inf} Inf` : ""]
      .filter(Boolean)
      .join(", "),
  ]);
  const right = "right" as const;
  const numbers = ["last", "min", "max", "points"].map((title) => ({ title, align: right }));
  return rows.length === 0 ? [] : table([{ title: "" }, ...numbers, { title: "" }], rows);
}

function parameterLines(run: Run): string[] {
  const rows = Object.entries(run.parameters).map(([key, { value, source }]) => [
    plain(key),
    plain(value),
    source,
  ]);
  return rows.length === 0 ? [] : table([{ title: "" }, { title: "value" }, { title: "from" }], rows);
}

function fileLines(files: readonly RunFile[], direction: RunFile["direction"]): string[] {
  const rows = files
    .filter((file) => file.direction === direction)
    .map((file) => [
      plain(file.path) + (file.type === "folder" ? `/ (${file.files} files)` : ""),
      formatBytes(file.bytes),
      file.digest === null ? plain(file.reason ?? "no digest") : file.digest.slice(0, 19),
      file.version === null ? "" : `v${file.version}`,
      evidenceText[file.how] + (file.changed ? ", changed since" : ""),
    ]);
  const columns = [
    { title: "file" },
    { title: "size", align: "right" as const },
    { title: "digest" },
    { title: "" },
  ];
  return rows.length === 0 ? [] : table([...columns, { title: "how" }], rows);
}
