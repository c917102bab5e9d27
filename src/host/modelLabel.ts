/** Models and their versions as rows of a tree. Pure. */

import { metricDirection } from "../model/direction.ts";
import { formatBytes, formatValue } from "../model/format.ts";
import { promptText } from "../model/prompt.ts";
import { type Alias, type Model, type ModelVersion, versionPlace } from "../model/registry.ts";
import type { Run } from "../model/run.ts";
import { escapeMarkdown, markdownTable, shorten } from "./markdown.ts";
import { timeText } from "./runTooltip.ts";
import type { Translate } from "./translate.ts";

/** `champion v4 · challenger v5`; the number of versions where there is no alias. */
export function modelDescription(
  model: { readonly aliases: readonly Named[]; readonly versions: readonly unknown[] },
  t: Translate,
): string {
  if (model.aliases.length === 0)
    return model.versions.length === 1 ? t("1 version") : t("{0} versions", model.versions.length);
  return [...model.aliases]
    .sort(championFirst)
    .map(({ alias, version }) => `${alias} v${version}`)
    .join(" · ");
}

type Named = Pick<Alias, "alias" | "version">;

function championFirst(a: Named, b: Named): number {
  const rank = (alias: string) => (alias === "champion" ? 0 : alias === "challenger" ? 1 : 2);
  return rank(a.alias) - rank(b.alias) || a.alias.localeCompare(b.alias);
}

/** `val_acc 0.951 ▲0.008 · champion`; `runs` by id, `champion` is what the difference is taken against. */
export function versionDescription(
  version: Pick<ModelVersion, "runId" | "aliases">,
  champion: Pick<ModelVersion, "runId" | "aliases"> | undefined,
  runs: ReadonlyMap<string, Run>,
): string {
  const run = runs.get(version.runId ?? "");
  const key = run?.keyMetric ?? null;
  const value = key === null ? undefined : run?.metrics[key]?.last;
  if (key === null || value === undefined) return version.aliases.join(" · ");
  const against =
    champion === undefined || champion === version
      ? undefined
      : runs.get(champion.runId ?? "")?.metrics[key]?.last;
  const metric = `${shorten(key, 32)} ${formatValue(value)}${difference(key, value, against)}`;
  return [metric, ...version.aliases].join(" · ");
}

/** ▲ is better, ▼ is worse, whichever way the number went. */
function difference(key: string, value: number, against: number | undefined): string {
  if (against === undefined || !Number.isFinite(value - against) || value === against) return "";
  const better = metricDirection(key) === "up" ? value > against : value < against;
  const size = Number(Math.abs(value - against).toPrecision(2));
  return ` ${better ? "▲" : "▼"}${formatValue(size)}`;
}

export function versionTooltip(
  model: Model,
  version: ModelVersion,
  run: Run | undefined,
  t: Translate,
): string {
  const { description, stage, origin } = version;
  const signature = origin?.signature ?? null;
  const template = version.tags[promptText];
  const rows: [string, string][] = [
    ...(template === undefined
      ? fileRows(version, run, t)
      : [[t("Prompt"), cell(template, 600)] as [string, string]]),
    ...given(t("Logged model"), cell(origin?.loggedModel ?? "", 80)),
    ...given(t("Flavors"), cell(signature?.flavors.join(", ") ?? "", 200)),
    ...given(t("Inputs"), cell(signature?.inputs.join(", ") ?? "", 300)),
    ...given(t("Outputs"), cell(signature?.outputs.join(", ") ?? "", 300)),
    ...given(t("Stage"), stage === "None" ? "" : stage),
    ...given(t("Description"), cell(description, 300)),
    ...Object.entries(version.tags)
      .filter(([tag]) => !/^_?mlflow[._]prompt[._]/.test(tag))
      .slice(0, shownTags)
      .map(([tag, value]): [string, string] => [cell(tag, 60), cell(value, 120)]),
    [t("Registered"), escapeMarkdown(`${timeText(version.created)}, ${version.actor.name}`)],
    ...model.aliases
      .filter((alias) => alias.version === version.version)
      .map((alias): [string, string] => [escapeMarkdown(alias.alias), escapeMarkdown(aliasText(alias, t))]),
  ];
  return `**${escapeMarkdown(model.name)} v${version.version}**\n\n${markdownTable(rows)}`;
}

const shownTags = 10;

/** Where the files are, how large, and which run made them. */
function fileRows(version: ModelVersion, run: Run | undefined, t: Translate): [string, string][] {
  const { digest, bytes, runId } = version;
  return [
    [version.artifact === null ? t("Source") : t("File"), cell(versionPlace(version), 120)],
    ...given(t("Size"), bytes === null ? "" : formatBytes(bytes)),
    [t("Digest"), digest === null ? t("not known: its files could not be read") : cell(digest, 80)],
    [t("From run"), runId === null ? t("none") : escapeMarkdown(run?.name ?? runId)],
  ];
}

function cell(text: string, most: number): string {
  return escapeMarkdown(shorten(text, most));
}

/** A row, unless there is nothing to say in it. */
function given(name: string, value: string): [string, string][] {
  return value === "" ? [] : [[name, value]];
}

/** Since when, by whom, instead of what, why. */
function aliasText(alias: Alias, t: Translate): string {
  const before = alias.previous === null ? "" : t(", before it v{0}", alias.previous);
  return `${timeText(alias.since)}, ${alias.actor.name}${before}: ${shorten(alias.reason, 200)}`;
}
