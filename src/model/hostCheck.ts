/** Whether runs can be started on a host, and what a person should know before. */

import { formatBytes } from "./format.ts";
import type { HostCheck, HostFacts, HostReason } from "./host.ts";

const fewBytes = 2e9;
const fewFiles = 10_000;
const muchOffsetMs = 60_000;

/** The facts weighed. `writable`: the folder of the runs can be made and written. */
export function checkOf(facts: HostFacts, writable: boolean, time: number): HostCheck {
  const reasons = [
    pythonReason(facts),
    writable ? null : error(`${facts.directory} can't be written. Set another directory for this host.`),
    ...diskReasons(facts),
    logoutReason(facts),
    offsetReason(facts),
    gpuReason(facts),
    facts.slurm === null ? null : note(`It has Slurm (${facts.slurm}): long work belongs into a job there.`),
  ].filter((reason) => reason !== null);
  const worst = (level: HostReason["level"]) => reasons.some((reason) => reason.level === level);
  return {
    verdict: worst("error") ? "unusable" : worst("warning") ? "warnings" : "ready",
    reasons,
    facts,
    time,
  };
}

function pythonReason({ python }: HostFacts): HostReason | null {
  if (python === null)
    return error("No Python 3.8 or newer was found. Install one, or name one for this host.");
  return note(`Python ${python.version} (${python.path}) runs the recorder.`);
}

function diskReasons({
  freeBytes,
  freeFiles,
  networkDisk,
  directory,
}: HostFacts): readonly (HostReason | null)[] {
  return [
    freeBytes === null
      ? null
      : freeBytes < fewBytes
        ? warning(
            `Only ${formatBytes(freeBytes)} are free at ${directory}. Free some, or set another directory.`,
          )
        : note(`${formatBytes(freeBytes)} are free at ${directory}.`),
    freeFiles !== null && freeFiles < fewFiles
      ? warning(`Only ${freeFiles} more files fit at ${directory}.`)
      : null,
    networkDisk === null
      ? null
      : note(`${directory} is on a network disk (${networkDisk}); what other nodes write shows late.`),
  ];
}

function logoutReason({ endsAtLogout, ownScope, user }: HostFacts): HostReason | null {
  const ends = "This host ends what you started when you log out";
  if (endsAtLogout === true && ownScope)
    return warning(
      `${ends}. Runs get a scope of your own systemd, but that ends soon after your last logout: run “loginctl enable-linger ${user}” there once, and they live on.`,
    );
  if (endsAtLogout === true)
    return warning(
      `${ends}, and runs with it. Run “loginctl enable-linger ${user}” there once and check again; if that is not enough, its administrator can set “KillUserProcesses=no” for logind.`,
    );
  if (ownScope) return note(`${ends}. Runs get a scope of your own systemd and live on.`);
  if (endsAtLogout === null) return note("Whether runs live on after a logout could not be found out.");
  return note("Runs live on after a logout.");
}

function offsetReason({ clockOffsetMs }: HostFacts): HostReason | null {
  if (Math.abs(clockOffsetMs) < muchOffsetMs) return null;
  const way = clockOffsetMs > 0 ? "ahead of" : "behind";
  return warning(`Its clock is ${Math.round(Math.abs(clockOffsetMs) / 1000)} s ${way} this machine's.`);
}

function gpuReason({ gpus }: HostFacts): HostReason | null {
  const [first] = gpus;
  if (first === undefined) return note("No GPU was found.");
  const kinds = [...new Set(gpus.map(({ name }) => name))].join(", ");
  return note(`${gpus.length} ${gpus.length === 1 ? "GPU" : "GPUs"}: ${kinds}.`);
}

const note = (text: string): HostReason => ({ level: "note", text });
const warning = (text: string): HostReason => ({ level: "warning", text });
const error = (text: string): HostReason => ({ level: "error", text });
