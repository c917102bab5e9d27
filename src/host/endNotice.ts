/** Tells that a long run has ended, or that one stands still, to who has looked away. */

import * as vscode from "vscode";
import type { Ended } from "../protocol/editor.ts";
import { currentSetting } from "./configuration.ts";
import { command } from "./contract.ts";
import { type Attention, endText, stallText, tellsEnd, tellsStall } from "./endText.ts";
import type { Server } from "./server.ts";

const t = vscode.l10n.t;

export function noticeEnds(server: Server): vscode.Disposable {
  return vscode.Disposable.from(
    server.onEnded((ended) => {
      if (tellsEnd(ended, attention())) void offer(ended.id, endTelling(ended), endText(ended, t));
    }),
    server.onStalled((stalled) => {
      if (tellsStall(stalled, attention()))
        void offer(stalled.id, vscode.window.showWarningMessage, stallText(stalled, t));
    }),
  );
}

function attention(): Attention {
  return { focused: vscode.window.state.focused, wanted: currentSetting("runline.notifyOnEnd") };
}

type Telling = (text: string, ...items: string[]) => Thenable<string | undefined>;

function endTelling({ state }: Ended): Telling {
  return state === "finished" ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
}

async function offer(id: string, show: Telling, text: string): Promise<void> {
  const open = t("Open run");
  if ((await show(text, open)) === open) await vscode.commands.executeCommand(command("runline.openRun"), id);
}
