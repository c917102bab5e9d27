/** A team's MLflow server and its models in words. No import of vscode: a test reads it. */

import type { TeamModel, TeamVersion } from "../model/teamRegistry.ts";
import type { ShownTeam } from "../protocol/editor.ts";
import { escapeMarkdown, markdownTable, shorten } from "./markdown.ts";
import { timeText } from "./runTooltip.ts";
import type { Translate } from "./translate.ts";

const dayMs = 24 * 60 * 60 * 1_000;

/** `12 models`; while it is away what is shown is as of some time. */
export function teamDescription(team: ShownTeam, now: number, t: Translate): string {
  const { trouble, refused, modelsAsOf, models, cut } = team;
  if (trouble !== null) {
    const age = modelsAsOf === null ? t("not read yet") : asOfText(modelsAsOf, now, t);
    return refused ? `${t("needs you to sign in")} · ${age}` : age;
  }
  if (modelsAsOf === null) return t("being read…");
  if (cut) return t("the first {0} models", models.length);
  return models.length === 1 ? t("1 model") : t("{0} models", models.length);
}

/** `as of 14:02`, with the day where that is not the last one. */
export function asOfText(time: number, now: number, t: Translate): string {
  const at = new Date(time);
  const clock = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return t("as of {0}", now - time < dayMs ? clock : `${at.toLocaleDateString()} ${clock}`);
}

export function teamTooltip(team: ShownTeam, t: Translate): string {
  const { name, url, trouble, modelsAsOf, asOf } = team;
  const time = (at: number | null) => (at === null ? t("not read yet") : escapeMarkdown(timeText(at)));
  const table = markdownTable([
    [t("Address"), escapeMarkdown(url)],
    [t("Runs read"), time(asOf)],
    [t("Models read"), time(modelsAsOf)],
  ]);
  const told = trouble === null ? "" : `\n\n${escapeMarkdown(`${trouble.message} ${trouble.next}`)}`;
  return `**${escapeMarkdown(name)}**\n\n${table}${told}`;
}

export function teamVersionTooltip(
  model: TeamModel,
  version: TeamVersion,
  server: string,
  t: Translate,
): string {
  const cell = (text: string, most: number) => escapeMarkdown(shorten(text, most));
  const facts: readonly (readonly [string, string])[] = [
    [t("On"), cell(server, 200)],
    [t("Source"), cell(version.source, 200)],
    [t("From run"), cell(version.runId ?? "", 80)],
    [t("Aliases"), cell(version.aliases.join(", "), 200)],
    [t("Stage"), version.stage === "None" ? "" : cell(version.stage, 80)],
    [t("Description"), cell(version.description, 300)],
    ...Object.entries(version.tags)
      .slice(0, 10)
      .map(([tag, value]) => [cell(tag, 60), cell(value, 120)] as const),
    [t("Registered"), cell([timeText(version.created), version.user].filter(Boolean).join(", "), 200)],
  ];
  const table = markdownTable(facts.filter(([, text]) => text !== ""));
  return `**${escapeMarkdown(model.name)} v${version.version}**\n\n${table}`;
}
