/** The GPUs of a machine as its driver tells, and what can be concluded from it. Null: the driver does not tell. */

export interface Gpu {
  readonly uuid: string;
  /** As nvidia-smi and CUDA in the order of the bus count them. */
  readonly index: number;
  readonly name: string;
  readonly driver: string | null;
  /** Percent. A GPU that is divided into instances does not tell. */
  readonly busy: number | null;
  readonly memoryUsedBytes: number | null;
  readonly memoryBytes: number | null;
  readonly celsius: number | null;
  readonly watts: number | null;
  readonly wattsLimit: number | null;
  /** Its clock is held back because it is too hot, or short of power. */
  readonly slowed: boolean;
  /** Uncorrected memory errors since the driver was loaded. */
  readonly memoryErrors: number | null;
  /** Nobody may compute on it: the administrator has said so. */
  readonly prohibited: boolean;
  /** False: the driver is loaded anew for every question, which wakes it up each time. */
  readonly persistent: boolean | null;
  /** In the driver's words, what is wrong with it; null while it is well. */
  readonly unwell: string | null;
  /** Divided GPUs (MIG) are used by these; empty for a whole one. */
  readonly instances: readonly GpuInstance[];
  readonly processes: readonly GpuProcess[];
}

export interface GpuInstance {
  readonly uuid: string;
  /** Its size as it was made, e.g. `1g.10gb`; "" where it is not told. */
  readonly profile: string;
  /** Numbers of the GPU instance and of the compute instance in it. */
  readonly place: readonly [string, string];
  readonly memoryUsedBytes: number | null;
  readonly memoryBytes: number | null;
  readonly processes: readonly GpuProcess[];
}

/** What computes on a GPU. In a container neither the person nor the command may be known. */
export interface GpuProcess {
  readonly pid: number;
  readonly user: string | null;
  /** In a word or two: never with its arguments, which may hold secrets. */
  readonly command: string | null;
  readonly runningMs: number | null;
  readonly memoryBytes: number | null;
  /** The run it belongs to, where it is one of the person who asks. */
  readonly runId: string | null;
}

/** As the recorder's queue counts: what takes more memory than a display does is in use, whoever it is. */
const busyBytes = 1024 * 1024 * 1024;

export type GpuUse = "free" | "used" | "unusable";

export function gpuUse(gpu: Gpu): GpuUse {
  if (gpu.unwell !== null || gpu.prohibited) return "unusable";
  if (gpu.instances.length > 0)
    return gpu.instances.some((instance) => placeUse(instance) === "free") ? "free" : "used";
  return placeUse(gpu);
}

/** Of a whole GPU or of one instance. */
export function placeUse({
  processes,
  memoryUsedBytes,
}: Pick<Gpu, "processes" | "memoryUsedBytes">): "free" | "used" {
  return processes.length > 0 || (memoryUsedBytes ?? 0) > busyBytes ? "used" : "free";
}

/** How many places to compute there are, instances counted one each, and how many of them nobody uses. */
export function gpuCounts(gpus: readonly Gpu[]): { readonly free: number; readonly total: number } {
  const places = gpus.flatMap((gpu): readonly Pick<Gpu, "processes" | "memoryUsedBytes">[] => {
    if (gpuUse(gpu) === "unusable") return [];
    return gpu.instances.length > 0 ? gpu.instances : [gpu];
  });
  return { free: places.filter((place) => placeUse(place) === "free").length, total: places.length };
}

/** What was seen of one GPU lately. */
export interface GpuHistory {
  /** Percent busy, oldest first, at most `historyPoints`. */
  readonly busy: readonly number[];
  /** For how long it has been seen doing nothing at all; 0 while it does something. */
  readonly idleMs: number;
}

export interface GpuSample {
  readonly time: number;
  readonly busy: number;
}

export const historyMs = 10 * 60_000;
const historyPoints = 120;

/** Samples in the order of time, the last of which is of now. */
export function historyOf(samples: readonly GpuSample[]): GpuHistory {
  const last = samples.at(-1);
  const busyAt = samples.findLastIndex(({ busy }) => busy > 1);
  const idleFrom = samples[busyAt + 1];
  return {
    busy: samples.slice(-historyPoints).map(({ busy }) => busy),
    idleMs: last === undefined || idleFrom === undefined ? 0 : last.time - idleFrom.time,
  };
}

/** Seen idle for so long while its memory is held, it is worth a word to whoever holds it. */
export const heldIdleMs = 60_000;

const bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇"] as const;

/** Percents in order as a line of text, always from 0 to 100. More than `width` are put together by their highest, so no peak is lost. */
export function percentLine(percents: readonly number[], width: number): string {
  const shown = Math.min(width, percents.length);
  return Array.from({ length: shown }, (_, at) => {
    const from = Math.floor((at * percents.length) / shown);
    const to = Math.floor(((at + 1) * percents.length) / shown);
    const highest = Math.min(100, Math.max(0, ...percents.slice(from, to)));
    return bars[Math.round((highest / 100) * (bars.length - 1))] ?? bars[0];
  }).join("");
}
