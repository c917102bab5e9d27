/** The interpreter chosen in the Python extension, where that is installed. Never a dependency, never waited for long. */

import * as vscode from "vscode";

/** The part of the Python extension's published API that is used here. */
interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(
      environment: { readonly path: string } | string,
    ): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
  };
}

const patienceMs = 3_000;

/** Path of the chosen interpreter; null where there is none, or the extension takes too long to say. */
export async function chosenInterpreter(resource: vscode.Uri | undefined): Promise<string | null> {
  const extension = vscode.extensions.getExtension<PythonApi>("ms-python.python");
  if (extension === undefined) return null;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), patienceMs);
  });
  return Promise.race([ask(extension, resource).catch(() => null), late]).finally(() => clearTimeout(timer));
}

async function ask(
  extension: vscode.Extension<PythonApi>,
  resource: vscode.Uri | undefined,
): Promise<string | null> {
  const api = extension.isActive ? extension.exports : await extension.activate();
  const chosen = api.environments.getActiveEnvironmentPath(resource);
  const resolved = await api.environments.resolveEnvironment(chosen);
  return resolved?.executable.uri?.fsPath ?? null;
}
