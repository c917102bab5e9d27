/** Opening what a run is about: its page, its log, its code, a comparison. */

import * as vscode from "vscode";
import type { Run } from "../../model/run.ts";
import { openDifference } from "../codeDocuments.ts";
import type { ComparePanels } from "../comparePanel.ts";
import { logUri } from "../logDocuments.ts";
import { withoutIcons } from "../markdown.ts";
import type { RunPanels } from "../runPanel.ts";
import type { RunsTree } from "../runsTree.ts";
import type { Request } from "../server.ts";
import type { Handlers } from "./register.ts";
import type { Target } from "./target.ts";

const t = vscode.l10n.t;
const doubleClickMs = 500;

export interface Opening {
  readonly request: Request;
  readonly target: Target;
  readonly tree: RunsTree;
  readonly runs: RunPanels;
  readonly comparisons: ComparePanels;
}

export function openCommands(parts: Opening): Handlers {
  const { request, target, tree, runs, comparisons } = parts;
  let last = { id: "", time: 0 };
  /** The second click on a row in a row keeps its page, as in the Explorer. */
  const again = (id: string) => {
    const double = last.id === id && Date.now() - last.time < doubleClickMs;
    last = { id, time: Date.now() };
    return double;
  };
  /** One run alone is no comparison. */
  const compareWith = async (run: Run) => {
    const others = await target([], {
      title: t("Compare {0} with…", run.name),
      fits: ({ id }) => id !== run.id,
      many: true,
      none: t("{0} is the only run so far. Run the script again to have something to compare.", run.name),
      suggest: (fitting) => fitting.find(({ script }) => script === run.script) ?? fitting[0],
    });
    if (others.length > 0) comparisons.show([run.id, ...others.map(({ id }) => id)]);
  };
  return {
    "runline.openRun": async (...given) => {
      const [run] = await target(given, { title: t("Open run") });
      if (run !== undefined) await runs.show(run, { stay: again(run.id) });
    },
    "runline.openSelectedRun": async () => {
      const run = await tree.chosen();
      if (run !== null) await runs.show(run, { stay: again(run.id) });
    },
    "runline.openRunToStay": async (...given) => {
      for (const run of await target(given, { title: t("Open run") })) await runs.show(run, { stay: true });
    },
    "runline.openLog": async (...given) => {
      const [run] = await target(given, { title: t("Open log") });
      if (run !== undefined) await openLog(run);
    },
    "runline.showDifference": async (...given) => {
      const [run] = await target(given, {
        title: t("Open difference to working tree"),
        fits: (each) => each.code !== null,
        none: t("The code of no run was kept."),
      });
      if (run !== undefined) await openDifference(request, run.id, run.name);
    },
    "runline.compare": async (...given) => {
      const chosen = await target(given, { title: t("Compare runs"), many: true });
      const [first, ...others] = chosen;
      if (first !== undefined && others.length === 0) await compareWith(first);
      else if (chosen.length > 0) comparisons.show(chosen.map(({ id }) => id));
    },
    "runline.compareWith": async (...given) => {
      const [run] = await target(given, { title: t("Compare which run?") });
      if (run !== undefined) await compareWith(run);
    },
    "runline.showScriptRuns": async (given) => {
      const path = typeof given === "string" ? given : vscode.window.activeTextEditor?.document.uri.fsPath;
      const all =
        path === undefined ? [] : await request("runs/list", { script: scriptName(path), limit: 100 });
      if (all.length === 1 && all[0] !== undefined) await runs.show(all[0]);
      else if (all.length > 1) comparisons.show(all.map(({ id }) => id));
      else void vscode.window.showInformationMessage(t("This script has no runs yet."));
    },
    "runline.copyReproduce": async (...given) => {
      const [run] = await target(given, { title: t("Copy command to reproduce") });
      if (run === undefined) return;
      const { command } = await request("runs/reproduce", { id: run.id });
      await vscode.env.clipboard.writeText(command);
      vscode.window.setStatusBarMessage(
        `$(check) ${t("Copied the command of {0}", withoutIcons(run.name))}`,
        4_000,
      );
    },
  };
}

async function openLog(run: Run): Promise<void> {
  const document = await vscode.workspace.openTextDocument(logUri(run));
  const last = document.lineAt(document.lineCount - 1).range.end;
  await vscode.window.showTextDocument(document, { preview: true, selection: new vscode.Range(last, last) });
}

/** Scripts are kept relative to the workspace where they are in it. */
function scriptName(path: string): string {
  return vscode.workspace.asRelativePath(path, false);
}
