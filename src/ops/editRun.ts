/** Changes the name, note, tags or star of a run. */

import { isKeptElsewhere, noteTag } from "../model/clientTags.ts";
import { RunlineError } from "../model/failure.ts";
import { isRunName } from "../model/names.ts";
import type { Run, RunEdit } from "../model/run.ts";
import type { Store } from "../store/store.ts";
import { runOf } from "./findRun.ts";

/**
 * Applies a change; answers the run as it is then. What a team's server keeps is not changed here, as the next look at the server would take
 * it back. Throws `runUnknown`, `runNameInvalid`, `runElsewhere`.
 */
export async function editRun(id: string, edit: RunEdit, store: Store): Promise<Run> {
  const run = await runOf(id, store);
  const there = isKeptElsewhere(run);
  if (there && (edit.name !== undefined || edit.tags !== undefined))
    throw new RunlineError("runElsewhere", { run: run.name, server: run.host });
  const named = edit.name === undefined ? edit : { ...edit, name: edit.name.trim() };
  for (const name of [named.name, ...Object.keys(named.tags ?? {})])
    if (name !== undefined && !isRunName(name)) throw new RunlineError("runNameInvalid", { name });
  await store.runs.edit(id, there ? named : withNoteTag(named, run));
  return runOf(id, store);
}

/** Where a client has written the note, it reads the same one as the person. */
function withNoteTag(edit: RunEdit, run: Run): RunEdit {
  if (edit.note === undefined || run.tags[noteTag] === undefined) return edit;
  return { ...edit, tags: { ...edit.tags, [noteTag]: edit.note === "" ? null : edit.note } };
}
