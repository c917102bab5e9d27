/** What a client says that its script is → the script of the workspace, as runs of it have it: then they show above the script. */

import { stat } from "node:fs/promises";
import * as path from "node:path";

/** Null for what is no Python file in the workspace. Nobody looks whether it is there. */
export function scriptOf(said: string | null, workspace: string): string | null {
  if (said === null || !said.endsWith(".py")) return null;
  const full = path.resolve(workspace, said);
  return full.startsWith(`${workspace}${path.sep}`)
    ? path.relative(workspace, full).replaceAll(path.sep, "/")
    : null;
}

/** The same for a script that runs now: a name that is relative to another folder is no file of this one. */
export async function presentScriptOf(said: string | null, workspace: string): Promise<string | null> {
  const script = scriptOf(said, workspace);
  if (script === null) return null;
  const isThere = await stat(path.join(workspace, script)).then(
    (found) => found.isFile(),
    () => false,
  );
  return isThere ? script : null;
}
