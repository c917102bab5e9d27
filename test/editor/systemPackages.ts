import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import type { Need, Say } from "./need.ts";

/** Two test files may install at the same time: the second one waits for the first. */
const patience = ["-o", "DPkg::Lock::Timeout=300"];

/** Debian's packages that lack; unknown (all of them) where there is no dpkg. */
function lacking(names: readonly string[]): string[] {
  return names.filter((name) => {
    const found = spawnSync("dpkg-query", ["--status", name], { encoding: "utf8" });
    return !/^Status: .* installed$/m.test(found.stdout ?? "");
  });
}

function mayInstall(): boolean {
  return process.getuid?.() === 0 && fs.existsSync("/usr/bin/apt-get");
}

/** Sees to it that Debian packages are installed: installs them as root, else says what to install by hand. */
export function needSystemPackages(names: readonly string[], say: Say): Need<true> {
  const absent = lacking(names);
  if (absent.length === 0) return { ready: true };
  if (!mayInstall()) return { missing: `these system packages: ${absent.join(" ")}` };
  say(`Installing system packages: ${absent.join(" ")} …`);
  const options = { encoding: "utf8", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } } as const;
  const install = () =>
    spawnSync("apt-get", ["install", "-y", "--no-install-recommends", ...patience, ...absent], options);
  if (install().status === 0) return { ready: true };
  spawnSync("apt-get", ["update", ...patience], options);
  const second = install();
  if (second.status === 0) return { ready: true };
  return {
    missing: `${absent.join(" ")} (apt-get failed: ${second.stderr.trim().split("\n").at(-1) ?? ""})`,
  };
}
