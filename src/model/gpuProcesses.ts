/** Who computes on which GPU: what nvidia-smi tells of processes, joined with what `ps` and the runs' own marks tell. Pure. */

import type { Gpu, GpuProcess } from "./gpu.ts";
import { numberOf } from "./gpuCsv.ts";
import { isRunId } from "./runId.ts";

const mebibyte = 1024 * 1024;
const mostApps = 500;

export interface GpuApp {
  readonly gpu: string;
  readonly pid: number;
  readonly memoryBytes: number | null;
}

/** `--query-compute-apps=gpu_uuid,pid,used_memory`. What is none (`No running processes found`) is left out. */
export function gpuApps(text: string): readonly GpuApp[] {
  return text
    .split(/\r?\n/)
    .slice(0, mostApps)
    .flatMap((line) => {
      const [gpu = "", pid = "", used = ""] = line.split(",").map((word) => word.trim());
      if (!/^\d{1,10}$/.test(pid) || gpu === "") return [];
      const size = numberOf(used);
      // Under virtual GPUs and WSL a 0 stands for what is not known.
      return [{ gpu, pid: Number(pid), memoryBytes: size === null || size === 0 ? null : size * mebibyte }];
    });
}

interface Known {
  readonly user: string;
  readonly command: string;
  readonly runningMs: number | null;
}

/** Lines of `ps -o pid=,user=,etimes=,args=`. */
function processesOf(text: string): ReadonlyMap<number, Known> {
  const known = new Map<number, Known>();
  for (const line of text.split("\n")) {
    const [, pid, user = "", seconds, args = ""] =
      /^\s*(\d{1,10})\s+(\S+)\s+(\d{1,12}|-)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined) continue;
    const runningMs = seconds === "-" ? null : Number(seconds) * 1000;
    known.set(Number(pid), { user: user.slice(0, 64), command: shortCommand(args), runningMs });
  }
  return known;
}

/** Lines of `<pid> <run id>`. */
function marksOf(text: string): ReadonlyMap<number, string> {
  return new Map(
    text.split("\n").flatMap((line): [number, string][] => {
      const [pid = "", id = ""] = line.trim().split(/\s+/);
      return /^\d{1,10}$/.test(pid) && isRunId(id) ? [[Number(pid), id]] : [];
    }),
  );
}

/** The same GPUs, each with those who use it, own runs first. A process on an instance is listed with that one's GPU as well. */
export function withProcesses(
  gpus: readonly Gpu[],
  apps: readonly GpuApp[],
  ps: string,
  marks: string,
): readonly Gpu[] {
  const known = processesOf(ps);
  const runs = marksOf(marks);
  const full = (pid: number, memoryBytes: number | null): GpuProcess => {
    const { user = null, command = null, runningMs = null } = known.get(pid) ?? {};
    return { pid, user, command, runningMs, memoryBytes, runId: runs.get(pid) ?? null };
  };
  const sorted = (processes: readonly GpuProcess[]) =>
    [...processes].sort(
      (a, b) =>
        Number(b.runId !== null) - Number(a.runId !== null) || (b.memoryBytes ?? 0) - (a.memoryBytes ?? 0),
    );
  return gpus.map((gpu) => {
    const own = apps.filter((app) => app.gpu === gpu.uuid);
    const instances = gpu.instances.map((instance) => {
      const listed = new Map(instance.processes.map(({ pid, memoryBytes }) => [pid, memoryBytes]));
      for (const app of apps) if (app.gpu === instance.uuid) listed.set(app.pid, app.memoryBytes);
      return { ...instance, processes: sorted([...listed].map(([pid, size]) => full(pid, size))) };
    });
    const processes =
      instances.length > 0
        ? instances.flatMap((instance) => instance.processes)
        : own.map((app) => full(app.pid, app.memoryBytes));
    return { ...gpu, instances, processes: sorted(processes) };
  });
}

const interpreters = /^(?:python|pypy|ruby|node|perl|bash|sh|dash|zsh|Rscript|R)[\d.]*$/;
const launchers = /^(?:torchrun|accelerate|deepspeed|mpirun|horovodrun|uv|conda|nice|env)$/;

/**
 * A command line in a word: the script or module that an interpreter runs, else the program. Options are passed over, with what stands
 * behind them at most the wrong word, never a value: words with `=`, and all that look like no name of a program, are not taken.
 */
export function shortCommand(args: string): string {
  const words = args.trim().split(/\s+/);
  const base = (word: string) => (word.split(/[/\\]/).at(-1) ?? "").replace(/^-/, "");
  const program = base(words[0] ?? "");
  if (!interpreters.test(program) && !launchers.test(program)) return program.slice(0, 40);
  const module = words.indexOf("-m");
  const named = module > 0 && module < 4 ? words[module + 1] : undefined;
  const script = words.slice(1).find((word) => /^[\w./~-]+\.(?:py|sh|R|js|rb|pl)$/.test(word));
  const first = words[1] ?? "";
  const word = script ?? named ?? (/^\/[\w./-]+$/.test(first) ? first : undefined);
  const short = word === undefined ? program : base(word);
  return /^[\w.-]+$/.test(short) ? short.slice(0, 40) : program.slice(0, 40);
}
