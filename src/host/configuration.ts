/** Settings from the editor, and the options the server is started with. */

import * as vscode from "vscode";
import type { Failure } from "../model/failure.ts";
import type { ServerOptions } from "../protocol/editor.ts";
import type { SettingId, SettingValue } from "./contract.ts";
import { readSetting, readSettings, type Settings, serverSettings } from "./settings.ts";

/** The folder that Runline works in: the first one that is on a disk here; null where there is none. */
export function workspaceFolder(): vscode.WorkspaceFolder | null {
  return vscode.workspace.workspaceFolders?.find((folder) => folder.uri.scheme === "file") ?? null;
}

/** Settings as they are now. Values that can't be used are told to `report` and replaced by their defaults. */
export function currentSettings(report: (problem: Failure) => void = () => undefined): Settings {
  const configuration = vscode.workspace.getConfiguration(undefined, workspaceFolder()?.uri);
  const { values, problems } = readSettings((id) => configuration.get(id));
  for (const problem of problems) report(problem);
  return values;
}

/** One of them: asking the editor for all takes milliseconds. */
export function currentSetting<S extends SettingId>(id: S): SettingValue<S> {
  const configuration = vscode.workspace.getConfiguration(undefined, workspaceFolder()?.uri);
  return readSetting(id, (asked) => configuration.get(asked)).value;
}

export function serverOptions(extensionPath: string, report: (problem: Failure) => void): ServerOptions {
  return {
    workspace: workspaceFolder()?.uri.fsPath ?? null,
    trusted: vscode.workspace.isTrusted,
    extensionPath,
    actor: null,
    settings: serverSettings(currentSettings(report)),
  };
}
