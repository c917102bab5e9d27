/** The next step of a failure as one click, where the editor can take a person there. */

import * as vscode from "vscode";
import type { FailureCode } from "../model/failure.ts";
import { command } from "./contract.ts";

export interface WayOut {
  readonly title: string;
  readonly take: () => Thenable<unknown>;
}

/** Null for a failure whose next step is the person's own. */
export function wayOut(code: FailureCode): WayOut | null {
  const { t } = vscode.l10n;
  const run = (title: string, id: string, ...given: unknown[]): WayOut => ({
    title,
    take: () => vscode.commands.executeCommand(id, ...given),
  });
  switch (code) {
    case "untrusted":
      return run(t("Manage trust"), "workbench.trust.manage");
    case "noPython":
    case "pythonBroken":
      return run(t("Choose interpreter"), "workbench.action.openSettings", "runline.python");
    case "workspaceReadOnly":
      return run(t("Choose folder"), "workbench.action.openSettings", "runline.directory");
    case "storeUnreadable":
      return run(t("Rebuild the store"), command("runline.rebuildStore"));
    case "storeNewer":
      return run(t("Check for updates"), "workbench.extensions.action.checkForUpdates");
    case "storeBusy":
    case "serverDown":
    case "serverLate":
      return run(t("Try again"), command("runline.refresh"));
    case "commandMissing":
    case "notPython":
      return run(t("Run command…"), command("runline.runCommand"));
    case "digestUnknown":
      return run(t("Open settings"), "workbench.action.openSettings", "runline.capture.artifacts");
    case "auditBroken":
      return run(t("Show audit log"), command("runline.showAudit"));
    case "teamRefused":
    case "teamUnknown":
    case "teamOdd":
      return run(t("Connect"), command("runline.connectMlflow"));
    case "hostSignIn":
    case "hostKeyUnknown":
    case "hostLeft":
      return run(t("Connect"), command("runline.connectHost"));
    case "hostFailed":
      return run(t("Check host…"), command("runline.checkHost"));
    case "hostNoPython":
    case "hostWrite":
      return run(t("Open settings"), "workbench.action.openSettings", "runline.hosts");
    case "noFolder":
    case "noWorkspace":
      return run(t("Open folder"), "vscode.openFolder");
    default:
      return null;
  }
}
