/** The end of runs: cancel, delete, and taking a delete back. */

import * as vscode from "vscode";
import { isKeptElsewhere } from "../../model/clientTags.ts";
import type { Run } from "../../model/run.ts";
import { setContextKey } from "../contextKey.ts";
import { isActive } from "../runsGroups.ts";
import type { RunsSource } from "../runsSource.ts";
import type { Request } from "../server.ts";
import type { Handlers } from "./register.ts";
import type { Target } from "./target.ts";

const t = vscode.l10n.t;

export function runLifeCommands(request: Request, source: RunsSource, target: Target): Handlers {
  /** Deleted in this window, for undo. */
  const deleted: string[] = [];

  const cancel = async (runs: readonly Run[]) => {
    for (const run of runs) await request("runs/cancel", { id: run.id });
    await source.refresh();
  };

  const restore = async (ids: readonly string[]) => {
    await request("runs/restore", { ids });
    deleted.splice(0, deleted.length, ...deleted.filter((id) => !ids.includes(id)));
    setContextKey("runline.deleted", deleted.length > 0);
    await source.refresh();
  };

  const remove = async (runs: readonly Run[]) => {
    const ids = runs.map(({ id }) => id);
    await request("runs/delete", { ids });
    deleted.push(...ids);
    setContextKey("runline.deleted", true);
    await source.refresh();
    const undo = t("Undo");
    const what = runs.length === 1 ? (runs[0]?.name ?? "") : t("{0} runs", runs.length);
    const stays = runs.every(isKeptElsewhere) ? ` ${t("It stays on its server.")}` : "";
    void vscode.window.showInformationMessage(t("Deleted {0}.", what) + stays, undo).then(async (answer) => {
      if (answer === undo) await vscode.commands.executeCommand("runline.restore", ids);
    });
  };

  return {
    "runline.cancel": async (...given) =>
      cancel(
        await target(given, {
          title: t("Cancel run"),
          fits: (run) => isActive(run) && !isKeptElsewhere(run),
          many: true,
          none: t("No run is running or queued."),
        }),
      ),
    "runline.delete": async (...given) => {
      const runs = await target(given, { title: t("Delete run"), many: true });
      // What a server keeps is only taken out of sight, whatever becomes of it there.
      const active = runs.filter((run) => isActive(run) && !isKeptElsewhere(run));
      if (active.length > 0 && (await confirmCancel(active))) await cancel(active);
      if (active.length === 0 && runs.length > 0) await remove(runs);
    },
    "runline.restore": async (given) => {
      const ids = Array.isArray(given) ? given.filter((id) => typeof id === "string") : [...deleted];
      if (ids.length > 0) await restore(ids);
    },
  };
}

/** Delete on something that runs means: end it. Hours of training deserve a question. */
async function confirmCancel(runs: readonly Run[]): Promise<boolean> {
  const what =
    runs.length === 1
      ? t("{0} is still running.", runs[0]?.name ?? "")
      : t("{0} runs are still running.", runs.length);
  const stop: vscode.MessageItem = { title: runs.length === 1 ? t("Stop run") : t("Stop runs") };
  const keep: vscode.MessageItem = { title: t("Keep running"), isCloseAffordance: true };
  const detail = t("What was recorded so far is kept.");
  return (await vscode.window.showWarningMessage(what, { modal: true, detail }, stop, keep)) === stop;
}
