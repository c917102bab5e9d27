/** Import of what other tools have written: asked for, or offered once where it lies in the workspace. */

import { setTimeout as pause } from "node:timers/promises";
import * as vscode from "vscode";
import { RunlineError } from "../../model/failure.ts";
import type { FoundPlace } from "../../protocol/editor.ts";
import { workspaceFolder } from "../configuration.ts";
import { foundText, importedText, placeText, progressText, runsIn, shown } from "../importText.ts";
import { HostFailure, type Request } from "../server.ts";
import type { Handlers } from "./register.ts";

const t = vscode.l10n.t;

const lookEveryMs = 300;

export function importCommands(request: Request, log: vscode.LogOutputChannel): Handlers {
  return {
    "runline.importRuns": async () => {
      const places = await chosenPlaces(request);
      if (places !== undefined) await importAll(places, request, log);
    },
  };
}

/**
 * Offers once, in a workspace and for good, what lies in it: in a notification that asks for nothing, and only while the person looks at
 * the runs.
 */
export function offerImport(
  view: vscode.TreeView<unknown>,
  memory: vscode.Memento,
  request: Request,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const offer = async () => {
    const folder = workspaceFolder();
    if (!view.visible || folder === null || !vscode.workspace.isTrusted || memory.get(offeredKey)) return;
    listening.dispose();
    const found = await request("import/find", {});
    const places = found.filter(({ runs, imported }) => (runs ?? 0) > 0 && !imported);
    if (places.length === 0) return;
    await memory.update(offeredKey, true);
    const yes = t("Import");
    const text = foundText(places, folder.uri.fsPath, t);
    if ((await vscode.window.showInformationMessage(text, yes, t("Not now"))) === yes)
      await importAll(places, request, log);
  };
  const offerNow = () =>
    void offer().catch((error) => log.info(`Nothing was offered to import: ${String(error)}`));
  const listening = view.onDidChangeVisibility(offerNow);
  offerNow();
  return listening;
}

const offeredKey = "runline.importOffered";

/** What is in the workspace, or below a folder or in a file that the person chooses; undefined when they changed their mind. */
async function chosenPlaces(request: Request): Promise<readonly FoundPlace[] | undefined> {
  const folder = workspaceFolder()?.uri.fsPath ?? "";
  const title = t("Import runs");
  const found = await request("import/find", {});
  const items = found.map((place) => ({
    label: shown(place.path, folder),
    description: placeText(place, t),
    picked: true,
    place,
  }));
  const other = { label: t("Another folder or file…"), description: "", place: null };
  const chosen = await vscode.window.showQuickPick([...items, other], { title, canPickMany: true });
  if (chosen === undefined || chosen.length === 0) return undefined;
  const places = chosen.flatMap(({ place }) => (place === null ? [] : [place]));
  if (!chosen.some(({ place }) => place === null)) return places;
  const options = { title, openLabel: t("Import"), canSelectFiles: true, canSelectFolders: true };
  const [picked] = (await vscode.window.showOpenDialog(options)) ?? [];
  if (picked === undefined) return places.length > 0 ? places : undefined;
  const below = await request("import/find", { path: picked.fsPath });
  if (below.length === 0 && places.length === 0)
    throw new RunlineError("importNothing", { path: picked.fsPath });
  return [...places, ...below];
}

/** With progress and a cancel that stops it; what came of it is said in one line, what could not be read in the log. */
async function importAll(
  places: readonly FoundPlace[],
  request: Request,
  log: vscode.LogOutputChannel,
  again = false,
): Promise<void> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: t("Importing runs"),
    cancellable: true,
  };
  const state = await vscode.window.withProgress(options, async (progress, token) => {
    const stop = token.onCancellationRequested(() => void request("import/cancel", {}));
    try {
      const named = places.map(({ kind, path }) => ({ kind, path }));
      const whole = runsIn(places);
      await request("import/start", { places: named, again });
      for (;;) {
        const now = await request("import/state", {});
        if (!now.running) return now;
        progress.report({ message: progressText({ done: now.done, of: now.of ?? whole }, t) });
        await pause(lookEveryMs);
      }
    } finally {
      stop.dispose();
    }
  });
  for (const { path, troubles } of state.imported)
    for (const { about, text } of troubles) log.warn(`Import of ${path}: ${about}: ${text}`);
  if (state.failure !== null) throw new HostFailure(state.failure);
  const hasTroubles = state.imported.some(({ troubleCount }) => troubleCount > 0);
  const hasDeleted = state.imported.some(({ runs }) => runs.deleted > 0);
  const [show, back] = [t("Show log"), t("Import again")];
  const buttons = [...(hasDeleted ? [back] : []), ...(hasTroubles ? [show] : [])];
  void vscode.window
    .showInformationMessage(importedText(state.imported, t), ...buttons)
    .then(async (answer) => {
      if (answer === show) log.show(true);
      if (answer === back) await importAll(places, request, log, true);
    })
    .then(undefined, (error) => log.error(`Import: ${String(error)}`));
}
