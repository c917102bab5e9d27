/** Finds the one run that a person means by a name or the beginning of an id. */

import { RunlineError } from "../model/failure.ts";
import type { Run } from "../model/run.ts";
import type { Store } from "../store/store.ts";

/**
 * The run whose id is the text, else the one so named, else the one whose id begins with it. Where two have the name, the id must be used.
 * Throws `runUnknown` or `runAmbiguous`. `store` is null while nothing was ever run.
 */
export async function findRun(text: string, store: Store | null): Promise<Run> {
  const wanted = text.trim();
  const found = wanted === "" || store === null ? [] : await store.runs.find(wanted);
  const exact = found.find((run) => run.id === wanted);
  if (exact !== undefined) return exact;
  const named = found.filter((run) => run.name === wanted);
  const [only, ...more] = named.length > 0 ? named : found;
  if (only === undefined) throw new RunlineError("runUnknown", { run: text });
  if (more.length > 0) throw new RunlineError("runAmbiguous", { run: text, count: more.length + 1 });
  return only;
}

/** The run of a whole id. Throws `runUnknown`. */
export async function runOf(id: string, store: Store | null): Promise<Run> {
  const run = store === null ? null : await store.runs.get(id);
  if (run === null) throw new RunlineError("runUnknown", { run: id });
  return run;
}
