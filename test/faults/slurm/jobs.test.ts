/** Jobs of a real cluster that are ended, refused or misused. */

import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { expect, test } from "vitest";
import { failureOf } from "../../../src/model/failure.ts";
import type { SlurmWish } from "../../../src/model/slurm.ts";
import { parseGrid } from "../../../src/model/slurmArray.ts";
import { launchArray } from "../../../src/ops/arrayLaunch.ts";
import { newId, settings } from "../stack.ts";
import { slurmBench } from "./bench/slurmBench.ts";
import { gated, openSlurmStack, wholeSteps, within } from "./bench/slurmStack.ts";

const bench = slurmBench();

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "nothing",
    (thrown: unknown) => failureOf(thrown).code,
  );
const queue = async () => (await bench.cluster.ask("squeue", "-h", "-o", "%i")).out;

test("a job has what was asked for, tells where it is, and is whole", async () => {
  const gate = bench.stack.gate();
  const text = `import os\nprint(os.environ["CUDA_VISIBLE_DEVICES"], os.environ["TOKEN"], os.environ.get("ONLY_HERE"))\n${gated(gate)}`;
  process.env.SBATCH_PARTITION = "urgent";
  const asked = { gpus: "1", time: "20m", cpus: 2, memory: "200M" };
  const { id } = await bench.stack.submit(text, asked, { environment: { TOKEN: "s3cr3t-value" } });
  delete process.env.SBATCH_PARTITION;
  await bench.stack.lines(id, 4);
  const shown = (
    await bench.cluster.ask("scontrol", "show", "job", `${(await bench.stack.jobs(id))[0]?.split(" ")[0]}`)
  ).out;
  for (const said of [
    /Partition=gpu /,
    /TimeLimit=00:20:00 /,
    /CPUs\/Task=2 /,
    /MinMemoryNode=200M/,
    /TresPerJob=gres:gpu:1/,
  ])
    expect(shown).toMatch(said);
  // Neither the bench.cluster nor a file of the run keeps what was given in confidence.
  expect(shown).not.toContain("s3cr3t");
  for (const name of ["spec.json", "start.json", "slurm.json", "slurm.log", "environment"])
    expect(await bench.stack.file(id, name)).not.toContain("s3cr3t");
  await gate.open();
  const run = await bench.stack.ended(id);
  expect(run).toMatchObject({ state: "finished", host: "slurm", exitCode: 0, drained: true });
  expect(run.tags).toMatchObject({ "slurm.node": "node1", "slurm.partition": "gpu" });
  const log = (await bench.stack.log(id)).toString();
  expect(log).toMatch(/^0 s3cr3t-value None\n/);
  expect(run.metrics.loss?.count).toBe(wholeSteps(log.slice(log.indexOf("\n") + 1)));
  expect(await bench.stack.mirrored(id)).toEqual(await bench.stack.log(id));
});

test("somebody else cancels the job: that is what its run says, with all it had printed", async () => {
  const gate = bench.stack.gate();
  const { id } = await bench.stack.submit(gated(gate));
  await bench.stack.lines(id, 5);
  bench.stack.follow();
  await bench.cluster.ask("scancel", "--user=root", `--name=runline-${id}`);
  const run = await bench.stack.ended(id);
  expect(run).toMatchObject({ state: "cancelled", drained: true });
  expect(run.reason).toMatch(/Slurm/);
  expect(await bench.stack.mirrored(id)).toEqual(await bench.stack.log(id));
  expect((await bench.stack.log(id)).toString()).toMatch(/^(step \d+: loss [\d.]+\n){5,}$/);
});

test("somebody else cancels a job that waits", async () => {
  const { id } = await bench.stack.submit("print('never')", { more: ["--hold"] });
  await bench.stack.when(
    id,
    "to be held",
    ({ state, reason }) => state === "queued" && /held/.test(reason ?? ""),
  );
  await bench.cluster.ask("scancel", `--name=runline-${id}`);
  expect(await bench.stack.ended(id)).toMatchObject({ state: "cancelled", drained: true, started: null });
  expect(await bench.stack.file(id, "output.log")).toBe("");
});

