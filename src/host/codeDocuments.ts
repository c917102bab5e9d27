/** Files as they were in a run's code snapshot, for the native diff editor: `runline-code:/<path>?<run id>&<path>`. */

import * as path from "node:path";
import * as vscode from "vscode";
import { workspaceFolder } from "./configuration.ts";
import { type Request, shownFailure } from "./server.ts";

const scheme = "runline-code";
const t = vscode.l10n.t;

/**
 * `file` is relative to the workspace, or absolute where that is inside a larger repository; with `/`. The address shows it as
 * a path, for titles and languages, and carries it as it is in the query.
 */
export function codeUri(runId: string, file: string): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${file.replace(/^\/+/, "")}`, query: `${runId}&${file}` });
}

export function provideCodeDocuments(request: Request): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: async ({ query }, token) => {
      const [id = "", ...rest] = query.split("&");
      const file = rest.join("&");
      try {
        const { text } = await request("code/file", { id, path: file }, token);
        return text ?? t("{0} is not text, or was not kept.", file);
      } catch (error) {
        const { message, next } = shownFailure(error);
        return `${message} ${next}`;
      }
    },
  });
}

/** Rows of the multi-file diff editor: what it is about, before and after. A side that does not exist is left out. */
type Row = [vscode.Uri, vscode.Uri | undefined, vscode.Uri | undefined];

/** Opens what differs between a run's code and the working tree: one file, or all changed ones. */
export async function openDifference(
  request: Request,
  runId: string,
  name: string,
  file?: string,
): Promise<void> {
  const folder = workspaceFolder();
  const { files } = await request("code/changes", { id: runId });
  const shown = file === undefined ? files : files.filter(({ path }) => path === file);
  if (folder === null) return;
  if (shown.length === 0) {
    const text =
      file === undefined
        ? t("The working tree is the code of {0}.", name)
        : t("{0} has not changed since {1}.", file, name);
    void vscode.window.showInformationMessage(text);
    return;
  }
  const rows = shown.map(({ path: relative, change }): Row => {
    const here = vscode.Uri.file(path.resolve(folder.uri.fsPath, relative));
    const before = change === "added" ? undefined : codeUri(runId, relative);
    return [here, before, change === "deleted" ? undefined : here];
  });
  const title = t("{0} ↔ working tree", name);
  const [[, before, after] = []] = rows;
  if (rows.length > 1 || before === undefined || after === undefined)
    await vscode.commands.executeCommand("vscode.changes", title, rows);
  else await vscode.commands.executeCommand("vscode.diff", before, after, `${shown[0]?.path} (${title})`);
}

/** Opens what differs between the code of two runs. */
export async function openDifferenceOfRuns(
  request: Request,
  left: { readonly id: string; readonly name: string },
  right: { readonly id: string; readonly name: string },
): Promise<void> {
  const [before, after] = await Promise.all([
    request("code/changes", { id: left.id }),
    request("code/changes", { id: right.id }),
  ]);
  // A file that neither differs from the working tree is the same in both.
  const paths = [...new Set([...before.files, ...after.files].map(({ path }) => path))].sort();
  const texts = await Promise.all(
    paths.map(async (path) => {
      const [one, other] = await Promise.all(
        [left, right].map(({ id }) => request("code/file", { id, path }).then(({ text }) => text)),
      );
      return { path, differs: one !== other };
    }),
  );
  const rows = texts
    .filter(({ differs }) => differs)
    .map(({ path }) => [codeUri(right.id, path), codeUri(left.id, path), codeUri(right.id, path)]);
  if (rows.length === 0)
    void vscode.window.showInformationMessage(t("{0} and {1} ran the same code.", left.name, right.name));
  else await vscode.commands.executeCommand("vscode.changes", `${left.name} ↔ ${right.name}`, rows);
}
