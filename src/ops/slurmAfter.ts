/** A job that is to wait for other runs: their jobs are found, and what has come about already is waited for no more. */

import type { HostCompute, Observation } from "../compute/compute.ts";
import { RunlineError } from "../model/failure.ts";
import { splitHostDirectory } from "../model/host.ts";
import type { Run } from "../model/run.ts";
import type { SlurmSettings } from "../model/slurm.ts";
import { type After, dependencyText, hasCome, parseAfter } from "../model/slurmAfter.ts";
import type { Store } from "../store/store.ts";
import { findRun } from "./findRun.ts";

/**
 * The settings with the jobs of the runs to wait for as their dependency, beside what they had. Throws `runUnknown`, `runAmbiguous`, and
 * `slurmOption` for a run of another cluster, for one without a job, and for what can't come about any more.
 */
export async function afterRuns(
  slurm: SlurmSettings,
  asked: readonly string[],
  host: HostCompute,
  store: Store,
): Promise<SlurmSettings> {
  const waits = [];
  for (const after of asked.map(parseAfter)) {
    const run = await findRun(after.run, store);
    if (splitHostDirectory(run.directory)?.host !== host.host)
      throw impossible(run, `is not on ${host.host}: a job can only wait for one of its own cluster.`);
    if (!hasComeOf(after, run)) waits.push({ kind: after.kind, job: await jobNumber(run, host) });
  }
  if (waits.length === 0) return slurm;
  const { dependency: own } = slurm;
  if (own?.includes("?"))
    throw new RunlineError("slurmOption", { cause: "--after can't be added to a --dependency with “?”." });
  const text = dependencyText(waits);
  return { ...slurm, dependency: own === undefined ? text : `${own},${text}` };
}

/** False while it is to be waited for. Throws where that would be for ever. */
function hasComeOf({ kind }: After, run: Run): boolean {
  const come = hasCome(kind, run.state);
  if (come === false && kind === "afterok")
    throw impossible(run, `did not finish: what waits for that would never begin. See afterany:${run.name}.`);
  if (come === false) throw impossible(run, "has finished: what waits for its failure would never begin.");
  return come === true;
}

async function jobNumber(run: Run, host: HostCompute): Promise<string> {
  const [seen] = await host.observe([run.directory]);
  if (seen?.slurm == null)
    throw impossible(run, seen?.unreadable === false ? "is no job of Slurm." : "can't be looked at now.");
  const job = jobIn(seen);
  if (job === null) throw impossible(run, "has no job yet that Slurm has confirmed. Try again soon.");
  return job;
}

/** As the queue has it, else as it was submitted. */
function jobIn({ job, slurm }: Observation): string | null {
  if (job?.job != null) return job.job.id;
  if (slurm?.job == null) return null;
  return slurm.index === null ? slurm.job : `${slurm.job}_${slurm.index}`;
}

function impossible({ name }: Run, why: string): RunlineError {
  return new RunlineError("slurmOption", { cause: `${name} ${why}` });
}
