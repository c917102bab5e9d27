/** Tells that a long run has ended, to who has looked away. */

import * as vscode from "vscode";
import type { Ended } from "../protocol/editor.ts";
import { currentSettings } from "./configuration.ts";
import { command } from "./contract.ts";
import { endText, tellsEnd } from "./endText.ts";
import type { Server } from "./server.ts";

const t = vscode.l10n.t;

export function noticeEnds(server: Server): vscode.Disposable {
  return server.onEnded((ended) => {
    const attention = {
      focused: vscode.window.state.focused,
      wanted: currentSettings()["runline.notifyOnEnd"],
    };
    if (tellsEnd(ended, attention)) void notify(ended);
  });
}

async function notify(ended: Ended): Promise<void> {
  const open = t("Open run");
  const show =
    ended.state === "finished" ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  if ((await show(endText(ended, t), open)) === open)
    await vscode.commands.executeCommand(command("runline.openRun"), ended.id);
}
