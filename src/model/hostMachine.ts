/** A machine as the Compute view and whoever chooses one see it: how it stands, what it does, and whose work that is. */

import type { Failure } from "./failure.ts";
import type { Gpu, GpuHistory } from "./gpu.ts";
import type { HostCheck, HostEntry, Link } from "./host.ts";
import type { Partition } from "./hostPartitions.ts";
import type { RunState } from "./run.ts";

/** What was seen at one moment. */
export interface MachineLook {
  /** By this machine's clock. */
  readonly time: number;
  /** How long its tools took to answer. */
  readonly tookMs: number;
  readonly user: string;
  readonly cores: number | null;
  /** Processes that want a core, on average over a minute. */
  readonly load: number | null;
  readonly memoryBytes: number | null;
  readonly memoryFreeBytes: number | null;
  readonly gpus: readonly Gpu[];
  /** Why nothing is known of GPUs though there is a driver, in its words. */
  readonly gpuProblem: string | null;
  /** Empty where there is no Slurm. */
  readonly partitions: readonly Partition[];
}

export interface MachineRun {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  readonly reason: string | null;
}

export interface Machine {
  /** What `ssh` takes; null for this machine. */
  readonly host: string | null;
  readonly from: HostEntry["from"] | null;
  /** Null for this machine, which is always there. */
  readonly link: Link | null;
  readonly check: HostCheck | null;
  /** The last one that there was, however old. */
  readonly look: MachineLook | null;
  /** Why the last look brought nothing; null when it did. */
  readonly trouble: Failure | null;
  /** By UUID. */
  readonly history: Readonly<Record<string, GpuHistory>>;
  /** Runs of this workspace that are under way there. */
  readonly runs: readonly MachineRun[];
  /** Names of this workspace's runs that are seen on its GPUs, by id. */
  readonly names: Readonly<Record<string, string>>;
}
