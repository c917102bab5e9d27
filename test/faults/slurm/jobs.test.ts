/** Jobs of a real cluster that are ended, refused or misused. */

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { failureOf } from "../../../src/model/failure.ts";
import type { SlurmWish } from "../../../src/model/slurm.ts";
import { parseGrid } from "../../../src/model/slurmArray.ts";
import { launchArray } from "../../../src/ops/arrayLaunch.ts";
import { type Cluster, openCluster } from "../../peers/slurm/cluster.ts";
import { newId, settings } from "../stack.ts";
import {
  emptyQueue,
  gated,
  openSlurmStack,
  type SlurmStack,
  wholeSteps,
  within,
} from "./bench/slurmStack.ts";

// Slurm takes its time, and more of it on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let cluster: Cluster;
let stack: SlurmStack;
let root: string;

beforeAll(async () => {
  cluster = await openCluster();
  root = await mkdtemp(path.join(tmpdir(), "runline-there-"));
  process.env.SLURM_CONF = cluster.env.SLURM_CONF;
  stack = await openSlurmStack({ cluster, directory: root });
}, 300_000);
afterEach(() => emptyQueue(cluster));
afterAll(async () => {
  await stack?.close();
  await cluster?.close();
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
});

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "nothing",
    (thrown: unknown) => failureOf(thrown).code,
  );
const queue = async () => (await cluster.ask("squeue", "-h", "-o", "%i")).out;

test("a job has what was asked for, tells where it is, and is whole", async () => {
  const gate = stack.gate();
  const text = `import os\nprint(os.environ["CUDA_VISIBLE_DEVICES"], os.environ["TOKEN"], os.environ.get("ONLY_HERE"))\n${gated(gate)}`;
  process.env.SBATCH_PARTITION = "urgent";
  const asked = { gpus: "1", time: "20m", cpus: 2, memory: "200M" };
  const { id } = await stack.submit(text, asked, { environment: { TOKEN: "s3cr3t-value" } });
  delete process.env.SBATCH_PARTITION;
  await stack.lines(id, 4);
  const shown = (await cluster.ask("scontrol", "show", "job", `${(await stack.jobs(id))[0]?.split(" ")[0]}`))
    .out;
  for (const said of [
    /Partition=gpu /,
    /TimeLimit=00:20:00 /,
    /CPUs\/Task=2 /,
    /MinMemoryNode=200M/,
    /TresPerJob=gres:gpu:1/,
  ])
    expect(shown).toMatch(said);
  // Neither the cluster nor a file of the run keeps what was given in confidence.
  expect(shown).not.toContain("s3cr3t");
  for (const name of ["spec.json", "start.json", "slurm.json", "slurm.log", "environment"])
    expect(await stack.file(id, name)).not.toContain("s3cr3t");
  await gate.open();
  const run = await stack.ended(id);
  expect(run).toMatchObject({ state: "finished", host: "slurm", exitCode: 0, drained: true });
  expect(run.tags).toMatchObject({ "slurm.node": "node1", "slurm.partition": "gpu" });
  const log = (await stack.log(id)).toString();
  expect(log).toMatch(/^0 s3cr3t-value None\n/);
  expect(run.metrics.loss?.count).toBe(wholeSteps(log.slice(log.indexOf("\n") + 1)));
  expect(await stack.mirrored(id)).toEqual(await stack.log(id));
});

test("somebody else cancels the job: that is what its run says, with all it had printed", async () => {
  const gate = stack.gate();
  const { id } = await stack.submit(gated(gate));
  await stack.lines(id, 5);
  stack.follow();
  await cluster.ask("scancel", "--user=root", `--name=runline-${id}`);
  const run = await stack.ended(id);
  expect(run).toMatchObject({ state: "cancelled", drained: true });
  expect(run.reason).toMatch(/Slurm/);
  expect(await stack.mirrored(id)).toEqual(await stack.log(id));
  expect((await stack.log(id)).toString()).toMatch(/^(step \d+: loss [\d.]+\n){5,}$/);
});

