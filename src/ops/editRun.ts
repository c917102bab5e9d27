/** Changes the name, note, tags or star of a run. */

import { RunlineError } from "../model/failure.ts";
import { isRunName } from "../model/names.ts";
import type { Run, RunEdit } from "../model/run.ts";
import type { Store } from "../store/store.ts";
import { runOf } from "./findRun.ts";

/** Applies a change; answers the run as it is then. Throws `runUnknown`, `runNameInvalid`. */
export async function editRun(id: string, edit: RunEdit, store: Store): Promise<Run> {
  await runOf(id, store);
  const named = edit.name === undefined ? edit : { ...edit, name: edit.name.trim() };
  for (const name of [named.name, ...Object.keys(named.tags ?? {})])
    if (name !== undefined && !isRunName(name)) throw new RunlineError("runNameInvalid", { name });
  await store.runs.edit(id, named);
  return runOf(id, store);
}
