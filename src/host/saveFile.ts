/** Files that a page has made: a chart as a picture, a table as text. */

import * as path from "node:path";
import * as vscode from "vscode";
import { workspaceFolder } from "./configuration.ts";

/** Asks the person where to, and writes the bytes there. Nothing happens when they change their mind. */
export async function saveFile(name: string, base64: string): Promise<void> {
  const plain = path.basename(name);
  const folder = workspaceFolder()?.uri;
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t("Save {0}", plain),
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, plain) }),
  });
  if (target !== undefined) await vscode.workspace.fs.writeFile(target, Buffer.from(base64, "base64"));
}
