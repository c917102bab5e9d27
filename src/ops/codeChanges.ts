/** The code of a run against the code now. */

import type { CodeChange, CodeKeeper } from "../compute/code.ts";
import { RunlineError } from "../model/failure.ts";
import { splitHostDirectory } from "../model/host.ts";
import type { CodeSnapshot } from "../model/journal.ts";
import type { Run } from "../model/run.ts";
import type { Store } from "../store/store.ts";
import { runOf } from "./findRun.ts";

export interface CodeDifference {
  readonly snapshot: CodeSnapshot | null;
  readonly files: readonly CodeChange[];
}

/** What differs between a run's snapshot and the working tree. Throws `runUnknown`, `codeGone`. */
export async function codeChanges(
  id: string,
  store: Store | null,
  code: CodeKeeper,
  workspace: string,
): Promise<CodeDifference> {
  const run = await runOf(id, store);
  if (run.code === null) return { snapshot: null, files: [] };
  const written = (await store?.lineage.written()) ?? [];
  const files = await code.changes({ workspace, directory: run.directory, snapshot: run.code }, written);
  if (files.length === 0) await refuseGone(run, run.code, code, workspace);
  return { snapshot: run.code, files };
}

/** Text of a file as the run had it; null when it was not there or is no text. Throws `runUnknown`, `codeGone`. */
export async function codeFile(
  id: string,
  path: string,
  store: Store | null,
  code: CodeKeeper,
  workspace: string,
): Promise<string | null> {
  const run = await runOf(id, store);
  if (run.code === null) return null;
  const bytes = await code.file({ workspace, directory: run.directory, snapshot: run.code }, path);
  if (bytes === null) await refuseGone(run, run.code, code, workspace);
  if (bytes === null || bytes.subarray(0, 8_000).includes(0)) return null;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Code that is gone differs in nothing and has no file: that must not be told as a fact about the code. */
async function refuseGone(
  run: Run,
  snapshot: CodeSnapshot,
  code: CodeKeeper,
  workspace: string,
): Promise<void> {
  // A copy without git lies with its run, which may be out of reach.
  if (snapshot.kind === "manifest" && splitHostDirectory(run.directory) !== null) return;
  const checkout = await code.checkout({ workspace, directory: run.directory, snapshot });
  if (checkout === null) throw new RunlineError("codeGone", { run: run.name });
}
