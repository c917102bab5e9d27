/**
 * AMD's GPUs by `amd-smi metric --json`, `static --json` and `process --json`. Their shape changes between releases: a list of GPUs or
 * an object that holds one, a number or `{"value": …, "unit": …}`, and "N/A" anywhere. Pure; what is not understood is not told.
 */

import { isObject, parseJson } from "./fields.ts";
import type { Gpu } from "./gpu.ts";
import type { GpuApp } from "./gpuProcesses.ts";

const mostGpus = 64;

export interface AmdAnswer {
  readonly gpus: readonly Gpu[];
  readonly apps: readonly GpuApp[];
}

export function amdGpus(metric: string, fixed: string, processes: string): AmdAnswer {
  const described = listOf(fixed);
  const gpus = listOf(metric)
    .slice(0, mostGpus)
    .flatMap((entry): Gpu[] => {
      const index = amount(entry.gpu, {});
      if (index === null) return [];
      const about = described.find((each) => amount(each.gpu, {}) === index);
      const power = member(entry, "power", "socket_power") ?? member(entry, "power", "average_socket_power");
      return [
        {
          uuid: textOf(member(about, "asic", "asic_serial")) ?? `amd-${index}`,
          index,
          name: textOf(member(about, "asic", "market_name")) ?? "AMD GPU",
          driver: textOf(member(about, "driver", "version")),
          busy: amount(member(entry, "usage", "gfx_activity"), {}),
          memoryUsedBytes: amount(member(entry, "mem_usage", "used_vram"), sizes),
          memoryBytes: amount(member(entry, "mem_usage", "total_vram"), sizes),
          celsius:
            amount(member(entry, "temperature", "hotspot"), {}) ??
            amount(member(entry, "temperature", "edge"), {}),
          watts: amount(power, {}),
          wattsLimit: amount(member(about, "limit", "max_power"), {}),
          slowed: false,
          memoryErrors: amount(member(entry, "ecc", "total_uncorrectable_count"), {}),
          prohibited: false,
          persistent: null,
          unwell: null,
          instances: [],
          processes: [],
        },
      ];
    });
  return { gpus, apps: appsOf(processes, gpus) };
}

/** A GPU that nobody uses has a text in place of its processes. */
function appsOf(processes: string, gpus: readonly Gpu[]): readonly GpuApp[] {
  return listOf(processes).flatMap((entry) => {
    const uuid = gpus.find(({ index }) => index === amount(entry.gpu, {}))?.uuid;
    const list = entry.process_list ?? entry.processes;
    if (uuid === undefined || !Array.isArray(list)) return [];
    return list.flatMap((one: unknown): GpuApp[] => {
      const info = isObject(one) && isObject(one.process_info) ? one.process_info : one;
      const pid = isObject(info) ? amount(info.pid, {}) : null;
      if (pid === null || !isObject(info)) return [];
      return [{ gpu: uuid, pid, memoryBytes: amount(member(info, "memory_usage", "vram_mem"), sizes) }];
    });
  });
}

const sizes: Readonly<Record<string, number>> = {
  B: 1,
  KB: 2 ** 10,
  MB: 2 ** 20,
  GB: 2 ** 30,
  MiB: 2 ** 20,
};

function listOf(text: string): readonly Readonly<Record<string, unknown>>[] {
  const value = parseJson(text);
  const list = isObject(value) ? (value.gpu_data ?? value.gpu ?? [value]) : value;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function member(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), value);
}

/** A number, bare or with a unit; a bare size is one in MB. */
function amount(value: unknown, units: Readonly<Record<string, number>>): number | null {
  const bare = isObject(value) ? value.value : value;
  const unit = isObject(value) && typeof value.unit === "string" ? value.unit : "MB";
  const number = typeof bare === "string" && /^\d+(\.\d+)?$/.test(bare) ? Number(bare) : bare;
  if (typeof number !== "number" || !Number.isFinite(number) || number < 0) return null;
  return number * (units[unit] ?? 1);
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" && value !== "N/A" ? value.slice(0, 100) : null;
}
