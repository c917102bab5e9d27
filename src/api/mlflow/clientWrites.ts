/** Writes to a run, as every route does them: one after the other for each run, into its journal and the store. */

import { join } from "node:path";
import type { JournalRecord } from "../../model/journal.ts";
import type { TrackedRun } from "../../model/tracking.ts";
import { appendToJournal, type ClientJournalParts, inTurn } from "../../ops/clientJournal.ts";
import type { ClientRunParts } from "../../ops/clientRun.ts";
import { layoutOf } from "../../ops/layout.ts";
import type { RunAtWrite } from "../../store/store.ts";
import { invalid } from "./parameters.ts";
import { type Face, MlflowError } from "./route.ts";

export function clientParts({ store, compute, clock, directory, workspace }: Face): ClientRunParts {
  return { store, compute, clock, runs: layoutOf(workspace, directory).runs, workspace };
}

/** Throws RESOURCE_DOES_NOT_EXIST. */
export async function trackedRunOf(id: string, { store }: Face): Promise<TrackedRun> {
  const run = await store.trackedRuns.get(id);
  if (run === null) throw noRun(id);
  return run;
}

/** Names of which a write needs the present values. */
export interface Looked {
  readonly parameters?: readonly string[];
  readonly tags?: readonly string[];
}

/**
 * Does one write: `decide` sees the run as it is and answers what is to be recorded. Throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE of a
 * deleted run, and what `decide` throws.
 */
export async function writeToRun(
  id: string,
  face: Face,
  looked: Looked,
  decide: (run: RunAtWrite) => readonly JournalRecord[],
): Promise<void> {
  await inTurn(id, async () => {
    const run = await face.store.trackedRuns.state(id, looked.parameters ?? [], looked.tags ?? []);
    if (run === null) throw noRun(id);
    checkActive(id, run.deleted);
    const parts: ClientJournalParts = clientParts(face);
    await appendToJournal({ id, directory: run.directory }, decide(run), parts);
  });
}

export function checkActive(id: string, deleted: boolean): void {
  if (deleted) throw invalid(`The run ${id} must be in the 'active' state. Current state is deleted.`);
}

export function noRun(id: string): MlflowError {
  return new MlflowError("RESOURCE_DOES_NOT_EXIST", `Run with id=${id} not found`);
}

/** Where the files of a logged model that no run made are kept. */
export function ownModelFolder(id: string, { directory }: Pick<Face, "directory">): string {
  return join(directory, "models", id);
}