test("somebody else cancels a job that waits", async () => {
  const { id } = await stack.submit("print('never')", { more: ["--hold"] });
  await stack.when(id, "to be held", ({ state, reason }) => state === "queued" && /held/.test(reason ?? ""));
  await cluster.ask("scancel", `--name=runline-${id}`);
  expect(await stack.ended(id)).toMatchObject({ state: "cancelled", drained: true, started: null });
  expect(await stack.file(id, "output.log")).toBe("");
});

test("a person cancels: one that waits never begins, one that runs may save its work", async () => {
  const saves = `import signal, sys
def leave(*_):
    print("saved", flush=True)
    sys.exit(0)
signal.signal(signal.SIGINT, leave)
${gated(stack.gate())}`;
  const waits = await stack.submit("print('never')", { more: ["--hold"] });
  const runs = await stack.submit(saves);
  await stack.lines(runs.id, 3);
  for (const { id } of [waits, runs]) await stack.reach.compute.cancel((await stack.run(id)).directory);
  expect(await stack.ended(waits.id)).toMatchObject({ state: "cancelled", started: null });
  expect(await stack.ended(runs.id)).toMatchObject({ state: "cancelled", drained: true });
  expect((await stack.log(runs.id)).toString()).toMatch(/\nsaved\n$/);
  expect(await stack.mirrored(runs.id)).toEqual(await stack.log(runs.id));
  await within("the queue to be empty of them", async () => {
    const left = [...(await stack.jobs(waits.id)), ...(await stack.jobs(runs.id))];
    return left.every((job) => /(CANCELLED|COMPLETED|FAILED)$/.test(job));
  });
});

test("the script and its recorder are killed: Slurm's word is what is known of the end", async () => {
  const { id } = await stack.submit(gated(stack.gate()));
  await stack.lines(id, 3);
  stack.follow();
  const { recorder_pid, pid } = JSON.parse(await stack.file(id, "start.json"));
  process.kill(recorder_pid, "SIGKILL");
  process.kill(-pid, "SIGKILL");
  const run = await stack.ended(id);
  expect(["failed", "lost"]).toContain(run.state);
  expect(run.reason).not.toBe(null);
  expect((await stack.jobs(id)).length).toBe(1);
  expect(await stack.mirrored(id)).toEqual(await stack.log(id));
});

test("a grid is one array and a run for each of its tasks", async () => {
  const gate = stack.gate();
  const script = path.join(stack.workspace, "grid.py");
  await writeFile(script, `import sys\nprint(*sys.argv[1:])\n${gated(gate)}`);
  const grid = parseGrid(["lr=0.1,0.2", "seed=1,2"]);
  if (typeof grid === "string") throw new Error(grid);
  const { store, reach, layout } = stack;
  const parts = { store, hosts: reach.hosts, code: reach.code, layout, clock: Date.now, newId, settings };
  const runs = await launchArray({ host: "slurm", script, name: "grid" }, grid, parts);
  expect(runs.map(({ name }) => name)).toEqual(["grid-1", "grid-2", "grid-3", "grid-4"]);
  for (const { id } of runs) await stack.lines(id, 3);
  const [first = { id: "" }, second = { id: "" }] = runs;
  expect((await stack.jobs(first.id)).length).toBe(4);
  // One of them is canceled, the others go on.
  await reach.compute.cancel((await stack.run(second.id)).directory);
  expect(await stack.ended(second.id)).toMatchObject({ state: "cancelled" });
  await gate.open();
  const said: string[] = [];
  for (const { id } of runs) {
    const run = await stack.ended(id);
    const log = (await stack.log(id)).toString();
    said.push(log.slice(0, log.indexOf("\n")));
    expect(await stack.mirrored(id)).toEqual(await stack.log(id));
    if (id === second.id) continue;
    expect(run).toMatchObject({ state: "finished", exitCode: 0 });
    expect(run.metrics.loss?.count).toBe(wholeSteps(log.slice(log.indexOf("\n") + 1)));
  }
  expect(said).toEqual(
    ["0.1 1", "0.1 2", "0.2 1", "0.2 2"].map((pair) => `--lr ${pair.replace(" ", " --seed ")}`),
  );
});

