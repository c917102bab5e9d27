/**
 * A host whose runs may be jobs of its Slurm: the scheduler between a host and whoever uses it. Runs that were started directly go
 * through as they are.
 */

import { basename, posix } from "node:path";
import { failureOf } from "../../model/failure.ts";
import { splitHostDirectory } from "../../model/host.ts";
import type { SlurmJob } from "../../model/slurm.ts";
import { isLast, jobOf, jobPrefix, surplusOf } from "../../model/slurmAnswer.ts";
import type { HostCompute, LaunchRequest, Observation } from "../compute.ts";
import type { Mirror } from "../ssh/mirror.ts";
import type { SshHost } from "../ssh/sshHost.ts";
import type { ClusterQueue } from "./clusterQueue.ts";
import { type SubmitPace, submit, submitPace } from "./submit.ts";

export type SlurmHost = SshHost & HostCompute;

export interface SlurmParts {
  readonly host: SshHost;
  readonly mirror: Mirror;
  readonly queue: ClusterQueue;
  /** How long whoever asks waits for the cluster. */
  readonly patienceMs: number;
  readonly pace?: SubmitPace;
}

/** A recorder ends its script within its two graces; Slurm itself may need as long again. */
const overdueMs = 120_000;
const killMs = 30_000;

export function slurmHost({ host, mirror, queue, patienceMs, pace = submitPace }: SlurmParts): SlurmHost {
  const { transport, calls, settings } = host;
  /** When somebody wanted the end of a run, as far as this process knows. */
  const asked = new Map<string, number>();
  /** What was seen to: it is not done again because an answer is late. */
  const done = new Set<string>();

  async function launchAll(launches: readonly LaunchRequest[]): Promise<void> {
    for (const { directory, spec } of launches)
      await mirror.note(posix.basename(directory), directory, `${JSON.stringify(spec)}\n`);
    const modules = settings.modules ?? [];
    try {
      await submit(launches, { transport, calls, queue, modules, pace });
    } catch (thrown) {
      // Nothing was started, so nothing of it stays.
      if (nothingStarted.has(failureOf(thrown).code))
        for (const { directory } of launches) await host.discard(directory).catch(() => undefined);
      throw thrown;
    }
    queue.poke();
    host.looks.poke();
  }

  async function observe(directories: readonly string[]): Promise<readonly Observation[]> {
    const seen = await host.observe(directories);
    const jobs = seen.filter(needsWord);
    const words = await queue.look(
      jobs.map((each) => ({ record: each.slurm, doubtful: isDoubtful(each) })),
      patienceMs,
    );
    const known = new Map(jobs.map(({ directory }, at) => [directory, words[at] ?? null]));
    const told = seen.map((each) =>
      known.has(each.directory) ? { ...each, job: known.get(each.directory) ?? null } : each,
    );
    if (jobs.length > 0) void tidy(told.filter(needsWord)).catch(() => undefined);
    return told;
  }

  /**
   * Sees to what nobody else does: jobs that were submitted twice, those that wait though their run is to end, those whose recorder has
   * not ended them in its time, and what is left of those that will not begin any more.
   */
  async function tidy(seen: readonly JobRun[]): Promise<void> {
    const jobs = await queue.known();
    const ends: string[] = [];
    const over: string[] = [];
    for (const run of seen) {
      const { directory, slurm, cancelAsked, job } = run;
      ends.push(...surplusOf(jobs, slurm.name, slurm.index).map(({ id }) => id));
      if (job?.settled) over.push(directory);
      const own = job?.job ?? null;
      if (!cancelAsked || own === null || isLast(own.state)) continue;
      const since = asked.get(directory) ?? Date.now();
      asked.set(directory, since);
      if (own.state === "PENDING" && once(`waits ${own.id} ${own.restarts}`)) await cancelJob(run, own);
      else if (Date.now() - since > overdueMs) ends.push(own.id);
    }
    const ask = {
      jobs: ends.filter((id) => once(`ends ${id}`)),
      over: over.filter((directory) => once(`over ${directory}`)).map(pathOf),
    };
    if (ask.jobs.length + ask.over.length > 0) await calls.call("slurm_end", ask, { deadlineMs: killMs });
  }

  /** False from the second time on. */
  function once(what: string): boolean {
    return !done.has(what) && done.add(what).has(what);
  }

  async function cancelJob({ directory, slurm, start }: JobRun, job: SlurmJob | null): Promise<void> {
    const guess =
      slurm.job === null ? [] : [slurm.index === null ? slurm.job : `${slurm.job}_${slurm.index}`];
    const ask = {
      directory: pathOf(directory),
      jobs: job === null ? guess : [job.id],
      // The attempt that would begin next, where it is known to be another one than that of the records.
      attempt: job?.state === "PENDING" && start !== null ? (job.restarts ?? 0) + 1 : null,
    };
    await calls.call("slurm_cancel", ask, { deadlineMs: 90_000, insistMs: 20_000 });
  }

  return {
    ...host,
    observe,
    launch: (launch) => (launch.spec.slurm === undefined ? host.launch(launch) : launchAll([launch])),
    launchArray: launchAll,
    async cancel(directory) {
      const [seen] = await host.observe([directory]);
      // Where nothing is known of it the marker is all that can be left: whoever sees it does the rest.
      if (seen === undefined || !isJobRun(seen)) return host.cancel(directory);
      const { name, index } = seen.slurm;
      const jobs = (await queue.fresh().catch(() => null)) ?? (await queue.known());
      asked.set(directory, Date.now());
      await cancelJob(seen, jobOf(jobs, name, index));
      queue.poke();
      host.looks.poke();
    },
    async discard(directory) {
      const [seen] = await host.observe([directory]);
      await host.discard(directory);
      asked.delete(directory);
      if (seen?.slurm == null || seen.slurm.index === null) return;
      const { root } = await calls.login();
      const tasks = [[root, seen.slurm.name.slice(jobPrefix.length), seen.slurm.index]];
      await calls.call("slurm_end", { tasks });
    },
  };
}

const nothingStarted: ReadonlySet<string> = new Set([
  ...["slurmRefused", "slurmDown", "slurmMissing", "slurmOption"],
]);

function pathOf(directory: string): string {
  return splitHostDirectory(directory)?.path ?? directory;
}

type JobRun = Observation & { readonly slurm: NonNullable<Observation["slurm"]> };

function isJobRun(seen: Observation): seen is JobRun {
  // A directory that was copied says nothing about a job of that name.
  return (
    seen.slurm != null &&
    (seen.slurm.index !== null || seen.slurm.name === `${jobPrefix}${basename(seen.directory)}`)
  );
}

/** The cluster's word counts while the run has no end of its own. */
function needsWord(seen: Observation): seen is JobRun {
  const over = seen.exit !== null && seen.exit.attempt >= (seen.start?.attempt ?? 0);
  return isJobRun(seen) && !seen.unreadable && !(over && seen.exit?.reason !== "stopped");
}

function isDoubtful({ cancelAsked, exit, start }: JobRun): boolean {
  return cancelAsked || exit?.reason === "stopped" || start === null;
}
