/** From the copy of the code that a run has on another machine to the files here that it was made of. Pure. */

import * as path from "node:path";

/** A path in the copy of the code that a run has on another machine, from the top of that copy; others stay as they are. */
export function placeInCopy(runId: string, file: string): string {
  const copy = `/work/${runId}/`;
  const at = file.lastIndexOf(copy);
  return at < 0 ? file : file.slice(at + copy.length);
}

/** Where a file may be whose path begins at the workspace, or at the top of the repository that holds it. */
export function placesIn(workspace: string, file: string): readonly string[] {
  const parts = workspace.split(path.sep);
  const tops = parts.map((_, at) => parts.slice(at + 1).join("/"));
  const rests = tops.filter((top) => file.startsWith(`${top}/`)).map((top) => file.slice(top.length + 1));
  return [file, ...rests].map((rest) => path.join(workspace, ...rest.split("/")));
}