test("a person cancels: one that waits never begins, one that runs may save its work", async () => {
  const saves = `import signal, sys
def leave(*_):
    print("saved", flush=True)
    sys.exit(0)
signal.signal(signal.SIGINT, leave)
${gated(bench.stack.gate())}`;
  const waits = await bench.stack.submit("print('never')", { more: ["--hold"] });
  const runs = await bench.stack.submit(saves);
  await bench.stack.lines(runs.id, 3);
  for (const { id } of [waits, runs])
    await bench.stack.reach.compute.cancel((await bench.stack.run(id)).directory);
  expect(await bench.stack.ended(waits.id)).toMatchObject({ state: "cancelled", started: null });
  expect(await bench.stack.ended(runs.id)).toMatchObject({ state: "cancelled", drained: true });
  expect((await bench.stack.log(runs.id)).toString()).toMatch(/\nsaved\n$/);
  expect(await bench.stack.mirrored(runs.id)).toEqual(await bench.stack.log(runs.id));
  await within("the queue to be empty of them", async () => {
    const left = [...(await bench.stack.jobs(waits.id)), ...(await bench.stack.jobs(runs.id))];
    return left.every((job) => /(CANCELLED|COMPLETED|FAILED)$/.test(job));
  });
});

test("the script and its recorder are killed: Slurm's word is what is known of the end", async () => {
  const { id } = await bench.stack.submit(gated(bench.stack.gate()));
  await bench.stack.lines(id, 3);
  bench.stack.follow();
  const { recorder_pid, pid } = JSON.parse(await bench.stack.file(id, "start.json"));
  process.kill(recorder_pid, "SIGKILL");
  process.kill(-pid, "SIGKILL");
  const run = await bench.stack.ended(id);
  expect(["failed", "lost"]).toContain(run.state);
  expect(run.reason).not.toBe(null);
  expect((await bench.stack.jobs(id)).length).toBe(1);
  expect(await bench.stack.mirrored(id)).toEqual(await bench.stack.log(id));
});

test("a grid is one array and a run for each of its tasks", async () => {
  const gate = bench.stack.gate();
  const script = path.join(bench.stack.workspace, "grid.py");
  await writeFile(script, `import sys\nprint(*sys.argv[1:])\n${gated(gate)}`);
  const grid = parseGrid(["lr=0.1,0.2", "seed=1,2"]);
  if (typeof grid === "string") throw new Error(grid);
  const { store, reach, layout } = bench.stack;
  const parts = { store, hosts: reach.hosts, code: reach.code, layout, clock: Date.now, newId, settings };
  const runs = await launchArray({ host: "slurm", script, name: "grid" }, grid, parts);
  expect(runs.map(({ name }) => name)).toEqual(["grid-1", "grid-2", "grid-3", "grid-4"]);
  for (const { id } of runs) await bench.stack.lines(id, 3);
  const [first = { id: "" }, second = { id: "" }] = runs;
  expect((await bench.stack.jobs(first.id)).length).toBe(4);
  // One of them is canceled, the others go on.
  await reach.compute.cancel((await bench.stack.run(second.id)).directory);
  expect(await bench.stack.ended(second.id)).toMatchObject({ state: "cancelled" });
  await gate.open();
  const said: string[] = [];
  for (const { id } of runs) {
    const run = await bench.stack.ended(id);
    const log = (await bench.stack.log(id)).toString();
    said.push(log.slice(0, log.indexOf("\n")));
    expect(await bench.stack.mirrored(id)).toEqual(await bench.stack.log(id));
    if (id === second.id) continue;
    expect(run).toMatchObject({ state: "finished", exitCode: 0 });
    expect(run.metrics.loss?.count).toBe(wholeSteps(log.slice(log.indexOf("\n") + 1)));
  }
  expect(said).toEqual(
    ["0.1 1", "0.1 2", "0.2 1", "0.2 2"].map((pair) => `--lr ${pair.replace(" ", " --seed ")}`),
  );
});

