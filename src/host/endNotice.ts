/** Tells that a long run has ended, to who has looked away. */

import * as vscode from "vscode";
import { formatDuration, formatValue } from "../model/format.ts";
import type { Ended } from "../protocol/editor.ts";
import { currentSettings } from "./configuration.ts";
import { command } from "./contract.ts";
import type { Server } from "./server.ts";

const longMs = 60_000;
const t = vscode.l10n.t;

export function noticeEnds(server: Server): vscode.Disposable {
  return server.onEnded((ended) => {
    const wanted = ended.durationMs > longMs && !vscode.window.state.focused && ended.state !== "cancelled";
    if (wanted && currentSettings()["runline.notifyOnEnd"]) void notify(ended);
  });
}

async function notify(ended: Ended): Promise<void> {
  const open = t("Open run");
  const show =
    ended.state === "finished" ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  if ((await show(endText(ended), open)) === open)
    await vscode.commands.executeCommand(command("runline.openRun"), ended.id);
}

function endText({ name, state, reason, durationMs, keyMetric }: Ended): string {
  const duration = formatDuration(durationMs);
  if (state !== "finished") return t("{0} failed after {1}: {2}", name, duration, reason ?? state);
  if (keyMetric === null) return t("{0} finished after {1}.", name, duration);
  return t(
    "{0} finished after {1} with {2} {3}.",
    name,
    duration,
    keyMetric.key,
    formatValue(keyMetric.value),
  );
}
