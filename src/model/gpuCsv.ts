/** The CSV of `nvidia-smi --query-gpu=… --format=csv,noheader,nounits`, whatever generation of driver and card wrote it. Pure. */

import type { Gpu } from "./gpu.ts";

/** Everything that is asked for where the driver knows it; one unknown field would fail the whole question. */
export const gpuFields = [
  "index",
  "uuid",
  "name",
  "driver_version",
  "mig.mode.current",
  "compute_mode",
  "persistence_mode",
  "utilization.gpu",
  "memory.used",
  "memory.total",
  "temperature.gpu",
  "power.draw",
  "power.limit",
  "clocks_event_reasons.active",
  "clocks_throttle_reasons.active",
  "ecc.errors.uncorrected.volatile.total",
] as const;

export interface GpuAnswer {
  readonly gpus: readonly Gpu[];
  /** Indices of the divided ones, whose instances are told elsewhere. */
  readonly divided: readonly number[];
  /** What the driver says in place of an answer; null where there is one, and where there simply is no GPU. */
  readonly problem: string | null;
}

const mostGpus = 64;
const mebibyte = 1024 * 1024;
/** Bits of clocks_event_reasons: power brake, hardware slowdown, hardware and software thermal slowdown. */
const slowing = 0x80n | 0x40n | 0x20n | 0x08n;

/** `fields` are the names that were asked for, in their order. Lines that are no GPU are what went wrong. */
export function gpusOfCsv(fields: readonly string[], text: string): GpuAnswer {
  const gpus: Gpu[] = [];
  const divided: number[] = [];
  let problem: string | null = null;
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "" || /^no devices were found/i.test(line)) continue;
    const words = line.split(",").map((word) => word.trim());
    const of = (name: string) => words[fields.indexOf(name)] ?? "";
    const gpu = words.length === fields.length ? gpuOf(of) : null;
    if (gpu === null) problem ??= sentence(line);
    else if (gpus.length < mostGpus) {
      gpus.push(gpu);
      if (of("mig.mode.current") === "Enabled") divided.push(gpu.index);
    }
  }
  return { gpus, divided, problem };
}

function gpuOf(of: (name: string) => string): Gpu | null {
  const index = of("index");
  if (!/^\d{1,4}$/.test(index) || of("uuid") === "") return null;
  const mebibytes = (name: string) => {
    const size = numberOf(of(name));
    return size === null ? null : Math.round(size * mebibyte);
  };
  const all = gpuFields.map(of);
  return {
    uuid: of("uuid").slice(0, 100),
    index: Number(index),
    name: of("name").slice(0, 100),
    driver: /^[\d.]+$/.test(of("driver_version")) ? of("driver_version") : null,
    busy: numberOf(of("utilization.gpu")),
    memoryUsedBytes: mebibytes("memory.used"),
    memoryBytes: mebibytes("memory.total"),
    celsius: numberOf(of("temperature.gpu")),
    watts: numberOf(of("power.draw")),
    wattsLimit: numberOf(of("power.limit")),
    slowed: isSlowed(of("clocks_event_reasons.active") || of("clocks_throttle_reasons.active")),
    memoryErrors: numberOf(of("ecc.errors.uncorrected.volatile.total")),
    prohibited: of("compute_mode") === "Prohibited",
    persistent: { Enabled: true, Disabled: false }[of("persistence_mode")] ?? null,
    unwell: all.find((word) => /^ERR!$|unknown error|requires reset|gpu is lost/i.test(word)) ?? null,
    instances: [],
    processes: [],
  };
}

/** `[N/A]`, `[Not Supported]`, `[Insufficient Permissions]`, `ERR!` and all other words are no number. */
export function numberOf(word: string): number | null {
  return /^\d{1,15}(\.\d+)?$/.test(word) ? Number(word) : null;
}

function isSlowed(mask: string): boolean {
  return /^0x[0-9a-f]{1,16}$/i.test(mask) && (BigInt(mask) & slowing) !== 0n;
}

function sentence(line: string): string {
  return line.replace(/\s+/g, " ").trim().replace(/\.$/, "").slice(0, 200);
}
