/** Starting runs: a script, a script with parameters, any command. */

import * as path from "node:path";
import * as vscode from "vscode";
import { RunlineError } from "../../model/failure.ts";
import type { Run } from "../../model/run.ts";
import { shellLine } from "../../model/shellWord.ts";
import { ownCluster } from "../../model/slurm.ts";
import type { LaunchInput } from "../../protocol/editor.ts";
import { splitCommandLine } from "../commandLine.ts";
import { currentSetting, workspaceFolder } from "../configuration.ts";
import { withoutIcons } from "../markdown.ts";
import { chosenInterpreter } from "../python.ts";
import type { RunsSource } from "../runsSource.ts";
import type { Request } from "../server.ts";
import { askArguments } from "./askArguments.ts";
import { askJob, type Job } from "./askJob.ts";
import { askGpus, gpusOf, hasCluster, machineNow } from "./askPlace.ts";
import { hostOfRow, partitionOfRow } from "./hostRow.ts";
import { hostGiven, readyHost } from "./hosts.ts";
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
  const wanted = { name: path.basename(script.fsPath), path: script.fsPath, declared };
  const chosen = await askArguments(wanted, parts.memory, parts.request);
  if (chosen === null) return undefined;
  const { line, host, gpus, job } = chosen;
  if (host !== null && !(await readyHost(host, parts.request, parts.memory))) return undefined;
  const share = job === null ? (gpus > 0 ? { gpus } : {}) : jobInput(job);
  const place = { ...(host === null ? {} : { host }), ...share };
  return launch({ script: script.fsPath, arguments: line, ...place }, script, parts);
}

/** Invoked on a script, on a run whose script is meant, or on a host of the Compute view, where the script is the one in the editor. */
async function runOnHost([given, named]: readonly unknown[], parts: Launching): Promise<string | undefined> {
  refuseUntrusted();
  const onHost = hostOfRow(given);
  const script = await savedScript(onHost === undefined ? (scriptOfRun(given) ?? given) : undefined);
  const name = path.basename(script.fsPath);
  const { request, memory } = parts;
  const host = await hostGiven(onHost ?? named, request, t("Run {0} on which host?", name));
  if (host === undefined || !(await readyHost(host, request, memory))) return undefined;
  const machine = await machineNow(host, request);
  if (hasCluster(host, machine)) {
    const before = partitionOfRow(given);
    const { partitions = [] } = machine?.look ?? {};
    const wanted = { name, host, enter: t("Submit"), partitions, direct: host !== ownCluster };
    const job = await askJob(
      before === undefined ? wanted : { ...wanted, partition: before },
      memory,
      request,
    );
    if (job === undefined) return undefined;
    if (job !== "direct") return launch({ script: script.fsPath, host, ...jobInput(job) }, script, parts);
  }
  const gpus = machine === null || gpusOf(machine) === 0 ? 0 : await askGpus(machine, name, 1);
  if (gpus === undefined) return undefined;
  return launch({ script: script.fsPath, host, ...(gpus > 0 ? { gpus } : {}) }, script, parts);
}

function jobInput({ wish, waits }: Job): Pick<LaunchInput, "slurm" | "after"> {
  const after = waits.map(({ kind, id }) => `${kind}:${id}`);
  return after.length === 0 ? { slurm: wish } : { slurm: wish, after };
}

/** Absolute path of the script of a row of the Runs view; undefined for anything else. Throws `notPython` for a run of a command. */
function scriptOfRun(given: unknown): string | undefined {
  if (typeof given !== "object" || given === null || !("run" in given)) return undefined;
  const { script, name } = given.run as Run;
  const folder = workspaceFolder();
  if (script === null || folder === null) throw new RunlineError("notPython", { path: name });
  return path.resolve(folder.uri.fsPath, script);
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
  const { host } = input;
  const title = host === undefined ? t("Starting {0}…", what) : t("Starting {0} on {1}…", what, host);
  const started = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
    parts.request("runs/launch", python === null ? input : { ...input, python }),
  );
  for (const warning of started.warnings) parts.log.warn(`${started.name}: ${warning}`);
  if (started.warnings.length > 0)
    vscode.window.setStatusBarMessage(
      `$(warning) ${withoutIcons(`${started.name}: ${started.warnings[0]}`)}`,
      10_000,
    );
  void parts.source.refresh();
  if (currentSetting("runline.openRunOnStart")) await parts.openRun(started.id);
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
  if (document?.isDirty && !(await save(document)))
    throw new RunlineError("unexpected", { cause: t("{0} could not be saved", path.basename(uri.fsPath)) });
  return uri;
}

/** Far longer than an automatic save takes. */
const savePatienceMs = 3_000;

/** While an automatic save is under way the editor refuses another one at once; then that one is waited for. */
async function save(document: vscode.TextDocument): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  let listening: vscode.Disposable | undefined;
  const byItself = new Promise<void>((resolve) => {
    listening = vscode.workspace.onDidSaveTextDocument((saved) => {
      if (saved === document) resolve();
    });
  });
  try {
    if (await document.save()) return true;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, savePatienceMs);
    });
    await Promise.race([byItself, late]);
    return !document.isDirty || (await document.save());
  } finally {
    clearTimeout(timer);
    listening?.dispose();
  }
}

function uriOf(given: unknown): vscode.Uri | undefined {
  if (given instanceof vscode.Uri) return given;
  if (typeof given === "string")
    return given.startsWith("file:") ? vscode.Uri.parse(given) : vscode.Uri.file(given);
  return undefined;
}
