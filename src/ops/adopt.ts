/** Finds runs on the disk that the store does not know: launched by another program, before a rebuild, or just before a crash. */

import * as path from "node:path";
import type { Compute, Observation } from "../compute/compute.ts";
import type { Store } from "../store/store.ts";
import { newRunOf } from "./newRun.ts";
import { runSpecIn } from "./runSpec.ts";

/** As many ids as one query takes well. */
const atOnce = 500;
/** Longer than anybody tries to submit a job of which nobody knows whether it was taken. */
const submitMs = 15 * 60_000;

export interface Adoption {
  /** Rows that were made or mended. */
  readonly changed: readonly string[];
  /** Directories whose launch has not come to its claim: to be looked at again, or left over from one that failed. */
  readonly unclaimed: readonly Unclaimed[];
}

export interface Unclaimed {
  readonly directory: string;
  /** For the claim, which comes soon or never; for Slurm's word or the machine itself, which may take any time. */
  readonly waits: "claim" | "slurm" | "machine";
}

/**
 * Makes a row of every claimed run directory that has none, and tells rows whose directory lies elsewhere since the workspace was
 * moved. `directories` are those that may be new.
 */
export async function adopt(
  directories: readonly string[],
  store: Store,
  compute: Compute,
): Promise<Adoption> {
  const changed: string[] = [];
  const unclaimed: Unclaimed[] = [];
  for (let at = 0; at < directories.length; at += atOnce) {
    const some = new Map(
      directories.slice(at, at + atOnce).map((directory) => [path.basename(directory), directory]),
    );
    const rows = await store.runs.list({ ids: [...some.keys()], deleted: true, limit: atOnce });
    for (const run of rows) {
      const directory = some.get(run.id) ?? run.directory;
      some.delete(run.id);
      if (directory === run.directory) continue;
      await store.runs.relocate(run.id, directory);
      changed.push(run.id);
    }
    for (const seen of await compute.observe([...some.values()])) {
      if (!seen.claimed && seen.exit === null && !isSubmitted(seen))
        unclaimed.push({ directory: seen.directory, waits: waitsFor(seen) });
      else if (await adoptOne(seen, store, compute)) changed.push(path.basename(seen.directory));
    }
  }
  return { changed, unclaimed };
}

/** A job that waits has made no claim yet, and may do so for days; while it is being submitted it may still be refused. */
function isSubmitted({ slurm, time }: Observation): boolean {
  return slurm != null && (slurm.job !== null || time - slurm.time > submitMs);
}

function waitsFor({ unreadable, slurm }: Observation): Unclaimed["waits"] {
  if (unreadable) return "machine";
  return slurm != null ? "slurm" : "claim";
}

/** The directory's name is the run's id; a spec that says otherwise was copied there and is not believed. */
async function adoptOne(seen: Observation, store: Store, compute: Compute): Promise<boolean> {
  const { directory, start, hostName } = seen;
  const spec = await runSpecIn(directory, compute);
  if (spec === null || spec.run_id !== path.basename(directory)) return false;
  // Read from a team's server: no process of any machine is known, only whose run it is.
  const team = start !== null && start.pid === 0 && start.host !== hostName ? start.host : null;
  await store.runs.create(newRunOf(spec, directory, team ?? compute.hostOf?.(directory) ?? compute.host));
  return true;
}
