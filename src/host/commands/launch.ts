/** Starting runs: a script, a script with parameters, any command. */

import * as path from "node:path";
import * as vscode from "vscode";
import { RunlineError } from "../../model/failure.ts";
import { shellLine } from "../../model/shellWord.ts";
import type { LaunchInput } from "../../protocol/editor.ts";
import { splitCommandLine } from "../commandLine.ts";
import { currentSettings, workspaceFolder } from "../configuration.ts";
import { withoutIcons } from "../markdown.ts";
import { chosenInterpreter } from "../python.ts";
import type { RunsSource } from "../runsSource.ts";
import type { Request } from "../server.ts";
import { askArguments } from "./askArguments.ts";
import { connectHost, hostGiven } from "./hosts.ts";
import type { Handlers } from "./register.ts";

const t = vscode.l10n.t;

export interface Launching {
  readonly request: Request;
  readonly source: RunsSource;
  readonly memory: vscode.Memento;
  readonly log: vscode.LogOutputChannel;
  readonly openRun: (runId: string) => Promise<void>;
}

export function launchCommands(parts: Launching): Handlers {
  return {
    "runline.run": (...given) => runScript(given[0], parts),
    "runline.runWith": (...given) => runWithParameters(given[0], parts),
    "runline.runCommand": () => runCommand(parts),
    "runline.runOnHost": (...given) => runOnHost(given, parts),
  };
}

async function runScript(given: unknown, parts: Launching): Promise<string> {
  refuseUntrusted();
  const script = await savedScript(given);
  return launch({ script: script.fsPath }, script, parts);
}

async function runWithParameters(given: unknown, parts: Launching): Promise<string | undefined> {
  refuseUntrusted();
  const script = await savedScript(given);
  const declared = await parts.request("script/arguments", { path: script.fsPath });
  const chosen = await askArguments(path.basename(script.fsPath), script.fsPath, declared, parts.memory);
  if (chosen === null) return undefined;
  return launch({ script: script.fsPath, arguments: chosen }, script, parts);
}

async function runOnHost([given, named]: readonly unknown[], parts: Launching): Promise<string | undefined> {
  refuseUntrusted();
  const script = await savedScript(given);
  const title = t("Run {0} on which host?", path.basename(script.fsPath));
  const host = await hostGiven(named, parts.request, title);
  if (host === undefined) return undefined;
  await connectHost(host, parts.request);
  return launch({ script: script.fsPath, host }, script, parts);
}

async function runCommand(parts: Launching): Promise<string | undefined> {
  refuseUntrusted();
  const line = await vscode.window.showInputBox({
    title: t("Run command"),
    prompt: t(
      "Started in the workspace folder and tracked like a script. No shell: quotes group words, nothing else.",
    ),
    placeHolder: "python -m package.train --lr 0.1",
    value: parts.memory.get("runline.lastCommand", ""),
    validateInput: (text) => (splitCommandLine(text).length === 0 ? t("Type a command.") : undefined),
  });
  if (line === undefined) return undefined;
  const words = splitCommandLine(line);
  await parts.memory.update("runline.lastCommand", shellLine(words));
  return launch({ command: words }, undefined, parts);
}

/** Starts a run and answers its id. The window shows that it is being started: the code is kept first, which may take a while. */
async function launch(
  input: LaunchInput,
  resource: vscode.Uri | undefined,
  parts: Launching,
): Promise<string> {
  const folder = workspaceFolder();
  if (folder === null) throw new RunlineError("noFolder");
  const python = await chosenInterpreter(resource ?? folder.uri);
  const what = resource === undefined ? (input.command?.[0] ?? "") : path.basename(resource.fsPath);
  const started = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: t("Starting {0}…", what) },
    () => parts.request("runs/launch", python === null ? input : { ...input, python }),
  );
  for (const warning of started.warnings) parts.log.warn(`${started.name}: ${warning}`);
  if (started.warnings.length > 0)
    vscode.window.setStatusBarMessage(
      `$(warning) ${withoutIcons(`${started.name}: ${started.warnings[0]}`)}`,
      10_000,
    );
  void parts.source.refresh();
  if (currentSettings()["runline.openRunOnStart"]) await parts.openRun(started.id);
  return started.id;
}

/** A menu may be stale and a key binding anybody's: what is hidden is refused as well. */
function refuseUntrusted(): void {
  if (!vscode.workspace.isTrusted) throw new RunlineError("untrusted");
}

/** The script that was asked for, or the one in the active editor, with what was typed in it saved. */
async function savedScript(given: unknown): Promise<vscode.Uri> {
  const uri = uriOf(given) ?? vscode.window.activeTextEditor?.document.uri;
  if (uri === undefined) throw new RunlineError("notPython", { path: t("Nothing") });
  const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
  if (uri.scheme !== "file" || (document?.languageId !== "python" && path.extname(uri.fsPath) !== ".py"))
    throw new RunlineError("notPython", { path: vscode.workspace.asRelativePath(uri) });
  if (document?.isDirty && !(await document.save()))
    throw new RunlineError("unexpected", { cause: t("{0} could not be saved", path.basename(uri.fsPath)) });
  return uri;
}

function uriOf(given: unknown): vscode.Uri | undefined {
  if (given instanceof vscode.Uri) return given;
  if (typeof given === "string")
    return given.startsWith("file:") ? vscode.Uri.parse(given) : vscode.Uri.file(given);
  return undefined;
}
