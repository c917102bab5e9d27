/** Greys the labels of rows whose source is away: what they show is as of some time ago. */

import * as vscode from "vscode";

const scheme = "runline-old";

/** For `TreeItem.resourceUri`. */
export function oldUri(id: string): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${id}` });
}

export function decorateOldRows(): vscode.Disposable {
  const decoration = new vscode.FileDecoration(
    undefined,
    undefined,
    new vscode.ThemeColor("disabledForeground"),
  );
  return vscode.window.registerFileDecorationProvider({
    provideFileDecoration: (uri) => (uri.scheme === scheme ? decoration : undefined),
  });
}

/** Sources that are away, by the name that their rows have for a host: when they were last read, null for not since this window is open. */
export type Away = ReadonlyMap<string, number | null>;
