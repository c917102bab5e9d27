/** The command `runline` in new terminals: a small script that runs the CLI with the editor's own Node. */

import * as path from "node:path";
import * as vscode from "vscode";
import { currentSetting } from "./configuration.ts";
import { shellScript, windowsScript } from "./terminalScript.ts";

/** Puts the command on the PATH of terminals, or takes it off, as the setting says. Never throws. */
export async function offerTerminalCommand(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const variables = context.environmentVariableCollection;
  if (!currentSetting("runline.terminalCommand")) return variables.delete("PATH");
  try {
    const folder = vscode.Uri.joinPath(context.globalStorageUri, "bin");
    const cli = path.join(context.extensionPath, "dist", "cli.cjs");
    await vscode.workspace.fs.createDirectory(folder);
    await writeScripts(folder, cli);
    variables.description = vscode.l10n.t("Makes the command `runline` available.");
    variables.append("PATH", path.delimiter + folder.fsPath);
  } catch (error) {
    log.warn(`The command runline is not on the PATH of terminals: ${String(error)}`);
  }
}

async function writeScripts(folder: vscode.Uri, cli: string): Promise<void> {
  const windows = process.platform === "win32";
  const script = vscode.Uri.joinPath(folder, windows ? "runline.cmd" : "runline");
  const text = windows ? windowsScript(process.execPath, cli) : shellScript(process.execPath, cli);
  const before = await vscode.workspace.fs.readFile(script).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => "",
  );
  if (before === text) return;
  await vscode.workspace.fs.writeFile(script, new TextEncoder().encode(text));
  if (windows) return;
  const { chmod } = await import("node:fs/promises");
  await chmod(script.fsPath, 0o755);
}
