/** When the server is started before anybody asks it something. */

import * as path from "node:path";
import * as vscode from "vscode";
import { currentSetting, workspaceFolder } from "./configuration.ts";
import type { Server } from "./server.ts";

/** A Python file is open, so there may be lenses to show; or there are runs, some of which may still be going. */
export function wakeWhenUseful(server: Server): vscode.Disposable {
  const folder = workspaceFolder();
  if (folder === null) return new vscode.Disposable(() => undefined);
  const look = (document: vscode.TextDocument) => {
    if (document.languageId === "python" && document.uri.scheme === "file") server.wake();
  };
  for (const document of vscode.workspace.textDocuments) look(document);
  void wakeForRuns(folder, server);
  return vscode.workspace.onDidOpenTextDocument(look);
}

async function wakeForRuns(folder: vscode.WorkspaceFolder, server: Server): Promise<void> {
  const runs = path.resolve(folder.uri.fsPath, currentSetting("runline.directory"), "runs");
  const there = await vscode.workspace.fs.stat(vscode.Uri.file(runs)).then(
    () => true,
    () => false,
  );
  if (there) server.wake();
}
