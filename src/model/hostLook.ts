/** What a machine has answered to `lookScript` (`src/compute/lookScript.ts`), read part by part. Pure. */

import type { Gpu } from "./gpu.ts";
import { amdGpus } from "./gpuAmd.ts";
import { gpusOfCsv } from "./gpuCsv.ts";
import { withInstances } from "./gpuInstances.ts";
import { gpuApps, withProcesses } from "./gpuProcesses.ts";
import type { MachineLook } from "./hostMachine.ts";
import { partitionsOf } from "./hostPartitions.ts";

/** Begins the first line of a part, before its name. */
export const partMark = "\u0001";

/** `pending`: its tools have not answered yet; what is cheap to know is told all the same. */
export interface LookAnswer {
  readonly look: Omit<MachineLook, "time" | "tookMs">;
  readonly pending: boolean;
}

export function lookOf(text: string): LookAnswer {
  const parts = partsOf(text);
  const part = (name: string) => parts.get(name) ?? "";
  const facts = factsOf(part("facts"));
  const { gpus, problem } = gpusIn(part);
  return {
    look: { ...facts, gpus, gpuProblem: problem, partitions: partitionsOf(part("sinfo")) },
    pending: parts.has("pending"),
  };
}

function gpusIn(part: (name: string) => string): {
  readonly gpus: readonly Gpu[];
  readonly problem: string | null;
} {
  const fields = part("fields").trim().split(",");
  const nvidia = gpusOfCsv(fields, part("gpus"));
  const whole =
    nvidia.divided.length > 0 ? withInstances(nvidia.gpus, part("xml"), part("list")) : nvidia.gpus;
  const amd = amdGpus(part("amdmetric"), part("amdstatic"), part("amdprocess"));
  const apps = [...gpuApps(part("apps")), ...amd.apps];
  return {
    gpus: withProcesses([...whole, ...amd.gpus], apps, part("ps"), part("marks")),
    problem: nvidia.problem,
  };
}

function partsOf(text: string): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  for (const piece of text.split(`${partMark}`).slice(1)) {
    const end = piece.indexOf("\n");
    if (end > 0) parts.set(piece.slice(0, end), piece.slice(end + 1));
  }
  return parts;
}

function factsOf(
  text: string,
): Pick<MachineLook, "user" | "cores" | "load" | "memoryBytes" | "memoryFreeBytes"> {
  const after = (pattern: RegExp) => pattern.exec(text)?.[1];
  const number = (word: string | undefined) => (word === undefined ? null : Number(word));
  const kibibytes = (word: string | undefined) => (word === undefined ? null : Number(word) * 1024);
  return {
    user: after(/^user (\S{1,64})$/m) ?? "",
    cores: number(after(/^cores (\d{1,5})$/m)),
    load: number(after(/^load (\d{1,7}\.\d{1,4}) /m)),
    memoryBytes: kibibytes(after(/^MemTotal:\s+(\d{1,15}) kB/m)),
    memoryFreeBytes: kibibytes(after(/^MemAvailable:\s+(\d{1,15}) kB/m)),
  };
}
