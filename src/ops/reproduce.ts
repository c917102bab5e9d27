/** The command that runs the same code with the same arguments again, for a shell. */

import * as path from "node:path";
import type { Checkout, CodeKeeper } from "../compute/code.ts";
import type { Compute } from "../compute/compute.ts";
import { RunlineError } from "../model/failure.ts";
import type { Run } from "../model/run.ts";
import { shellLine, shellWord } from "../model/shellWord.ts";
import type { Store } from "../store/store.ts";
import { runOf } from "./findRun.ts";
import { moduleInCommand } from "./pythonModule.ts";
import { runSpecIn } from "./runSpec.ts";

export interface ReproduceParts {
  readonly code: CodeKeeper;
  readonly compute: Compute;
}

/**
 * One POSIX-shell line: get the kept code into a fresh folder beside the workspace, go there, run. Secrets stay redacted, so such a
 * line asks to be completed. Throws `runUnknown`, `codeGone`.
 */
export async function reproduce(
  id: string,
  store: Store | null,
  { code, compute }: ReproduceParts,
  workspace: string,
): Promise<string> {
  const run = await runOf(id, store);
  // The workspace may have been moved since; the run's folder is meant within it, wherever it is.
  const origin = (await runSpecIn(run.directory, compute))?.workspace ?? workspace;
  if (run.code === null) return inFolder(movedTo(workspace, run, origin), run);
  const checkout = await code.checkout({ workspace, directory: run.directory, snapshot: run.code });
  if (checkout === null) throw new RunlineError("codeGone", { run: run.name });
  return reproduceLine(run, checkout, workspace, origin);
}

/** The line for a run whose code is to be had from `checkout`; `origin` is where the workspace was when it ran. */
function reproduceLine(run: Run, checkout: Checkout, workspace: string, origin: string): string {
  const folder = `${path.basename(workspace)}-${run.name.replace(/[^\w.-]+/g, "-")}`;
  if (checkout.kind === "git") {
    const target = path.join(path.dirname(checkout.repository), folder);
    const add = ["git", "-C", checkout.repository, "worktree", "add", "--detach", target, checkout.commit];
    return `${shellLine(add)} && ${inFolder(movedTo(path.join(target, checkout.prefix), run, origin), run)}`;
  }
  const target = path.join(path.dirname(workspace), folder);
  const copy = ["cp", "-R", checkout.folder, target];
  return `${shellLine(copy)} && ${inFolder(movedTo(target, run, origin), run)}`;
}

/** The run's working folder in the new place; one outside the workspace stays where it is. */
function movedTo(target: string, run: Run, origin: string): string {
  const way = path.relative(origin, run.cwd);
  const outside = way === ".." || way.startsWith(`..${path.sep}`) || path.isAbsolute(way);
  return outside ? run.cwd : path.join(target, way);
}

function inFolder(folder: string, run: Run): string {
  const root = moduleRoot(run);
  const where = root === null ? "" : `PYTHONPATH=${shellWord(root)} `;
  return `cd ${shellWord(folder)} && ${where}${shellLine(run.argv)}`;
}

/** Where the package of a `-m` run lies, as in `src/digits/train.py` run as `digits.train`; null when it needs no saying. */
function moduleRoot(run: Run): string | null {
  const file = moduleInCommand(run.argv)?.split(".").join("/");
  if (file === undefined || run.script === null) return null;
  const end = [`/${file}.py`, `/${file}/__main__.py`].find((tail) => run.script?.endsWith(tail));
  return end === undefined ? null : run.script.slice(0, -end.length);
}
