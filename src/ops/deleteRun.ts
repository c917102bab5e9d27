/** Taking runs out of sight, bringing them back, and letting go of them for good. */

import type { CodeKeeper } from "../compute/code.ts";
import type { Compute } from "../compute/compute.ts";
import { RunlineError } from "../model/failure.ts";
import { terminalStates } from "../model/run.ts";
import type { Store } from "../store/store.ts";
import { runOf } from "./findRun.ts";
import type { Layout } from "./layout.ts";
import { notePurged } from "./purged.ts";

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
 * Lets go of runs deleted before a time: their directories and private refs, then a note that they are not to come back, and only then their
 * rows. Whatever ends this half way leaves
 * rows of deleted runs, and the next purge goes on with them; a directory without its row would come back as a run that nobody knew yet.
 * Answers how many. A directory that can't be removed keeps its row and holds no other up; why is thrown when all are done.
 */
export async function purgeRuns(deletedBefore: number, parts: PurgeParts): Promise<number> {
  const { store, compute, code, layout } = parts;
  const gone: string[] = [];
  const trouble: unknown[] = [];
  for (const run of await store.runs.purgeable(deletedBefore))
    try {
      await compute.discard(run.directory);
      const { directory, code: snapshot } = run;
      if (snapshot !== null) await code.forget({ workspace: layout.workspace, directory, snapshot }, run.id);
      gone.push(run.id);
    } catch (thrown) {
      trouble.push(thrown);
    }
  await notePurged(layout.runs, gone);
  await store.runs.purge(deletedBefore, gone);
  if (trouble.length > 0) throw trouble[0];
  return gone.length;
}
