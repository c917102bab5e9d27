/** Arranging the views, and help when something is not as it should be. */

import * as os from "node:os";
import * as vscode from "vscode";
import { currentSettings } from "../configuration.ts";
import { diagnosticsText } from "../diagnosticsText.ts";
import type { RunsSource } from "../runsSource.ts";
import type { RunsTree } from "../runsTree.ts";
import { copySample } from "../sampleWorkspace.ts";
import { type Server, shownFailure } from "../server.ts";
import type { Handlers } from "./register.ts";

const t = vscode.l10n.t;

export function viewCommands(source: RunsSource, tree: RunsTree, server: Server): Handlers {
  return {
    "runline.groupByDay": () => tree.setGroupBy("day"),
    "runline.groupByExperiment": () => tree.setGroupBy("experiment"),
    "runline.filter": async () => {
      const text = await vscode.window.showInputBox({
        title: t("Filter runs"),
        value: tree.filter,
        placeHolder: "lr=0.01 is:failed otter",
        prompt: t("Words that must all fit. Empty shows every run."),
      });
      if (text !== undefined) tree.filter = text;
    },
    "runline.clearFilter": () => {
      tree.filter = "";
    },
    "runline.loadMore": () => source.loadMore(),
    "runline.refresh": async () => {
      if (!server.isRunning) await server.restart();
      server.askAgain();
      await source.refresh();
    },
    "runline.showRunning": async () => {
      const [first, ...others] = source.active;
      if (first !== undefined && others.length === 0)
        await vscode.commands.executeCommand("runline.openRun", first.id);
      else await vscode.commands.executeCommand("runline.runs.focus");
    },
  };
}

export function supportCommands(
  context: vscode.ExtensionContext,
  server: Server,
  source: RunsSource,
  log: vscode.LogOutputChannel,
): Handlers {
  return {
    "runline.showOutput": () => log.show(true),
    "runline.copyDiagnostics": async () => {
      const status = await server.request("store/status", {}).catch((error) => shownFailure(error).message);
      const version: unknown = context.extension.packageJSON.version;
      const around = {
        runline: String(version),
        editor: `${vscode.env.appName} ${vscode.version}`,
        system: `${os.platform()} ${os.release()} ${os.arch()}, Node ${process.versions.node}`,
        remote: vscode.env.remoteName ?? null,
        trusted: vscode.workspace.isTrusted,
        home: os.homedir(),
      };
      await vscode.env.clipboard.writeText(diagnosticsText(around, status, currentSettings()));
      vscode.window.setStatusBarMessage(`$(check) ${t("Copied diagnostics")}`, 4_000);
    },
    "runline.rebuildStore": async () => {
      const title = t("Rebuilding the store from the run directories…");
      const { runs } = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title },
        () => server.request("store/rebuild", {}),
      );
      server.askAgain();
      await source.refresh();
      void vscode.window.showInformationMessage(t("The store was rebuilt: {0} runs.", runs));
    },
    "runline.openSample": async (given) => {
      const folder = given instanceof vscode.Uri ? given : undefined;
      const copy = await copySample(context.extensionUri, folder);
      if (copy === null) return undefined;
      if (folder === undefined) await vscode.commands.executeCommand("vscode.openFolder", copy);
      return copy;
    },
    "runline.openWalkthrough": () =>
      vscode.commands.executeCommand(
        "workbench.action.openWalkthrough",
        `${context.extension.id}#runline.start`,
        false,
      ),
  };
}
