/** The options of `runline run` that are for a cluster. */

import { RunlineError } from "../../model/failure.ts";
import { ownCluster, type SlurmWish } from "../../model/slurm.ts";
import { type Grid, parseGrid } from "../../model/slurmArray.ts";
import { wishProblem } from "../../model/slurmOptions.ts";
import type { Call, Options } from "./command.ts";

export const slurmOptions: Options = {
  slurm: { type: "boolean", help: "with --on: as a job of that host's Slurm" },
  partition: { type: "string", short: "p", value: "<name>", help: "Slurm: the partition" },
  time: {
    type: "string",
    short: "t",
    value: "<time>",
    help: "Slurm: the most time it gets, as 30m, 2h or 1-12:00:00",
  },
  cpus: { type: "string", value: "<count>", help: "Slurm: cores" },
  mem: { type: "string", value: "<size>", help: "Slurm: memory, as 16G" },
  account: { type: "string", value: "<name>", help: "Slurm: whom it is charged to" },
  qos: { type: "string", value: "<name>", help: "Slurm: the quality of service" },
  after: {
    type: "string",
    multiple: true,
    value: "<run>",
    help: "Slurm: begin once that run has finished; once it has ended in any way: afterany:<run>",
  },
  dependency: { type: "string", value: "<what>", help: "Slurm: wait for other jobs, as afterok:123" },
  requeue: {
    type: "boolean",
    help: "Slurm: begin again, as the same run, after a preemption or a failed node",
  },
  warn: {
    type: "string",
    value: "<seconds>",
    help: "Slurm: SIGUSR1 so long before its time is over, if the script handles it (default: 120)",
  },
  sbatch: {
    type: "string",
    multiple: true,
    value: "<option>",
    help: "Slurm: another option of sbatch, as --sbatch=--constraint=a100",
  },
  array: {
    type: "string",
    multiple: true,
    value: "<grid>",
    help: "Slurm: a run for every combination, as --array lr=0.1,0.2 --array seed=1,2",
  },
};

export const slurmDetails = `On a cluster: runline run --on slurm --partition gpu --gpus 1 --time 30m -- python train.py hands the run to the Slurm of this machine;
--on login-box --slurm to that of another. It may wait there for long: with --detach you need not. --array starts one run per
combination and comes back at once: {lr} in the command becomes the value; what is not named there is added as --lr 0.1.
--after brave-otter lets it wait for another run of the same cluster, by name or id; afterany:, afternotok: and after: as sbatch has them.`;

/** What is asked of Slurm; null where it is not asked for. Throws `usage`, `slurmOption`. */
export function slurmWishOf({ text, texts, flag }: Call): SlurmWish | null {
  const given: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>> = {
    ...{ partition: text("partition"), account: text("account"), qos: text("qos"), gpus: text("gpus") },
    ...{ memory: text("mem"), time: text("time"), dependency: text("dependency") },
    ...{ cpus: whole("cpus", text("cpus")), warn_seconds: whole("warn", text("warn")) },
    requeue: flag("requeue") || undefined,
    more: texts("sbatch").length === 0 ? undefined : texts("sbatch"),
  };
  const isSlurm = flag("slurm") || text("on") === ownCluster;
  const wish: SlurmWish = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  if (!isSlurm) {
    const own = Object.keys(slurmOptions).find((name) => flag(name) || texts(name).length > 0);
    if (own !== undefined && text("on") === undefined)
      throw new RunlineError("usage", {
        cause: `--${own} is for Slurm: add --on slurm, or --on <host> --slurm.`,
      });
    // A host may be set to use its Slurm always.
    return own === undefined ? null : wish;
  }
  if (text("on") === undefined)
    throw new RunlineError("usage", {
      cause: "--slurm needs --on <host>; this machine's own is --on slurm.",
    });
  const problem = wishProblem(wish);
  if (problem !== null) throw new RunlineError("slurmOption", { cause: problem });
  return wish;
}

/** Null without --array. Throws `usage`. */
export function gridOf({ texts }: Call): Grid | null {
  if (texts("array").length === 0) return null;
  const grid = parseGrid(texts("array"));
  if (typeof grid === "string") throw new RunlineError("usage", { cause: grid });
  return grid;
}

function whole(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^\d{1,9}$/.test(given))
    throw new RunlineError("usage", { cause: `--${name} takes a whole number, not ${given}.` });
  return Number(given);
}
