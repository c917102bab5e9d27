/** A copy of the sample workspace to play with, in a folder of the person's choice. */

import * as vscode from "vscode";

const name = "runline-sample";

/** Copies the sample into `folder` (asked for when not given) and answers where it is; null when the person left. */
export async function copySample(extension: vscode.Uri, folder?: vscode.Uri): Promise<vscode.Uri | null> {
  const chosen = folder ?? (await askFolder());
  if (chosen === undefined) return null;
  const target = await freeName(chosen);
  await vscode.workspace.fs.copy(vscode.Uri.joinPath(extension, "media", "sample"), target, {
    overwrite: false,
  });
  return target;
}

async function askFolder(): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t("Where shall the sample workspace be?"),
    openLabel: vscode.l10n.t("Copy sample here"),
    canSelectFiles: false,
    canSelectFolders: true,
  });
  return chosen?.[0];
}

/** `runline-sample`, or the first of `runline-sample-2` … that is not taken. */
async function freeName(folder: vscode.Uri): Promise<vscode.Uri> {
  const taken = new Set((await vscode.workspace.fs.readDirectory(folder)).map(([entry]) => entry));
  let number = 1;
  while (taken.has(number === 1 ? name : `${name}-${number}`)) number++;
  return vscode.Uri.joinPath(folder, number === 1 ? name : `${name}-${number}`);
}
