/** Who keeps the accounts of a cluster's jobs: slurmdbd, over a database of its own. */

import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { type ClusterPlan, clusterName, slurmdbdConf } from "./clusterFiles.ts";
import type { Daemon } from "./daemon.ts";
import type { Asked } from "./programs.ts";

export interface Accounts {
  readonly keeper: Daemon;
  readonly database: Daemon;
  begin(ask: (program: string, ...args: string[]) => Promise<Asked>): Promise<void>;
}

type MakeDaemon = (name: string, args: readonly string[], ready: () => Promise<boolean>) => Daemon;

export async function accountsOf(
  plan: ClusterPlan,
  daemon: MakeDaemon,
  ready: () => Promise<boolean>,
): Promise<Accounts> {
  const { folder } = plan;
  const data = path.join(folder, "database");
  const socket = path.join(folder, "database.socket");
  await writeFile(path.join(folder, "slurmdbd.conf"), slurmdbdConf(plan), { mode: 0o600 });
  const client = ["mariadb", "--no-defaults", `--socket=${socket}`, "--user=root", "--batch"] as const;
  const sql = (text: string) => execFileSync(client[0], client.slice(1), { input: text, stdio: "pipe" });
  const database = daemon(
    "/usr/sbin/mariadbd",
    [
      ...["--no-defaults", "--user=root", `--datadir=${data}`, `--socket=${socket}`],
      ...["--bind-address=127.0.0.1", `--port=${plan.databasePort}`, `--pid-file=${folder}/database.pid`],
      ...["--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M", "--innodb-flush-log-at-trx-commit=0"],
      ...["--skip-log-bin", "--performance-schema=OFF"],
    ],
    async () => {
      try {
        sql("select 1;");
        return true;
      } catch {
        return false;
      }
    },
  );
  const keeper = daemon("/usr/sbin/slurmdbd", ["-D"], ready);
  return {
    keeper,
    database,
    async begin(ask) {
      await mkdir(data);
      const made = ["--no-defaults", "--user=root", `--datadir=${data}`, "--skip-test-db"];
      const how = ["--auth-root-authentication-method=normal", "--innodb-log-file-size=8M"];
      execFileSync("mariadb-install-db", [...made, ...how], { stdio: "pipe" });
      await database.start();
      sql(
        "create user slurm@'127.0.0.1' identified by 'bench'; grant all on slurm_acct.* to slurm@'127.0.0.1';",
      );
      await keeper.start();
      const added = await ask("sacctmgr", "-i", "add", "cluster", clusterName);
      if (added.code !== 0) throw new Error(`The cluster could not be registered: ${added.err}`);
    },
  };
}