test("a run waits for others by their names, and not for what never can be", async () => {
  const gate = bench.stack.gate();
  const first = await bench.stack.submit(gated(gate, 3), {}, { name: "first" });
  await bench.stack.lines(first.id, 1);
  const well = await bench.stack.submit("print(1)", {}, { name: "well", after: ["first"] });
  const after = await bench.stack.submit(
    "print(2)",
    {},
    { after: [`afterany:${first.id}`, "afternotok:first"] },
  );
  const waits = /another job has to end first/;
  for (const { id } of [well, after])
    await bench.stack.when(
      id,
      "to wait",
      ({ state, reason }) => state === "queued" && waits.test(reason ?? ""),
    );
  await gate.open();
  expect(await bench.stack.ended(after.id)).toMatchObject({ state: "finished" });
  expect(await bench.stack.run(first.id)).toMatchObject({ state: "failed", exitCode: 3 });
  await bench.stack.when(well.id, "to be said", ({ reason }) => /can't come about/.test(reason ?? ""));
  await bench.stack.reach.compute.cancel((await bench.stack.run(well.id)).directory);
  await bench.stack.ended(well.id);
  const before = await queue();
  const asks: readonly (readonly [string, string])[] = [
    ["first", "slurmOption"],
    ["afternotok:well-no", "runUnknown"],
    [`afternotok:${after.id}`, "slurmOption"],
  ];
  for (const [text, code] of asks)
    expect([text, await codeOf(bench.stack.submit("", {}, { after: [text] }))]).toEqual([text, code]);
  const there = { host: "slurm", command: ["true"], after: ["afterok:first"] };
  expect(await codeOf(bench.stack.launch(there))).toBe("slurmOption");
  expect(await queue()).toBe(before);
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
    expect([wish, await codeOf(bench.stack.submit("", wish))]).toEqual([wish, "slurmOption"]);
  expect(await codeOf(bench.stack.submit("", { partition: "no-such" }))).toBe("slurmRefused");
  expect(await codeOf(bench.stack.submit("", { gpus: "99" }))).toBe("slurmRefused");
  expect(await queue()).toBe(before);
});

test("names and words that mean something to sbatch or a shell mean nothing", async () => {
  const name = "#SBATCH --output=pwned.txt $(touch pwned) %j";
  const folder = path.join(bench.stack.workspace, name);
  await mkdir(folder);
  const script = path.join(folder, "it's a script.py");
  await writeFile(script, "import sys\nprint(sys.argv[1:])\n");
  const words = ["#SBATCH --output=x", "`id`", "$HOME", "a\nb", "'", '"', "--wrap", "%A"];
  const { id } = await bench.stack.launch({
    host: "slurm",
    script,
    arguments: words,
    name: "x; scancel -u root",
  });
  expect(await bench.stack.ended(id)).toMatchObject({
    state: "finished",
    exitCode: 0,
    name: "x; scancel -u root",
  });
  const log = (await bench.stack.log(id)).toString();
  expect(log.trim().replaceAll("\\'", "'")).toContain("`id`', '$HOME', 'a\\nb'");
  const all = [
    bench.stack.workspace,
    folder,
    path.join(bench.directory, "runs", id),
    path.join(bench.directory, "work", id),
  ];
  for (const place of all)
    expect((await readdir(place)).filter((entry) => /pwned|^x$/.test(entry) && entry !== name)).toEqual([]);
});

test("a folder that can't be written is said before anything is submitted", async () => {
  const before = await queue();
  const id = newId();
  // Where the job's own words are to go there is something else.
  await mkdir(path.join(bench.directory, "runs", id, "slurm.log"), { recursive: true });
  expect(await codeOf(bench.stack.submit("print(1)", {}, { id }))).toBe("hostWrite");
  const nowhere = await openSlurmStack({ cluster: bench.cluster, directory: "/dev/null/runs" });
  try {
    expect(["hostWrite", "hostFailed", "workspaceReadOnly"]).toContain(
      await codeOf(nowhere.submit("print(1)")),
    );
    expect(await nowhere.store.runs.list({})).toEqual([]);
  } finally {
    await nowhere.close();
  }
  expect(await queue()).toBe(before);
  expect(existsSync(path.join(bench.directory, "runs", id, "start.json"))).toBe(false);
  expect(await readFile(path.join(bench.directory, "runs", id, "output.log"), "utf8").catch(() => null)).toBe(
    null,
  );
});
