/**
 * Instances of divided GPUs (MIG): their memory and processes are only in `nvidia-smi -q -x`, their names only in `nvidia-smi -L`.
 * Pure; what it can't read it leaves out.
 */

import type { Gpu, GpuInstance, GpuProcess } from "./gpu.ts";

const mostInstances = 64;

interface Listed {
  readonly gpu: number;
  readonly device: string;
  readonly profile: string;
  readonly uuid: string;
}

/** The same GPUs with the instances of those that have some. */
export function withInstances(gpus: readonly Gpu[], xml: string, listing: string): readonly Gpu[] {
  const listed = listingOf(listing);
  const nodes = [...xml.matchAll(/<gpu\b[^>]*>([\s\S]*?)<\/gpu>/g)].map((match) => match[1] ?? "");
  return gpus.map((gpu) => {
    const node = nodes.find((each) => textOf(each, "uuid") === gpu.uuid);
    if (node === undefined) return gpu;
    const processes = processesIn(node);
    const devices = [...node.matchAll(/<mig_device>([\s\S]*?)<\/mig_device>/g)].slice(0, mostInstances);
    const instances = devices.flatMap(([, device = ""]): GpuInstance[] => {
      const number = textOf(device, "index");
      const named = listed.find((each) => each.gpu === gpu.index && each.device === number);
      if (named === undefined) return [];
      const place = [textOf(device, "gpu_instance_id"), textOf(device, "compute_instance_id")] as const;
      const memory = /<fb_memory_usage>([\s\S]*?)<\/fb_memory_usage>/.exec(device)?.[1] ?? "";
      return [
        {
          uuid: named.uuid,
          profile: named.profile,
          place,
          memoryUsedBytes: bytesOf(textOf(memory, "used")),
          memoryBytes: bytesOf(textOf(memory, "total")),
          processes: processes.filter(({ at }) => at[0] === place[0] && at[1] === place[1]),
        },
      ];
    });
    return { ...gpu, instances };
  });
}

/** `  MIG 1g.10gb     Device  0: (UUID: MIG-…)` below `GPU 0: …`. */
function listingOf(listing: string): readonly Listed[] {
  let gpu = -1;
  return listing.split("\n").flatMap((line) => {
    const whole = /^GPU (\d{1,4}): /.exec(line);
    if (whole !== null) gpu = Number(whole[1]);
    const [, profile, device, uuid] =
      /^\s+MIG\s+(\S+)\s+Device\s+(\d{1,4}):\s+\(UUID: (MIG-[\w/-]{1,100})\)/.exec(line) ?? [];
    return profile === undefined || device === undefined || uuid === undefined
      ? []
      : [{ gpu, device, profile: profile.slice(0, 40), uuid }];
  });
}

function processesIn(node: string): readonly (GpuProcess & { readonly at: readonly [string, string] })[] {
  return [...node.matchAll(/<process_info>([\s\S]*?)<\/process_info>/g)].flatMap(([, info = ""]) => {
    const pid = textOf(info, "pid");
    // What draws (`G`) is a display or a browser.
    if (!/^\d{1,10}$/.test(pid) || !/^(C|M\+C)$/.test(textOf(info, "type") || "C")) return [];
    const at = [textOf(info, "gpu_instance_id"), textOf(info, "compute_instance_id")] as const;
    const memoryBytes = bytesOf(textOf(info, "used_memory"));
    const unknown = { user: null, command: null, runningMs: null, runId: null };
    return [{ pid: Number(pid), ...unknown, memoryBytes, at }];
  });
}

function textOf(node: string, tag: string): string {
  const begin = node.indexOf(`<${tag}>`);
  const end = begin < 0 ? -1 : node.indexOf(`</${tag}>`, begin);
  return end < 0 ? "" : node.slice(begin + tag.length + 2, end).trim();
}

/** `9856 MiB`; null for `N/A` and the like. */
function bytesOf(text: string): number | null {
  const [, size, unit] = /^(\d{1,12}(?:\.\d+)?) (B|KiB|MiB|GiB)$/.exec(text) ?? [];
  const units: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
  return size === undefined || unit === undefined ? null : Math.round(Number(size) * (units[unit] ?? 1));
}
