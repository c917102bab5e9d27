/** The environment of a script that is started from an editor: the person's own, without what the editor put there for itself. */

import { basename, delimiter, dirname, join } from "node:path";
import type { Interpreter } from "../compute.ts";

/** What editors and their runtimes set for their own processes. Inherited, it changes how a script's children behave. */
const editorPrefixes = ["ELECTRON_", "VSCODE_", "CODE_SERVER_"];
const editorNames = new Set([
  "CHROME_CRASHPAD_PIPE_NAME",
  "CHROME_DESKTOP",
  "NODE_OPTIONS",
  "NODE_CHANNEL_FD",
  "NODE_CHANNEL_SERIALIZATION_MODE",
  "NODE_UNIQUE_ID",
  "NODE_PATH",
  "APPLICATION_INSIGHTS_NO_DIAGNOSTIC_CHANNEL",
  "GDK_PIXBUF_MODULE_FILE_VSCODE_SNAP_ORIG",
  "RUNLINE_RUN_ID",
  "RUNLINE_RUN_DIR",
]);

/** Set in terminals and notebooks of the editor beside MLflow's own variables, with the same address. */
const terminalMark = "RUNLINE_MLFLOW_URI";
const trackingNames = new Set([terminalMark, "MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_TOKEN"]);

/** Everything of `inherited` that belongs to the person. */
export function cleanEnvironment(
  inherited: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  // A run that is started from such a terminal is recorded by its own recorder, not a second time by the server.
  const isOurs =
    inherited[terminalMark] !== undefined && inherited[terminalMark] === inherited.MLFLOW_TRACKING_URI;
  for (const [name, value] of Object.entries(inherited)) {
    if (value === undefined || editorNames.has(name) || name === terminalMark) continue;
    if (isOurs && trackingNames.has(name)) continue;
    if (editorPrefixes.some((prefix) => name.startsWith(prefix))) continue;
    // The editor's way of asking for passwords needs the variables that were just dropped.
    if (name === "GIT_ASKPASS" && inherited.VSCODE_GIT_ASKPASS_NODE !== undefined) continue;
    kept[name] = value;
  }
  return kept;
}

/**
 * The same with the interpreter's environment in force, as if it had been activated: a script that starts `python`, `pip` or
 * `torchrun` by name gets those that belong to it.
 */
export function activated(
  environment: Readonly<Record<string, string>>,
  interpreter: Interpreter,
): Readonly<Record<string, string>> {
  const own = interpreter.environment;
  if (own === null) return environment;
  const folder = dirname(interpreter.script);
  const { PYTHONHOME: _dropped, VIRTUAL_ENV: _other, ...rest } = environment;
  const path = [
    folder,
    ...(environment.PATH ?? "").split(delimiter).filter((entry) => entry !== folder && entry !== ""),
  ];
  const name =
    own.kind === "venv"
      ? { VIRTUAL_ENV: own.root }
      : { CONDA_PREFIX: own.root, CONDA_DEFAULT_ENV: basename(own.root) };
  return { ...rest, ...name, PATH: path.join(delimiter) };
}

/** Where an interpreter's environment would have its root: above `bin/` or `Scripts/`, or beside it on Windows' conda. */
export function environmentRoots(interpreter: string): readonly string[] {
  const folder = dirname(interpreter);
  const inBin = ["bin", "Scripts"].includes(basename(folder));
  return inBin ? [join(folder, "..")] : [folder];
}
