/** A run under Slurm: what a person asks for, what is noted of its job, and what the cluster says of it. */

/** The name of this machine's own cluster among the hosts, where it has one. */
export const ownCluster = "slurm";

/** What of Slurm a person may ask for; everything else of a job is Runline's. Checked by `slurmOptions.ts`. */
export interface SlurmWish {
  readonly partition?: string;
  readonly account?: string;
  readonly qos?: string;
  /** A count, with a type where it matters: `2`, `a100:2`. */
  readonly gpus?: string;
  /** Of the script, on one node. */
  readonly cpus?: number;
  /** As sbatch has it: `16G`. */
  readonly memory?: string;
  /** `30m`, `2h`, `1d12h`, or as sbatch has it: `1-12:00:00`; a plain number is minutes. */
  readonly time?: string;
  /** As sbatch has it: `afterok:123`. */
  readonly dependency?: string;
  /** Begin again after a preemption or the failure of a node. */
  readonly requeue?: boolean;
  /** So many seconds before its time is over the script gets SIGUSR1, if it handles that. Default 120. */
  readonly warn_seconds?: number;
  /** Further options of sbatch, each `--name=value` or `--name`. */
  readonly more?: readonly string[];
}

/** `spec.json`: the member of a run under Slurm. */
export interface SlurmSettings extends SlurmWish {
  /** Its place in a job array; absent for a job of its own. */
  readonly array?: SlurmPlace;
}

export interface SlurmPlace {
  /** Run id of the array's first task: the job's name is made of it. */
  readonly group: string;
  readonly index: number;
  readonly count: number;
}

/** `slurm.json`, written beside the run by whoever submits it: before sbatch without a job, after it with one. */
export interface SlurmRecord {
  /** As sbatch printed it, without the cluster: of an array its own id, not the task's. Null while nobody knows whether it was taken. */
  readonly job: string | null;
  /** The job's name: `runline-<id>`. */
  readonly name: string;
  /** Task of an array, null for a job of its own. */
  readonly index: number | null;
  readonly partition: string | null;
  /** When it was submitted; epoch milliseconds, by the host's clock in the file and by this machine's in what is seen of it. */
  readonly time: number;
}

/** One job as the cluster has it. */
export interface SlurmJob {
  /** As scontrol and scancel take it: `12`, `12_3`. */
  readonly id: string;
  readonly name: string;
  readonly index: number | null;
  /** Slurm's long word: `PENDING`, `RUNNING`, `OUT_OF_MEMORY` …, without what may follow it. */
  readonly state: string;
  /** Slurm's own word for why it waits or ended: `Resources`, `JobLaunchFailure`; "" for none. */
  readonly reason: string;
  readonly partition: string;
  /** Where it runs or ran; "" while nowhere. */
  readonly nodes: string;
  /** Began, or is expected to begin; epoch milliseconds. */
  readonly start: number | null;
  readonly end: number | null;
  /** How often it has begun anew; null where it is not said. */
  readonly restarts: number | null;
  readonly exitCode: number | null;
  /** Number of the signal that ended it, 0 for none. */
  readonly signal: number;
  /** Who canceled it, where sacct says so. */
  readonly canceledBy: string | null;
}

/** What is known of the job of one run. */
export interface JobLook {
  /** Null: the cluster was asked, and knows none. */
  readonly job: SlurmJob | null;
  /** When the cluster said so, by this machine's clock. An answer that did not come changes nothing: this only gets older. */
  readonly time: number;
  /** Nothing will change about it any more: it has ended or is forgotten, and that was seen for long enough. */
  readonly settled: boolean;
}
