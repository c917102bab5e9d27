/** Files that a Run page points at: in the workspace, or kept in the run directory. */

import * as path from "node:path";
import * as vscode from "vscode";
import { RunlineError } from "../model/failure.ts";
import { splitHostDirectory } from "../model/host.ts";
import type { Run } from "../model/run.ts";
import { workspaceFolder } from "./configuration.ts";
import { placeInCopy, placesIn } from "./copyPaths.ts";
import type { Request } from "./server.ts";

/**
 * Opens a file that a run has used. What it wrote on another machine is not what may lie here under the same name: then the copy that was
 * kept of it is brought. Throws `fileMissing`, `fileElsewhere`.
 */
export async function openUsedFile(run: Run, file: string, request: Request): Promise<void> {
  const isAway = splitHostDirectory(run.directory) !== null;
  const uses = isAway
    ? (await request("runs/files", { id: run.id })).filter((each) => each.path === file)
    : [];
  if (uses.some(({ direction }) => direction === "kept")) return openArtifact(run, file, request);
  if (uses.some(({ direction }) => direction === "write"))
    throw new RunlineError("fileElsewhere", { path: file, host: run.host });
  await openFile(run, file);
}

/**
 * Opens a file at a line (from 1) and answers what it is. Relative paths start at the workspace, then at the run's folder; those of
 * another machine are looked for here where they lay in its copy of the code.
 */
export async function openFile(run: Run, file: string, line?: number): Promise<vscode.FileStat> {
  const isAway = splitHostDirectory(run.directory) !== null;
  const named = isAway ? placeInCopy(run.id, file) : file;
  const workspace = workspaceFolder()?.uri.fsPath;
  const inside = workspace === undefined ? [] : placesIn(workspace, named);
  const relative = isAway ? inside : [...inside.slice(0, 1), path.join(run.cwd, named)];
  const found = await firstExisting(path.isAbsolute(named) ? [named] : relative);
  if (found === null) throw new RunlineError("fileMissing", { path: file });
  if (found.stat.type === vscode.FileType.Directory) {
    await vscode.commands.executeCommand("revealInExplorer", found.uri);
    return found.stat;
  }
  const at = new vscode.Position(Math.max(0, (line ?? 1) - 1), 0);
  const options = line === undefined ? {} : { selection: new vscode.Range(at, at) };
  await vscode.commands.executeCommand("vscode.open", found.uri, options);
  return found.stat;
}

export async function openArtifact(run: Run, file: string, request: Request): Promise<void> {
  await vscode.commands.executeCommand("vscode.open", await artifactUri(run, file, request));
}

/** Copies an artifact to where the person wants it. */
export async function saveArtifact(run: Run, file: string, request: Request): Promise<void> {
  const source = await artifactUri(run, file, request);
  const folder = workspaceFolder()?.uri ?? vscode.Uri.file(run.cwd);
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(folder, path.posix.basename(file)),
    title: vscode.l10n.t("Save {0} of {1}", file, run.name),
  });
  if (target !== undefined) await vscode.workspace.fs.copy(source, target, { overwrite: true });
}

/** The copy kept with the run; else the file in the workspace that it wrote. Never outside of the two. */
async function artifactUri(run: Run, file: string, request: Request): Promise<vscode.Uri> {
  if (splitHostDirectory(run.directory) !== null) return vscode.Uri.file(await bring(run, file, request));
  const bases = [path.join(run.directory, "artifacts"), workspaceFolder()?.uri.fsPath].filter(
    (base) => base !== undefined,
  );
  const places = bases.map((base) => confined(base, file)).filter((place) => place !== null);
  const found = await firstExisting(places);
  if (found === null) throw new RunlineError("artifactMissing", { run: run.name, path: file });
  return found.uri;
}

/** A file of a run on another machine comes here first; it may take a while. */
async function bring(run: Run, file: string, request: Request): Promise<string> {
  const title = vscode.l10n.t("Getting {0} from {1}…", file, run.host);
  const options = { location: vscode.ProgressLocation.Notification, title };
  return vscode.window.withProgress(
    options,
    async () => (await request("hosts/artifact", { id: run.id, path: file })).path,
  );
}

/** The path inside the base, or null when it would lead out of it. */
export function confined(base: string, file: string): string | null {
  const whole = path.resolve(base, file);
  return whole.startsWith(path.resolve(base) + path.sep) ? whole : null;
}

async function firstExisting(
  places: readonly string[],
): Promise<{ readonly uri: vscode.Uri; readonly stat: vscode.FileStat } | null> {
  for (const place of places) {
    const uri = vscode.Uri.file(place);
    const stat = await vscode.workspace.fs.stat(uri).then(
      (found) => found,
      () => null,
    );
    if (stat !== null) return { uri, stat };
  }
  return null;
}
