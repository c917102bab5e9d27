/** Finds runs on the disk that the store does not know: launched by another program, before a rebuild, or just before a crash. */

import * as path from "node:path";
import type { Compute } from "../compute/compute.ts";
import type { Store } from "../store/store.ts";
import { newRunOf } from "./newRun.ts";
import { runSpecIn } from "./runSpec.ts";

/** As many ids as one query takes well. */
const atOnce = 500;

export interface Adoption {
  readonly adopted: readonly string[];
  /** Directories whose launch has not come to its claim: to be looked at again, or left over from one that failed. */
  readonly unclaimed: readonly string[];
}

/** Makes a row of every claimed run directory that has none. `directories` are those that may be new. */
export async function adopt(
  directories: readonly string[],
  store: Store,
  compute: Compute,
): Promise<Adoption> {
  const adopted: string[] = [];
  const unclaimed: string[] = [];
  for (let at = 0; at < directories.length; at += atOnce) {
    const some = directories.slice(at, at + atOnce);
    const ids = some.map((directory) => path.basename(directory));
    const rows = await store.runs.list({ ids, deleted: true, limit: atOnce });
    const known = new Set(rows.map((run) => run.id));
    const fresh = some.filter((directory) => !known.has(path.basename(directory)));
    for (const seen of await compute.observe(fresh)) {
      if (!seen.claimed && seen.exit === null) unclaimed.push(seen.directory);
      else if (await adoptOne(seen.directory, store, compute)) adopted.push(path.basename(seen.directory));
    }
  }
  return { adopted, unclaimed };
}

/** The directory's name is the run's id; a spec that says otherwise was copied there and is not believed. */
async function adoptOne(directory: string, store: Store, compute: Compute): Promise<boolean> {
  const spec = await runSpecIn(directory, compute);
  if (spec === null || spec.run_id !== path.basename(directory)) return false;
  await store.runs.create(newRunOf(spec, directory, compute.host));
  return true;
}
