/** The partitions of a Slurm cluster, added up from `sinfo -h -N -O …`. Pure. */

/** Fields with their widths, so that long names are not cut into their neighbors. */
export const sinfoFormat = "Partition:100,NodeHost:100,StateLong:40,Gres:300,GresUsed:300,CPUsState:40";
const widths = [100, 100, 40, 300, 300, 40];

export interface Partition {
  readonly name: string;
  readonly isDefault: boolean;
  readonly nodes: number;
  /** Nodes that take jobs now, wholly or in part. */
  readonly openNodes: number;
  /** Nodes on which nothing runs. */
  readonly freeNodes: number;
  /** Of the nodes that take jobs: all of their cores, and those that nobody has. */
  readonly cpus: number;
  readonly freeCpus: number;
  readonly gpus: number;
  /** Nobody's at the moment, on nodes that take jobs. */
  readonly freeGpus: number;
}

const nothing = { nodes: 0, openNodes: 0, freeNodes: 0, cpus: 0, freeCpus: 0, gpus: 0, freeGpus: 0 };
const mostLines = 50_000;

export function partitionsOf(text: string): readonly Partition[] {
  const found = new Map<string, Partition>();
  for (const line of text.split("\n").slice(0, mostLines)) {
    const [named = "", node = "", state = "", gres = "", used = "", cores = ""] = columns(line);
    if (named === "" || node === "") continue;
    const name = named.replace(/\*$/, "");
    const before = found.get(name) ?? nothing;
    const gpus = gpusIn(gres);
    // Allocated, idle, other and all; an older Slurm may print something else.
    const [, idle = 0, , all = 0] = /^(\d{1,6})\/(\d{1,6})\/(\d{1,6})\/(\d{1,6})$/.test(cores)
      ? cores.split("/").map(Number)
      : [];
    const isOpen = /^(idle|mixed|allocated|completing)$/.test(state);
    found.set(name, {
      name,
      isDefault: named.endsWith("*"),
      nodes: before.nodes + 1,
      openNodes: before.openNodes + Number(isOpen),
      freeNodes: before.freeNodes + Number(state === "idle"),
      cpus: before.cpus + (isOpen ? all : 0),
      freeCpus: before.freeCpus + (isOpen ? idle : 0),
      gpus: before.gpus + gpus,
      freeGpus: before.freeGpus + (isOpen ? Math.max(0, gpus - gpusIn(used)) : 0),
    });
  }
  return [...found.values()].sort((a, b) => b.freeGpus - a.freeGpus || b.gpus - a.gpus);
}

function columns(line: string): readonly string[] {
  let at = 0;
  return widths.map((width) => {
    const word = line.slice(at, at + width).trim();
    at += width;
    return word;
  });
}

/** `gpu:a100:4(S:0-1),gpu:2` is 6; `gpu:a100:2(IDX:0-1)` is 2; `(null)` is none. */
function gpusIn(gres: string): number {
  return [...gres.replace(/\([^)]*\)/g, "").matchAll(/(?:^|,)gpu(?::[^:,]+)?:(\d{1,6})(?=,|$)/g)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}
