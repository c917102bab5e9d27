/**
 * Terminals and notebooks of the workspace log to Runline with MLflow's own client, where the person has switched that on. Terminals get
 * the address through the editor's collection, which outlives a reload; kernels of notebooks inherit the environment of this process.
 */

import * as vscode from "vscode";
import { currentSetting, workspaceFolder } from "./configuration.ts";
import { type Server, shownFailure } from "./server.ts";

const t = vscode.l10n.t;
const setting = "runline.mlflow.terminals";
const uriName = "MLFLOW_TRACKING_URI";
const tokenName = "MLFLOW_TRACKING_TOKEN";
/** The address once more: what is started by Runline itself knows by it that the others are not the person's own. */
const markName = "RUNLINE_MLFLOW_URI";
/** The links that the client prints would lead to MLflow's own pages, which are not served. */
const quietName = "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT";
const names = [uriName, tokenName, markName, quietName] as const;

/** Keeps the environment of terminals and notebooks as the setting says. Never throws; what can't be done is in the log. */
export function offerTracking(
  context: vscode.ExtensionContext,
  server: Server,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const workspaceFolderOfRuns = workspaceFolder();
  if (workspaceFolderOfRuns === null) return new vscode.Disposable(() => undefined);
  const variables = context.environmentVariableCollection.getScoped({
    workspaceFolder: workspaceFolderOfRuns,
  });

  // A kernel may start before the server has come up: the last address is the next one too.
  if (isWanted()) setForKernels(givenTo(uriName), givenTo(tokenName));
  void apply();
  return vscode.Disposable.from(
    vscode.workspace.onDidGrantWorkspaceTrust(() => apply()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(setting)) void apply();
    }),
    server.onRunning((up) => {
      if (up && isWanted()) void apply();
    }),
  );

  async function apply(): Promise<void> {
    try {
      if (!isWanted()) await stop();
      else if (personsOwn() !== null) leave();
      else set(await server.request("mlflow/address", {}));
    } catch (error) {
      log.warn(`Terminals and notebooks can't log to Runline: ${shownFailure(error).message}`);
    }
  }

  function set({ url, token }: { readonly url: string; readonly token: string | null }): void {
    if (!isWanted()) return;
    setForKernels(url, token);
    if (givenTo(uriName) === url && givenTo(tokenName) === token) return;
    variables.description = t("Lets MLflow's client log to Runline.");
    variables.replace(uriName, url);
    variables.replace(markName, url);
    variables.replace(quietName, "true");
    if (token === null) variables.delete(tokenName);
    else variables.replace(tokenName, token);
    log.info(`Terminals and notebooks log to ${url}`);
  }

  function leave(): void {
    clear();
    log.info(
      `${uriName} is set to ${shownAddress(personsOwn() ?? "")} in the editor's environment and stays`,
    );
  }

  /** The server is told only where it may be serving for us. */
  async function stop(): Promise<void> {
    const served = givenTo(uriName) !== null;
    clear();
    if (served && vscode.workspace.isTrusted) await server.request("mlflow/stop", {});
  }

  function clear(): void {
    setForKernels(null, null);
    if (givenTo(uriName) !== null) variables.clear();
  }

  function givenTo(name: string): string | null {
    return variables.get(name)?.value ?? null;
  }
}

/** An address that the person has set for the whole editor; null where there is none but ours. */
export function personsOwn(): string | null {
  const uri = process.env[uriName];
  return uri === undefined || uri === "" || uri === process.env[markName] ? null : uri;
}

/** An address without what lets one in. */
export function shownAddress(uri: string): string {
  return uri.replace(/\/\/[^/]*@/, "//");
}

function isWanted(): boolean {
  return vscode.workspace.isTrusted && currentSetting(setting);
}

/** Null takes away what was ours. A person's own address is never touched. */
function setForKernels(url: string | null, token: string | null): void {
  if (personsOwn() !== null) return;
  if (process.env[markName] !== undefined) for (const name of names) delete process.env[name];
  if (url === null) return;
  process.env[uriName] = url;
  process.env[markName] = url;
  process.env[quietName] = "true";
  if (token !== null) process.env[tokenName] = token;
}
