import * as fs from "node:fs";
import { needSystemPackages } from "../../editor/systemPackages.ts";

const policy = "/usr/sbin/policy-rc.d";
const cluster = ["slurm-wlm", "munge"];
const accounts = ["slurmdbd", "mariadb-server-core", "mariadb-client-core"];

/** Sees to it that Slurm is installed, and that installing it starts nothing. Throws where that can't be. */
export function needSlurm(accounting: boolean): void {
  const own = process.getuid?.() === 0 && !fs.existsSync(policy);
  if (own) fs.writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    const need = needSystemPackages([...cluster, ...(accounting ? accounts : [])], () => undefined);
    if ("missing" in need) throw new Error(`These tests need ${need.missing}`);
  } finally {
    if (own) fs.rmSync(policy, { force: true });
  }
}
