/** One item in the status bar while something runs; nothing otherwise. */

import * as vscode from "vscode";
import { setContextKey } from "./contextKey.ts";
import { command } from "./contract.ts";
import { withoutIcons } from "./markdown.ts";
import { metricPart } from "./runLabel.ts";
import type { RunsSource } from "./runsSource.ts";

const t = vscode.l10n.t;

export function showActiveRuns(source: RunsSource): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("runline.active", vscode.StatusBarAlignment.Left, 0);
  item.name = t("Runline: active runs");
  item.command = command("runline.showRunning");
  const update = () => {
    const { active } = source;
    const [first] = active;
    setContextKey("runline.running", first !== undefined);
    if (first === undefined) return item.hide();
    const metric = metricPart({ ...first, sparkline: [] });
    item.text = `$(sync~spin) ${active.length === 1 ? withoutIcons([first.name, metric].filter(Boolean).join("  ")) : t("{0} runs", active.length)}`;
    item.tooltip = active.map((run) => [run.name, metricPart(run)].filter(Boolean).join("  ")).join("\n");
    item.accessibilityInformation = {
      label: t("{0} active runs. {1}", active.length, active.map(({ name }) => name).join(", ")),
    };
    item.show();
  };
  return vscode.Disposable.from(item, source.onDidChange(update));
}
