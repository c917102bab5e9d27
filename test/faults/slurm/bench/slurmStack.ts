/** A workspace that submits to a cluster of this machine, in tenths of the time that people have. */

import { readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { splitHostDirectory } from "../../../../src/model/host.ts";
import type { Run } from "../../../../src/model/run.ts";
import type { SlurmWish } from "../../../../src/model/slurm.ts";
import type { HostLaunchAsk } from "../../../../src/ops/hostLaunch.ts";
import type { Launched } from "../../../../src/ops/launch.ts";
import type { Cluster } from "../../../peers/slurm/cluster.ts";
import { type HostStack, openHostStack } from "../../ssh/bench/hostStack.ts";

export interface SlurmStack extends HostStack {
  /** Submits a Python script of this text. */
  submit(text: string, wish?: SlurmWish, more?: Partial<HostLaunchAsk>): Promise<Launched>;
  /** A file of the run's directory; "" where there is none. */
  file(id: string, name: string): Promise<string>;
  /** Lines of the run's output once there are so many. */
  lines(id: string, count: number): Promise<readonly string[]>;
  /** Jobs of the run that the cluster knows: `12 RUNNING`. */
  jobs(id: string): Promise<readonly string[]>;
  /** The run once it is as wanted, while followed. */
  when(id: string, what: string, fits: (run: Run) => boolean): Promise<Run>;
  /** A file that a script of `gated` waits for. */
  gate(): Gate;
}

export interface Gate {
  readonly path: string;
  open(): Promise<void>;
}

/** A script that trains until its gate is open, then ends with an exit code. */
export function gated(gate: Gate, code = 0): string {
  return `import os, sys, time
step = 0
while not os.path.exists(${JSON.stringify(gate.path)}):
    print(f"step {step}: loss {step / 2}", flush=True)
    step += 1
    time.sleep(0.05)
print("done", step, flush=True)
sys.exit(${code})
`;
}

export interface SlurmStackWish {
  readonly cluster: Cluster;
  /** Where runs are, on the host. */
  readonly directory: string;
  /** Default: this machine's own cluster. */
  readonly host?: string;
  readonly configuration?: string;
  /** Another window on the same workspace. */
  readonly workspace?: string;
  /** Gives up on an unclear submission after one try. */
  readonly hasty?: true;
}

const queue = { soonestMs: 200, slowestMs: 1_500, doubtMs: 400, endMs: 300, goneMs: 1_500, lateMs: 4_000 };
const submit = { appearMs: 4_000, askAgainMs: 200, times: 3 };
const hastySubmit = { appearMs: 100, askAgainMs: 50, times: 1 };

export async function openSlurmStack(wish: SlurmStackWish): Promise<SlurmStack> {
  const { cluster, directory, host = "slurm", configuration = "/dev/null", workspace } = wish;
  const stack = await openHostStack({
    bench: { configuration },
    hosts: { [host]: { directory, parallelRuns: 0 } },
    slurm: { queue, submit: wish.hasty ? hastySubmit : submit },
    ...(workspace === undefined ? {} : { workspace }),
  });
  let scripts = 0;
  let gates = 0;
  const own: Omit<SlurmStack, keyof HostStack> = {
    async submit(text, slurm = {}, more = {}) {
      const script = path.join(stack.workspace, `script${++scripts}.py`);
      await writeFile(script, text);
      return stack.launch({ host, script, slurm, ...more });
    },
    async file(id, name) {
      const place = splitHostDirectory((await stack.run(id)).directory)?.path ?? "";
      return readFile(path.join(place, name), "utf8").catch(() => "");
    },
    gate() {
      const place = path.join(stack.workspace, `gate${++gates}`);
      return { path: place, open: () => writeFile(place, "") };
    },
    lines: (id, count) =>
      within(`${count} lines`, async () => {
        const lines = (await own.file(id, "output.log")).split("\n").slice(0, -1);
        return lines.length >= count ? lines : null;
      }),
    async jobs(id) {
      const format = ["-h", "-r", "--states=all", "-o", "%i %T", `--name=runline-${id}`];
      return (await cluster.ask("squeue", ...format)).out.split("\n").filter((line) => line !== "");
    },
    when: (id, what, fits) =>
      within(what, async () => {
        await stack.follow().looked();
        const run = await stack.run(id);
        return fits(run) ? run : null;
      }),
  };
  return { ...stack, ...own };
}

/** Asserts what must hold of the output of a `gated` run of one attempt; answers how many steps it took. */
export function wholeSteps(log: string): number {
  const lines = log.split("\n").slice(0, -1);
  const steps = lines.length - 1;
  const wanted = Array.from({ length: steps }, (_, step) => `step ${step}: loss ${(step / 2).toFixed(1)}`);
  if (lines.join("\n") !== [...wanted, `done ${steps}`].join("\n")) throw new Error(`not whole:\n${log}`);
  return steps;
}

/** After each test: what one has left behind must not keep the next one waiting. */
export async function emptyQueue(cluster: Cluster): Promise<void> {
  await cluster.ask("scancel", "--user=root");
  await within("the queue to be empty", async () => (await cluster.ask("squeue", "-h")).out === "");
}

/** Waits for what another process brings about; Slurm takes its time, and more of it on a busy machine. */
export async function within<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  ms = 60_000,
): Promise<T> {
  for (const late = Date.now() + ms; ; ) {
    const found = await look();
    if (found) return found;
    if (Date.now() > late) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
