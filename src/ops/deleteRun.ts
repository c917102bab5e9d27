/** Taking runs out of sight, bringing them back, and letting go of them for good. */

import type { CodeKeeper } from "../compute/code.ts";
import type { Compute } from "../compute/compute.ts";
import { RunlineError } from "../model/failure.ts";
import { terminalStates } from "../model/run.ts";
import type { Store } from "../store/store.ts";
import { runOf } from "./findRun.ts";
import type { Layout } from "./layout.ts";

/** Marks runs deleted, all or none. Nothing on disk changes. Throws `runUnknown`, `runStillActive`, `runRegistered`. */
export async function deleteRuns(ids: readonly string[], store: Store, clock: () => number): Promise<void> {
  const models = await store.registry.models();
  for (const id of ids) {
    const run = await runOf(id, store);
    if (!terminalStates.has(run.state)) throw new RunlineError("runStillActive", { run: run.name });
    const model = models.find((each) => each.versions.some((version) => version.runId === id));
    if (model !== undefined) throw new RunlineError("runRegistered", { run: run.name, model: model.name });
  }
  const time = clock();
  for (const id of ids) await store.runs.setDeleted(id, time);
}

/** Takes the mark away. Throws `runUnknown`. */
export async function restoreRuns(ids: readonly string[], store: Store): Promise<void> {
  for (const id of ids) await runOf(id, store);
  for (const id of ids) await store.runs.setDeleted(id, null);
}

/** How long a deleted run can still be restored: longer than any window that offers to undo it is likely to stay open. */
export const deletedRunsStayMs = 7 * 24 * 60 * 60 * 1_000;

export interface PurgeParts {
  readonly store: Store;
  readonly compute: Compute;
  readonly code: CodeKeeper;
  readonly layout: Layout;
}

/**
 * Lets go of runs deleted before a time: their rows, their directories and their private refs. Answers how many. One directory that can't
 * be removed keeps no other from it; why is thrown when all are done.
 */
export async function purgeRuns(deletedBefore: number, parts: PurgeParts): Promise<number> {
  const { store, compute, code, layout } = parts;
  const deleted = await store.runs.list({ deleted: true, limit: 10_000 });
  const snapshots = new Map(deleted.map((run) => [run.directory, run]));
  const directories = await store.runs.purge(deletedBefore);
  // Directories first: one that is still there without its row would be taken for a run that nobody knew yet.
  const discarded = await Promise.allSettled(directories.map((directory) => compute.discard(directory)));
  for (const directory of directories) {
    const run = snapshots.get(directory);
    if (run?.code) {
      const place = { workspace: layout.workspace, directory, snapshot: run.code };
      await code.forget(place, run.id);
    }
  }
  const trouble = discarded.find((each) => each.status === "rejected");
  if (trouble !== undefined) throw trouble.reason;
  return directories.length;
}
