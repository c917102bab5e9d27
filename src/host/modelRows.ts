/** Rows of the Models view: one's own models, then those of each team's MLflow server, with what a version says of itself below it. */

import * as vscode from "vscode";
import { isPrompt } from "../model/prompt.ts";
import type { Model, ModelVersion } from "../model/registry.ts";
import type { Run } from "../model/run.ts";
import type { TeamModel, TeamVersion } from "../model/teamRegistry.ts";
import type { ShownTeam } from "../protocol/editor.ts";
import { modelDescription, versionDescription, versionTooltip } from "./modelLabel.ts";
import { oldUri } from "./oldRows.ts";
import { type DetailRow, signatureRows } from "./signatureRows.ts";
import { teamDescription, teamTooltip, teamVersionTooltip } from "./teamText.ts";

export type ModelRow = OwnRow | TeamRow | ShownDetail;
type OwnRow =
  | { readonly kind: "model"; readonly model: Model }
  | { readonly kind: "version"; readonly model: Model; readonly version: ModelVersion };
export type TeamRow =
  | { readonly kind: "team"; readonly team: ShownTeam }
  | { readonly kind: "teamModel"; readonly team: ShownTeam; readonly model: TeamModel }
  | {
      readonly kind: "teamVersion";
      readonly team: ShownTeam;
      readonly model: TeamModel;
      readonly version: TeamVersion;
    };
interface ShownDetail {
  readonly kind: "detail";
  /** Id of the row above. */
  readonly above: string;
  readonly detail: DetailRow;
  readonly version: ModelVersion | null;
}

const t = vscode.l10n.t;
const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

export function rowId(row: ModelRow): string {
  switch (row.kind) {
    case "model":
      return `model:${row.model.name}`;
    case "version":
      return `version:${row.version.version}:${row.model.name}`;
    case "team":
      return `team:${row.team.url}`;
    case "teamModel":
      return `team:${row.team.url}:model:${row.model.name}`;
    case "teamVersion":
      return `team:${row.team.url}:version:${row.version.version}:${row.model.name}`;
    case "detail":
      return `${row.above}:${row.detail.key}`;
  }
}

export function detailRows(above: ModelRow, details: readonly DetailRow[]): ModelRow[] {
  const version = above.kind === "version" ? above.version : above.kind === "detail" ? above.version : null;
  return details.map((detail) => ({ kind: "detail", above: rowId(above), detail, version }));
}

export function ownDetails({ origin }: ModelVersion): readonly DetailRow[] {
  return signatureRows(origin?.signature ?? null, t);
}

export function modelItem(model: Model, alone: boolean): vscode.TreeItem {
  const item = new vscode.TreeItem(model.name, alone ? Expanded : Collapsed);
  item.description = isPrompt(model.tags)
    ? t("prompt · {0}", modelDescription(model, t))
    : modelDescription(model, t);
  item.iconPath = new vscode.ThemeIcon(isPrompt(model.tags) ? "comment" : "package");
  item.contextValue = "model";
  return item;
}

export function versionItem(
  { model, version }: Extract<ModelRow, { kind: "version" }>,
  runs: ReadonlyMap<string, Run>,
): vscode.TreeItem {
  const state = ownDetails(version).length > 0 ? Collapsed : None;
  const item = new vscode.TreeItem(`v${version.version}`, state);
  const champion = championOf(model);
  item.description = versionDescription(version, champion, runs);
  const tooltip = versionTooltip(model, version, runs.get(version.runId ?? ""), t);
  item.tooltip = new vscode.MarkdownString(tooltip);
  item.iconPath = versionIcon(version, version === champion, false);
  item.contextValue = version.aliases.length > 0 ? "version.aliased" : "version.plain";
  const command = openRun(version.runId, runs);
  if (command !== undefined) item.command = command;
  return item;
}

export function teamItem(row: TeamRow, runs: ReadonlyMap<string, Run>, alone: boolean): vscode.TreeItem {
  const item = teamRowItem(row, runs, alone);
  if (row.team.trouble !== null) item.resourceUri = oldUri(rowId(row));
  return item;
}

function teamRowItem(row: TeamRow, runs: ReadonlyMap<string, Run>, alone: boolean): vscode.TreeItem {
  const { team } = row;
  const isOld = team.trouble !== null;
  if (row.kind === "team") {
    const item = new vscode.TreeItem(team.name, alone ? Expanded : Collapsed);
    item.description = teamDescription(team, Date.now(), t);
    item.tooltip = new vscode.MarkdownString(teamTooltip(team, t));
    item.iconPath = icon(isOld ? "debug-disconnect" : "cloud", isOld);
    item.contextValue = team.refused ? "team.refused" : isOld ? "team.down" : "team.up";
    return item;
  }
  const { model } = row;
  if (row.kind === "teamModel") {
    const item = new vscode.TreeItem(model.name, Collapsed);
    item.description = modelDescription(model, t);
    item.iconPath = icon(isPrompt(model.tags) ? "comment" : "package", isOld);
    item.contextValue = "teamModel";
    return item;
  }
  const { version } = row;
  const item = new vscode.TreeItem(`v${version.version}`, Collapsed);
  const champion = championOf(model);
  item.description = versionDescription(version, champion, runs);
  item.tooltip = new vscode.MarkdownString(teamVersionTooltip(model, version, team.name, t));
  item.iconPath = versionIcon(version, version === champion, isOld);
  item.contextValue = version.aliases.length > 0 ? "teamVersion.aliased" : "teamVersion.plain";
  const command = openRun(version.runId, runs);
  if (command !== undefined) item.command = command;
  return item;
}

export function detailItem({ detail, version }: ShownDetail): vscode.TreeItem {
  const item = new vscode.TreeItem(detail.label, detail.rows.length > 0 ? Collapsed : None);
  item.description = detail.description;
  item.tooltip = [detail.label, detail.description].filter(Boolean).join(": ");
  item.iconPath = new vscode.ThemeIcon(detail.icon);
  const { file } = detail;
  if (file !== undefined && version?.runId != null && version.artifact !== null)
    item.command = {
      command: "runline.openModelFile",
      title: t("Open"),
      arguments: [version.runId, `${version.artifact}/${file}`],
    };
  return item;
}

function championOf<V extends { readonly version: number }>(model: {
  readonly aliases: readonly { readonly alias: string; readonly version: number }[];
  readonly versions: readonly V[];
}): V | undefined {
  const number = model.aliases.find(({ alias }) => alias === "champion")?.version;
  return model.versions.find(({ version }) => version === number);
}

function versionIcon(
  { aliases }: { readonly aliases: readonly string[] },
  isChampion: boolean,
  isOld: boolean,
): vscode.ThemeIcon {
  if (isOld) return icon(isChampion ? "star-full" : aliases.length > 0 ? "tag" : "symbol-misc", true);
  if (isChampion) return new vscode.ThemeIcon("star-full", new vscode.ThemeColor("charts.yellow"));
  return new vscode.ThemeIcon(aliases.length > 0 ? "tag" : "symbol-misc");
}

function icon(name: string, isOld: boolean): vscode.ThemeIcon {
  return new vscode.ThemeIcon(name, isOld ? new vscode.ThemeColor("disabledForeground") : undefined);
}

/** Only a run that is here can be opened. */
function openRun(runId: string | null, runs: ReadonlyMap<string, Run>): vscode.Command | undefined {
  if (runId === null || !runs.has(runId)) return undefined;
  return { command: "runline.openRun", title: t("Open run"), arguments: [runId] };
}
