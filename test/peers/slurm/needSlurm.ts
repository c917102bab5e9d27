import * as fs from "node:fs";
import { needSystemPackages } from "../../editor/systemPackages.ts";

const policy = "/usr/sbin/policy-rc.d";
const packages = ["slurm-wlm", "munge", "slurmdbd", "mariadb-server-core", "mariadb-client-core"];

/**
 * Sees to it that Slurm and what keeps its accounts are installed, and that installing them starts nothing. All at once: of two test
 * files that begin at the same time the second one then finds nothing left to install. Throws where that can't be.
 */
export function needSlurm(): void {
  const own = process.getuid?.() === 0 && !fs.existsSync(policy);
  if (own) fs.writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    const need = needSystemPackages(packages, () => undefined);
    if ("missing" in need) throw new Error(`These tests need ${need.missing}`);
  } finally {
    if (own) fs.rmSync(policy, { force: true });
  }
}
