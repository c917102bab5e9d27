/**
 * Handing runs to sbatch so that none is ever started twice and none is lost: every job carries its run's name, and in the job the claim
 * decides. When nobody can say whether sbatch took a job, the cluster is asked by that name, for a while; then it is submitted again.
 */

import { posix } from "node:path";
import { failureOf, RunlineError } from "../../model/failure.ts";
import { splitHostDirectory } from "../../model/host.ts";
import { isRunId } from "../../model/runId.ts";
import { ownCluster } from "../../model/slurm.ts";
import { jobOf } from "../../model/slurmAnswer.ts";
import { jobName, sbatchWords, wishProblem } from "../../model/slurmOptions.ts";
import { submitted } from "../../model/slurmSubmit.ts";
import type { LaunchRequest } from "../compute.ts";
import { type HostCalls, insisting } from "../ssh/hostCalls.ts";
import type { Transport } from "../transport.ts";
import { batchScript } from "./batchScript.ts";
import type { ClusterQueue } from "./clusterQueue.ts";

export interface SubmitParts {
  readonly transport: Transport;
  readonly calls: HostCalls;
  readonly queue: ClusterQueue;
  readonly modules: readonly string[];
  readonly pace: SubmitPace;
}

export interface SubmitPace {
  /** So long after an unclear answer a job may still appear in the queue. */
  readonly appearMs: number;
  readonly askAgainMs: number;
  /** How often it is submitted at most. */
  readonly times: number;
}

export const submitPace: SubmitPace = { appearMs: 60_000, askAgainMs: 3_000, times: 3 };

/** sbatch itself is given 80 s. */
const patience = { deadlineMs: 110_000, insistMs: 60_000 };

/**
 * One job for one launch, one array for several. Throws `slurmOption`, `slurmMissing`, `slurmDown`, `slurmRefused` (nothing was started
 * then), `slurmUnclear`, and what a request throws.
 */
export async function submit(launches: readonly LaunchRequest[], parts: SubmitParts): Promise<void> {
  const { transport, calls, pace } = parts;
  const host = shownHost(transport);
  const login = await insisting(transport, patience.insistMs, calls.login);
  const { ask, name, index } = askOf(launches, login, parts);
  let unclear: string | null = null;
  for (let time = 1; time <= pace.times; time++) {
    const said = await submitOnce({ ...ask, again: unclear !== null }, unclear, parts);
    if (said.done) return;
    unclear = said.cause;
    if (await appears({ name, index, ask, since: said.since }, parts)) return;
  }
  throw new RunlineError("slurmUnclear", { host, cause: unclear ?? "" });
}

function askOf(
  launches: readonly LaunchRequest[],
  login: { readonly root: string; readonly recorder: string },
  { modules }: SubmitParts,
) {
  const [first] = launches;
  const settings = first?.spec.slurm;
  if (first === undefined || settings === undefined)
    throw new RangeError("A run under Slurm has settings for it");
  const { spec, python } = first;
  if (!isRunId(spec.run_id)) throw new RangeError(`${spec.run_id} is no run id`);
  const problem = wishProblem(settings);
  if (problem !== null) throw new RunlineError("slurmOption", { cause: problem });
  const directory = pathOf(first);
  const folder = settings.array === undefined ? {} : { arrayFolder: `${login.root}/arrays/${spec.run_id}` };
  const plan = { id: spec.run_id, directory, settings, ...folder };
  const ask = {
    tasks: launches.map((launch) => ({
      directory: pathOf(launch),
      spec: `${JSON.stringify(launch.spec)}\n`,
      environment: launch.environment,
    })),
    name: jobName(plan),
    partition: settings.partition ?? null,
    array_folder: folder.arrayFolder ?? null,
    words: sbatchWords(plan),
    script: batchScript({ python, recorder: login.recorder, directory, ...folder }),
    modules,
  };
  return { ask, name: ask.name, index: settings.array?.index ?? null };
}

function shownHost({ host }: Transport): string {
  return host === ownCluster ? "this machine" : host;
}

function pathOf({ directory }: LaunchRequest): string {
  const path = splitHostDirectory(directory)?.path ?? directory;
  if (/\p{Cc}/u.test(path) || !posix.isAbsolute(path)) throw new RangeError(`${path} is no run directory`);
  return path;
}

type Said =
  | { readonly done: true }
  | { readonly done: false; readonly cause: string; readonly since: number };

async function submitOnce(
  ask: object,
  before: string | null,
  parts: SubmitParts,
  isSecond = false,
): Promise<Said> {
  const { transport, calls } = parts;
  const host = shownHost(transport);
  let fields: Awaited<ReturnType<HostCalls["call"]>>["fields"];
  try {
    ({ fields } = await calls.call("slurm_submit", ask, patience));
  } catch (thrown) {
    // It was handed over before, and nobody knows whether it was taken: that it can't be again says nothing about that.
    if (before !== null && failureOf(thrown).code === "slurmDown")
      return { done: false, cause: failureOf(thrown).message, since: Date.now() };
    // What was asked there ended before it answered, maybe with sbatch's answer in hand: its note says how far it came.
    if (!isSecond && failureOf(thrown).code === "hostFailed") return submitOnce(ask, before, parts, true);
    throw thrown;
  }
  if (fields.has("known")) return { done: true };
  if (fields.has("unclear"))
    return { done: false, cause: before ?? "an earlier submission broke off", since: Date.now() };
  const said = {
    code: fields.integerOrNull("code", -1000),
    out: fields.text("out", 100_000),
    err: fields.text("err", 100_000),
  };
  const result = submitted(said);
  if (result.kind === "taken") return { done: true };
  if (result.kind === "unclear") return { done: false, cause: result.cause, since: Date.now() };
  throw new RunlineError(before === null ? "slurmRefused" : "slurmUnclear", { host, cause: result.cause });
}

interface Sought {
  readonly name: string;
  readonly index: number | null;
  readonly ask: { readonly tasks: readonly { readonly directory: string }[] };
  readonly since: number;
}

/** Waits for a job of that name. Only a cluster that answers counts: while it is down nobody can know. */
async function appears(sought: Sought, { calls, queue, pace }: SubmitParts): Promise<boolean> {
  const { name, index, ask, since } = sought;
  for (let answers = 0; answers === 0 || Date.now() - since < pace.appearMs; ) {
    const jobs = await queue.fresh().catch(() => null);
    if (jobs !== null) answers += 1;
    const job = jobs === null ? null : jobOf(jobs, name, index);
    if (job !== null) {
      const directories = ask.tasks.map(({ directory }) => directory);
      const noted = { ...ask, tasks: [], directories, job: job.id.split("_")[0] };
      await calls.call("slurm_note", noted, { insistMs: 60_000 });
      return true;
    }
    if (Date.now() - since >= pace.appearMs * 3) return false;
    await new Promise((resolve) => setTimeout(resolve, pace.askAgainMs));
  }
  return false;
}
