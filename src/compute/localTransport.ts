/** This machine as a transport: the same loop in a shell of our own, for schedulers that are on this machine. */

import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { type SshSettings, sshTransport } from "./ssh/sshTransport.ts";
import type { Transport } from "./transport.ts";

/** Opens nothing before the first request. */
export function localTransport(
  environment: NodeJS.ProcessEnv = process.env,
  name = "here",
  settings: SshSettings = {},
): Transport {
  return sshTransport(name, { ...settings, environment, shell: { program: "sh", arguments: [] } });
}

/** Whether jobs can be handed to Slurm from this machine: `installed` with its programs alone, `ready` where they know their cluster. */
export function ownSlurm(
  { PATH = "", SLURM_CONF = "" }: NodeJS.ProcessEnv = process.env,
): "ready" | "installed" | null {
  if (process.platform === "win32") return null;
  const folder = PATH.split(delimiter).find((each) => each !== "" && existsSync(join(each, "sbatch")));
  if (folder === undefined) return null;
  const places = ["/etc/slurm", "/etc/slurm-llnl", "/run/slurm/conf", join(dirname(folder), "etc")];
  const files = [SLURM_CONF, ...places.map((place) => join(place, "slurm.conf"))];
  return files.some((file) => file !== "" && existsSync(file)) ? "ready" : "installed";
}
