/** Aliases on a team's MLflow server: set, moved, taken away, and taken back. */

import * as vscode from "vscode";
import type { TeamModel } from "../../model/teamRegistry.ts";
import type { ShownTeam } from "../../protocol/editor.ts";
import type { TeamRow } from "../modelsTree.ts";
import { type Request, shownFailure } from "../server.ts";
import { askAlias, askReason, pickAlias } from "./askAlias.ts";

const t = vscode.l10n.t;

export type TeamVersionRow = Extract<TeamRow, { kind: "teamVersion" }>;

/** A row of a team's server in the Models view. */
export function isTeamRow(given: unknown): given is TeamRow {
  const kinds: readonly unknown[] = ["team", "teamModel", "teamVersion"];
  return typeof given === "object" && given !== null && "kind" in given && kinds.includes(given.kind);
}

/** The version of a row, as the server is known now; of a model's row the person's pick. */
export async function teamVersionOf(row: TeamRow, request: Request): Promise<TeamVersionRow | undefined> {
  if (row.kind === "team") return undefined;
  const teams = await request("mlflow/models", {});
  const team = teams.find(({ url }) => url === row.team.url);
  const model = team?.models.find(({ name }) => name === row.model.name);
  if (team === undefined || model === undefined) return undefined;
  if (row.kind === "teamModel") return pickTeamVersion([{ team, model }]);
  const version = model.versions.find((each) => each.version === row.version.version);
  return version === undefined ? undefined : { kind: "teamVersion", team, model, version };
}

async function pickTeamVersion(
  models: readonly { readonly team: ShownTeam; readonly model: TeamModel }[],
): Promise<TeamVersionRow | undefined> {
  const items = models.flatMap(({ team, model }) =>
    model.versions.map((version) => ({
      label: `${model.name} v${version.version}`,
      description: version.aliases.join(" · "),
      detail: team.name,
      row: { kind: "teamVersion", team, model, version } as const,
    })),
  );
  return (await vscode.window.showQuickPick(items, { title: t("Which version?") }))?.row;
}

export async function promoteThere(row: TeamVersionRow, request: Request): Promise<void> {
  const { team, model, version } = row;
  const alias = await askAlias(model, version, team.name);
  if (alias === undefined) return;
  const before = model.aliases.find((each) => each.alias === alias)?.version ?? null;
  const change = before === null ? `→ v${version.version}` : `v${before} → v${version.version}`;
  const reason = await askReason(t("{0} of {1} on {2}: {3}", alias, model.name, team.name, change));
  if (reason !== undefined) await set({ row, alias, from: before, to: version.version, reason }, request);
}

export async function removeThere(row: TeamVersionRow, request: Request): Promise<void> {
  const { team, model, version } = row;
  const alias = await pickAlias(version);
  if (alias === undefined) return;
  const reason = await askReason(
    t("Remove {0} from {1} v{2} on {3}", alias, model.name, version.version, team.name),
  );
  if (reason !== undefined) await set({ row, alias, from: version.version, to: null, reason }, request);
}

interface Change {
  readonly row: TeamVersionRow;
  readonly alias: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly reason: string;
}

/** Others see it at once, so the way back is offered with it. */
async function set(change: Change, request: Request): Promise<void> {
  const { row, alias, from, to, reason } = change;
  const { team, model } = row;
  const asked = { url: team.url, model: model.name, alias, version: to, reason, expected: from };
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: t("Asking {0}…", team.name) },
    () => request("mlflow/promote", asked),
  );
  const told =
    to === null
      ? t("{0} of {1} is removed on {2}.", alias, model.name, team.name)
      : t("{0} of {1} is v{2} on {3} now.", alias, model.name, to, team.name);
  const undo = t("Undo");
  void vscode.window.showInformationMessage(told, undo).then(async (answer) => {
    if (answer !== undo) return;
    const back = { ...change, from: to, to: from, reason: t("Undo: {0}", reason) };
    await set(back, request).catch((error: unknown) => {
      const { message, next } = shownFailure(error);
      void vscode.window.showErrorMessage(`${message} ${next}`);
    });
  });
}
