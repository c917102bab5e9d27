/** The command line with a cluster, as a person uses it: this machine's own, and that of a login node over SSH. */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSshBench, type SshBench } from "../../faults/ssh/bench/sshd.ts";
import { type Answer, sampleFolder, start } from "../cli/commandLine.ts";
import { type Cluster, mayHaveCluster, openCluster } from "./cluster.ts";

let cluster: Cluster;
let bench: SshBench;
let folder: string;
let root: string;

beforeAll(async () => {
  if (!mayHaveCluster) return;
  cluster = await openCluster();
  bench = await openSshBench();
  await bench.serve({ name: "login-box", server: [`SetEnv SLURM_CONF=${cluster.env.SLURM_CONF}`] });
  folder = await sampleFolder();
  root = await mkdtemp(path.join(tmpdir(), "runline-there-"));
  await mkdir(path.join(folder, ".vscode"), { recursive: true });
  const there = { directory: root };
  const settings = { "runline.hosts": { slurm: there, "login-box": { ...there, slurm: { time: "20m" } } } };
  await writeFile(path.join(folder, ".vscode", "settings.json"), JSON.stringify(settings));
}, 300_000);
afterAll(async () => {
  await bench?.close();
  await cluster?.close();
  for (const each of [folder, root])
    if (each !== undefined) await rm(each, { recursive: true, force: true, maxRetries: 3 });
});

const done = (...args: string[]): Promise<Answer> =>
  start(folder, args, { ...cluster.env, RUNLINE_SSH_CONFIG: bench.configuration, TOKEN: "t0ken" }).done;
const shown = async (name: string) => JSON.parse((await done("show", name, "--json")).out).run;

test.skipIf(!mayHaveCluster)(
  "a run of this machine's cluster prints what it prints and exits as it exits",
  async () => {
    const text = `import os, sys
for i in range(3): print("loss", 1 / (i + 1))
print(os.environ["TOKEN"], os.environ["CUDA_VISIBLE_DEVICES"], "SSH_CONNECTION" in os.environ)
sys.exit(4)
`;
    await writeFile(path.join(folder, "job.py"), text);
    expect((await done("hosts")).out).toContain("slurm  this machine's Slurm");
    const asked = [
      "--on",
      "slurm",
      "-p",
      "gpu",
      "-t",
      "10m",
      "--gpus",
      "1",
      "--env",
      "TOKEN",
      "--name",
      "first",
    ];
    const { code, out, error } = await done("run", ...asked, "job.py");
    expect(out).toBe("loss 1.0\nloss 0.5\nloss 0.3333333333333333\nt0ken 0 False\n");
    expect(error).toContain("runline: first failed: exit 4");
    expect(code).toBe(4);
    const run = await shown("first");
    expect(run).toMatchObject({ host: "slurm", state: "failed", exitCode: 4 });
    expect(run.tags).toMatchObject({ "slurm.partition": "gpu", "slurm.node": "node1" });
    expect((await done("log", "first")).out).toBe(out);
  },
  300_000,
);

test.skipIf(!mayHaveCluster)(
  "what can't be asked for is said before anything is sent",
  async () => {
    const refusals: [string[], RegExp][] = [
      [["--on", "slurm", "--sbatch=--output=/tmp/x"], /--output of sbatch can't be used here/],
      [["--on", "slurm", "--time", "soon"], /--time can't be “soon”; such as 30m/],
      [["--partition", "gpu"], /--partition is for Slurm: add --on slurm/],
      [["--on", "slurm", "--array", "lr"], /--array takes name=value/],
      [
        ["--on", "slurm", "--partition", "nowhere"],
        /Slurm on this machine refused the job: Invalid partition/,
      ],
    ];
    const before = (await done("runs", "--json")).out;
    for (const [words, message] of refusals) {
      const { code, error } = await done("run", ...words, "--", "true");
      expect(error).toMatch(message);
      expect(code).toBeGreaterThan(0);
    }
    expect((await done("runs", "--json")).out).toBe(before);
    expect((await cluster.ask("squeue", "-h", "-t", "PD,R")).out).toBe("");
  },
  300_000,
);

test.skipIf(!mayHaveCluster)(
  "over SSH: a grid is one array, and a run that waits is seen to wait and can be canceled",
  async () => {
    const grid = ["--array", "lr=0.1,0.2", "--sbatch=--hold", "--name", "grid"];
    const words = ["--", "sh", "-c", "echo lr {lr}"];
    const { out, error } = await done("run", "--on", "login-box", "--slurm", ...grid, ...words);
    expect(error).toBe("");
    expect(out).toMatch(/^grid-1 {2}[0-9a-f]{32}\ngrid-2 {2}[0-9a-f]{32}\n$/);
    const held = await shown("grid-2");
    expect(held).toMatchObject({ host: "login-box", state: "queued" });
    expect(held.reason).toMatch(/^waiting in gpu: held/);
    const array = (await cluster.ask("squeue", "-h", "-t", "PD", "-o", "%F %l")).out.trim();
    expect(array).toMatch(/^\d+ 20:00$/);
    await done("cancel", "grid-2");
    expect(await shown("grid-2")).toMatchObject({ state: "cancelled" });
    await cluster.ask("scontrol", "release", array.split(" ")[0] ?? "");
    expect((await done("log", "-f", "grid-1")).out).toBe("lr 0.1\n");
    expect(await shown("grid-1")).toMatchObject({ state: "finished", exitCode: 0 });
    expect((await done("log", "grid-2")).out).toBe("");
  },
  300_000,
);
