/** What the files of a cluster of one machine say: no systemd, no cgroups, nothing outside its folder. */

export interface ClusterPlan {
  readonly folder: string;
  /** The short name of this machine. */
  readonly machine: string;
  readonly controllerPort: number;
  readonly nodePort: number;
  readonly cpus: number;
  readonly minJobAge: number;
  /** Set where accounts are kept. */
  readonly accountingPort: number | null;
  readonly databasePort: number | null;
}

/** The names by which everything of it is known. */
export const nodeName = "node1";
export const clusterName = "bench";

export function slurmConf(plan: ClusterPlan): string {
  const { folder, machine } = plan;
  const accounting =
    plan.accountingPort === null
      ? ["AccountingStorageType=accounting_storage/none"]
      : [
          ...["AccountingStorageType=accounting_storage/slurmdbd", "AccountingStorageHost=127.0.0.1"],
          ...[`AccountingStoragePort=${plan.accountingPort}`, "AccountingStoreFlags=job_comment"],
          // Where munge listens: with accounts it is not read from AuthInfo.
          `AccountingStoragePass=${folder}/munge/socket`,
        ];
  return lines([
    `ClusterName=${clusterName}`,
    `SlurmctldHost=${machine}(127.0.0.1)`,
    "SlurmUser=root",
    "SlurmdUser=root",
    "AuthType=auth/munge",
    // How long a job that is put back waits before it may start again, besides; two minutes where nothing is said.
    `AuthInfo=socket=${folder}/munge/socket,cred_expire=5`,
    `SlurmctldPort=${plan.controllerPort}`,
    `SlurmdPort=${plan.nodePort}`,
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/slurmd.pid`,
    "ProctrackType=proctrack/linuxproc",
    "TaskPlugin=task/none",
    "JobAcctGatherType=jobacct_gather/none",
    "MpiDefault=none",
    "SelectType=select/cons_tres",
    "SelectTypeParameters=CR_Core",
    "GresTypes=gpu",
    "ReturnToService=2",
    `MinJobAge=${plan.minJobAge}`,
    "KillWait=2",
    "SlurmdTimeout=20",
    // The machine may have fewer cores than the node is said to have.
    "SlurmdParameters=config_overrides",
    "SchedulerParameters=sched_min_interval=0,bf_interval=1,bf_window=60",
    "PreemptType=preempt/partition_prio",
    "PreemptMode=REQUEUE",
    ...accounting,
    `NodeName=${nodeName} NodeHostname=${machine} NodeAddr=127.0.0.1 Port=${plan.nodePort} CPUs=${plan.cpus} RealMemory=1000 Gres=gpu:2`,
    `PartitionName=gpu Nodes=${nodeName} Default=YES MaxTime=INFINITE DefaultTime=30 State=UP PriorityTier=1 PreemptMode=REQUEUE`,
    `PartitionName=urgent Nodes=${nodeName} MaxTime=INFINITE DefaultTime=30 State=UP PriorityTier=10 PreemptMode=OFF`,
  ]);
}

export const gresConf = (folder: string) => lines(["AutoDetect=off", `Name=gpu File=${folder}/gpu[0-1]`]);

/** Without this line the node looks for a file system of cgroups, and ends where there is none. */
export const cgroupConf = lines(["CgroupPlugin=cgroup/v1"]);

export function slurmdbdConf({ folder, machine, accountingPort, databasePort }: ClusterPlan): string {
  return lines([
    ...["AuthType=auth/munge", `AuthInfo=socket=${folder}/munge/socket`],
    ...[`DbdHost=${machine}`, "DbdAddr=127.0.0.1", `DbdPort=${accountingPort}`, "SlurmUser=root"],
    ...[`LogFile=${folder}/slurmdbd.log`, `PidFile=${folder}/slurmdbd.pid`],
    ...["StorageType=accounting_storage/mysql", "StorageHost=127.0.0.1", `StoragePort=${databasePort}`],
    ...["StorageUser=slurm", "StoragePass=bench", "StorageLoc=slurm_acct"],
  ]);
}

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