test("what decides where a job writes, what it runs and as whom is refused, and nothing is submitted", async () => {
  const before = await queue();
  const wishes: readonly SlurmWish[] = [
    ...["--output=/etc/profile", "--error=x", "--input=x", "--chdir=/", "--wrap=id"].map((word) => ({
      more: [word],
    })),
    ...[
      "--uid=0",
      "--gid=0",
      "--export=ALL",
      "--get-user-env",
      "--open-mode=truncate",
      "--out=x",
      "-o",
      "x",
    ].map((word) => ({ more: [word] })),
    ...[{ partition: "gpu --wrap=id" }, { partition: "gpu\n#SBATCH --output=x" }, { account: "a\0b" }],
    ...[{ time: "1h; id" }, { memory: "1G --wrap=id" }, { gpus: "1 -o x" }, { dependency: "afterok:1 -o x" }],
    { more: ["--constraint=a\n--output=x"] },
  ];
  for (const wish of wishes)
    expect([wish, await codeOf(stack.submit("", wish))]).toEqual([wish, "slurmOption"]);
  expect(await codeOf(stack.submit("", { partition: "no-such" }))).toBe("slurmRefused");
  expect(await codeOf(stack.submit("", { gpus: "99" }))).toBe("slurmRefused");
  expect(await queue()).toBe(before);
});

test("names and words that mean something to sbatch or a shell mean nothing", async () => {
  const name = "#SBATCH --output=pwned.txt $(touch pwned) %j";
  const folder = path.join(stack.workspace, name);
  await mkdir(folder);
  const script = path.join(folder, "it's a script.py");
  await writeFile(script, "import sys\nprint(sys.argv[1:])\n");
  const words = ["#SBATCH --output=x", "`id`", "$HOME", "a\nb", "'", '"', "--wrap", "%A"];
  const { id } = await stack.launch({ host: "slurm", script, arguments: words, name: "x; scancel -u root" });
  expect(await stack.ended(id)).toMatchObject({ state: "finished", exitCode: 0, name: "x; scancel -u root" });
  const log = (await stack.log(id)).toString();
  expect(log.trim().replaceAll("\\'", "'")).toContain("`id`', '$HOME', 'a\\nb'");
  const all = [stack.workspace, folder, path.join(root, "runs", id), path.join(root, "work", id)];
  for (const place of all)
    expect((await readdir(place)).filter((entry) => /pwned|^x$/.test(entry) && entry !== name)).toEqual([]);
});

test("a folder that can't be written is said before anything is submitted", async () => {
  const before = await queue();
  const id = newId();
  // Where the job's own words are to go there is something else.
  await mkdir(path.join(root, "runs", id, "slurm.log"), { recursive: true });
  expect(await codeOf(stack.submit("print(1)", {}, { id }))).toBe("hostWrite");
  const nowhere = await openSlurmStack({ cluster, directory: "/dev/null/runs" });
  try {
    expect(["hostWrite", "hostFailed", "workspaceReadOnly"]).toContain(
      await codeOf(nowhere.submit("print(1)")),
    );
    expect(await nowhere.store.runs.list({})).toEqual([]);
  } finally {
    await nowhere.close();
  }
  expect(await queue()).toBe(before);
  expect(existsSync(path.join(root, "runs", id, "start.json"))).toBe(false);
  expect(await readFile(path.join(root, "runs", id, "output.log"), "utf8").catch(() => null)).toBe(null);
});
