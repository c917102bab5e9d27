/**
 * A real Slurm cluster of one machine: munged, slurmctld and slurmd (and slurmdbd with a database, where asked for) in a folder and on
 * ports of their own. Two partitions, of which `urgent` takes the place of jobs in `gpu`; two GPUs that are the null device. Nothing of
 * a Slurm that the machine has is touched. Only root can start one.
 */

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import * as path from "node:path";
import { freePorts } from "../../editor/freePorts.ts";
import { accountsOf } from "./accounts.ts";
import { type ClusterPlan, cgroupConf, gresConf, nodeName, slurmConf } from "./clusterFiles.ts";
import { type Daemon, daemonOf } from "./daemon.ts";
import { needSlurm } from "./needSlurm.ts";
import { type Asked, programIn } from "./programs.ts";

export interface Cluster {
  readonly folder: string;
  /** The one variable by which Slurm's programs find it. */
  readonly env: { readonly SLURM_CONF: string };
  readonly controller: Daemon;
  readonly node: Daemon;
  /** Keeps the accounts of jobs; null where nobody does. */
  readonly accounts: Daemon | null;
  /** Runs one of Slurm's own programs, e.g. `squeue`. */
  ask(program: string, ...args: readonly string[]): Promise<Asked>;
  /**
   * Waits until the controller has written down how a job stands now. One that is killed before that believes its older notes when it
   * begins again, and drains the node that says otherwise.
   */
  noted(job: string): Promise<void>;
  close(): Promise<void>;
}

export interface ClusterWish {
  /** Default 4. */
  readonly cpus?: number;
  /** With slurmdbd. Default false. */
  readonly accounting?: boolean;
  /** Seconds after which an ended job is forgotten (at most ten more pass). Default 300, as Slurm has it. */
  readonly minJobAge?: number;
}

export const mayHaveCluster = process.platform === "linux" && process.getuid?.() === 0;

/** Throws where Slurm neither is nor can be installed. */
export async function openCluster(wish: ClusterWish = {}): Promise<Cluster> {
  const { cpus = 4, accounting = false, minJobAge = 300 } = wish;
  needSlurm();
  const folder = await mkdtemp(path.join(tmpdir(), "runline-slurm-"));
  // munged wants a folder that everybody may enter.
  await chmod(folder, 0o755);
  for (const name of ["munge", "state", "spool"]) await mkdir(path.join(folder, name), { mode: 0o755 });
  const ports = await freePorts(4);
  const plan: ClusterPlan = {
    folder,
    machine: hostname().split(".")[0] ?? "localhost",
    ...{ controllerPort: ports[0] ?? 0, nodePort: ports[1] ?? 0, cpus, minJobAge },
    ...{
      accountingPort: accounting ? (ports[2] ?? 0) : null,
      databasePort: accounting ? (ports[3] ?? 0) : null,
    },
  };
  const at = (name: string) => path.join(folder, name);
  await writeFile(at("slurm.conf"), slurmConf(plan));
  await writeFile(at("gres.conf"), gresConf(folder));
  await writeFile(at("cgroup.conf"), cgroupConf);
  for (const gpu of ["gpu0", "gpu1"]) execFileSync("mknod", [at(gpu), "c", "1", "3"]);
  await writeFile(at("munge/key"), randomBytes(1024), { mode: 0o400 });

  const env = { SLURM_CONF: at("slurm.conf") };
  const all = { ...process.env, ...env };
  const ask = programIn(all);
  const daemon = (name: string, args: readonly string[], ready: () => Promise<boolean>) =>
    daemonOf({ argv: [name, ...args], env: all, log: at(`${path.basename(name)}.out`), ready });
  const answers =
    (program: string, ...args: string[]) =>
    async () =>
      (await ask(program, ...args)).code === 0;

  const munge = ["socket", "key-file", "pid-file", "log-file", "seed-file"].map(
    (name) => `--${name}=${at(`munge/${name.replace("-file", "")}`)}`,
  );
  const security = daemon(
    "/usr/sbin/munged",
    ["--foreground", "--num-threads=2", ...munge],
    answers("munge", "--no-input", `--socket=${at("munge/socket")}`),
  );
  const controller = daemon("/usr/sbin/slurmctld", ["-D"], answers("scontrol", "ping"));
  const idle = async () => /^(idle|mixed|allocated)$/m.test((await ask("sinfo", "-h", "-o", "%T")).out);
  const node = daemon("/usr/sbin/slurmd", ["-D", "-N", nodeName], idle);
  const accounts = accounting
    ? await accountsOf(plan, daemon, answers("sacctmgr", "-n", "show", "cluster"))
    : null;

  const cluster: Cluster = {
    folder,
    env,
    controller,
    node,
    accounts: accounts?.keeper ?? null,
    ask,
    async noted(job) {
      const file = at("state/job_state");
      const written = async () => (await stat(file).catch(() => null))?.mtimeMs ?? 0;
      const before = await written();
      await ask("scontrol", "update", `JobId=${job}`, "AdminComment=noted");
      while ((await written()) <= before) await new Promise((resolve) => setTimeout(resolve, 50));
    },
    async close() {
      for (const each of [controller, node, accounts?.keeper, accounts?.database, security])
        await each?.kill();
      await endJobs(at("slurm.conf"));
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    await security.start();
    await accounts?.begin(ask);
    await controller.start();
    await node.start();
  } catch (thrown) {
    await cluster.close();
    throw thrown;
  }
  return cluster;
}

/** What jobs left behind: they are known by the configuration in their environment. */
async function endJobs(configuration: string): Promise<void> {
  const mark = `SLURM_CONF=${configuration}`;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number)) {
    if (pid === process.pid) continue;
    const text = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (!text.split("\0").includes(mark)) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch (thrown) {
      // It ended by itself meanwhile.
      if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ESRCH")) throw thrown;
    }
  }
}
