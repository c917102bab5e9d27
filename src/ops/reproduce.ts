/** The command that runs the same code with the same arguments again, for a shell. */

import * as path from "node:path";
import type { Checkout, CodeKeeper } from "../compute/code.ts";
import { RunlineError } from "../model/failure.ts";
import type { Run } from "../model/run.ts";
import { shellLine, shellWord } from "../model/shellWord.ts";
import type { Store } from "../store/store.ts";
import { runOf } from "./findRun.ts";

/**
 * One POSIX-shell line: get the kept code into a fresh folder beside the workspace, go there, run. Secrets stay redacted, so such a
 * line asks to be completed. Throws `runUnknown`, `codeGone`.
 */
export async function reproduce(
  id: string,
  store: Store | null,
  code: CodeKeeper,
  workspace: string,
): Promise<string> {
  const run = await runOf(id, store);
  if (run.code === null) return inFolder(run.cwd, run);
  const checkout = await code.checkout({ workspace, directory: run.directory, snapshot: run.code });
  if (checkout === null) throw new RunlineError("codeGone", { run: run.name });
  return reproduceLine(run, checkout, workspace);
}

/** The line for a run whose code is to be had from `checkout`. */
export function reproduceLine(run: Run, checkout: Checkout, workspace: string): string {
  const folder = `${path.basename(workspace)}-${run.name.replace(/[^\w.-]+/g, "-")}`;
  if (checkout.kind === "git") {
    const target = path.join(path.dirname(checkout.repository), folder);
    const add = ["git", "-C", checkout.repository, "worktree", "add", "--detach", target, checkout.commit];
    return `${shellLine(add)} && ${inFolder(movedTo(path.join(target, checkout.prefix), run, workspace), run)}`;
  }
  const target = path.join(path.dirname(workspace), folder);
  const copy = ["cp", "-R", checkout.folder, target];
  return `${shellLine(copy)} && ${inFolder(movedTo(target, run, workspace), run)}`;
}

/** The run's working folder in the new place; one outside the workspace stays where it is. */
function movedTo(target: string, run: Run, workspace: string): string {
  const way = path.relative(workspace, run.cwd);
  const outside = way === ".." || way.startsWith(`..${path.sep}`) || path.isAbsolute(way);
  return outside ? run.cwd : path.join(target, way);
}

function inFolder(folder: string, run: Run): string {
  return `cd ${shellWord(folder)} && ${shellLine(run.argv)}`;
}
