/** A run on a real Slurm cluster of this machine from the real editor: chosen by the keyboard, waited for, seen, canceled. */

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cluster, openCluster } from "../peers/slurm/cluster.ts";
import { keepEvidence } from "./evidence.ts";
import { openSession, type Session } from "./session.ts";

/** Trains until it is told that it is enough. */
const train = `import os, time

if __name__ == "__main__":
    step = 0
    print("sees", os.environ.get("CUDA_VISIBLE_DEVICES"), flush=True)
    while step < 20 or not os.path.exists("enough"):
        step += 1
        print(f"step {step}: loss {1 / step:.4f}", flush=True)
        time.sleep(0.05)
`;

let cluster: Cluster;
let session: Session;
let there: string;

beforeAll(async () => {
  cluster = await openCluster({ cpus: 2 });
  there = path.join(cluster.folder, "there");
  const settings = { "runline.hosts": { slurm: { directory: there } } };
  session = await openSession({ files: { "train.py": train }, settings, env: cluster.env });
}, 300_000);

keepEvidence(() => session);

afterAll(async () => {
  await session?.close();
  await cluster?.close();
});

const specs = () =>
  fs
    .readdirSync(path.join(there, "runs"))
    .filter((name) => /^[0-9a-f]{32}$/.test(name))
    .sort()
    .map((id) => ({ id, ...JSON.parse(fs.readFileSync(path.join(there, "runs", id, "spec.json"), "utf8")) }));

test("the cluster of this machine stands in the view with its partitions", async () => {
  const { workbench } = session;
  await workbench.openFile("train.py", 3);
  await workbench.showContainer("Runline");
  await workbench.openView("Compute");
  await workbench.row("Compute", /slurm.*gpu: 2\/2 GPUs free/).waitFor({ timeout: 60_000 });
  await workbench.row("Compute", /gpu.*2\/2 GPUs free · 1\/1 nodes up · default/).waitFor();
  await workbench.row("Compute", /urgent.*2\/2 GPUs free · 1\/1 nodes up/).waitFor();
}, 120_000);

test("a job is asked for with the keyboard alone, runs, and says where", async () => {
  const { workbench } = session;
  const { keyboard } = workbench.page;
  await workbench.run("Runline: Run on host…");
  await workbench.answer("slurm", "slurm");
  await workbench.quickTitle("Run train.py on slurm").waitFor({ timeout: 60_000 });
  await workbench.answer("Partition", "Partition");
  await workbench.quickRows().filter({ hasText: "nodes up" }).first().waitFor();
  await workbench.answer("gpu");
  await workbench.answer("GPUs", "GPUs");
  await workbench.quickTitle("GPUs").waitFor();
  await workbench.answer("many");
  await workbench.page.getByText("--gpus can't be “many”").first().waitFor();
  await workbench.answer("1");
  await workbench.answer("Time limit", "Time limit");
  await workbench.quickTitle("Time limit").waitFor();
  await workbench.answer("20m");
  await workbench.quickRows().filter({ hasText: "gpu · 1 GPU · 20m" }).waitFor();
  await workbench.screenshot("slurm-form");
  await keyboard.press("Enter");
  await workbench.row("Runs", /loss 0\.\d+/).waitFor({ timeout: 90_000 });
  await workbench.inPanel("running").waitFor({ timeout: 90_000 });
  const [first] = specs();
  expect(first.slurm).toEqual({ partition: "gpu", gpus: "1", time: "20m" });
  const log = fs.readFileSync(path.join(there, "runs", first.id, "output.log"), "utf8");
  expect(log).toMatch(/^sees 0\nstep 1: loss 1\.0000\n/);
  await workbench.row("Compute", /gpu\s*1\/2 GPUs free/).waitFor({ timeout: 90_000 });
  await workbench.screenshot("slurm-running");
  await workbench.useTheme("light");
  await workbench.row("Compute", /gpu\s*1\/2 GPUs free/).waitFor();
  await workbench.screenshot("slurm-running");
  await workbench.useTheme("dark");
  fs.writeFileSync(path.join(there, "work", first.id, "enough"), "");
  await workbench.inPanel("finished").waitFor({ timeout: 60_000 });
}, 300_000);

test("one that has to wait says why and until when, as asked for the last time, and is canceled", async () => {
  const { workbench } = session;
  await cluster.ask("scancel", "--user=root");
  // Somebody's job has every core for twenty minutes.
  await cluster.ask("sbatch", "-n2", "-t20", "-o", "/dev/null", "--wrap", "sleep 1200");
  const queue = async () => (await cluster.ask("squeue", "-h", "-o", "%j %T")).out;
  await expect.poll(queue, { timeout: 30_000 }).toBe("wrap RUNNING\n");
  await workbench.tab("train.py").first().click();
  await workbench.run("Runline: Run on host…");
  await workbench.answer("slurm", "slurm");
  await workbench.quickRows().filter({ hasText: "gpu · 1 GPU · 20m" }).waitFor({ timeout: 60_000 });
  await workbench.page.keyboard.press("Enter");
  const waiting = /queued: waiting in gpu: free resources, about \d\d:\d\d/;
  await workbench.row("Runs", waiting).waitFor({ timeout: 90_000 });
  await workbench.inPanel(/waiting in gpu: free resources, about \d\d:\d\d/).waitFor({ timeout: 60_000 });
  await workbench.row("Compute", /slurm.*1 queued/).waitFor({ timeout: 60_000 });
  await workbench.screenshot("slurm-waiting");
  await workbench.useTheme("light");
  await workbench.row("Runs", waiting).waitFor();
  await workbench.screenshot("slurm-waiting");
  await workbench.useTheme("dark");
  await workbench.rowMenu(workbench.row("Runs", waiting), "Cancel run");
  await workbench.row("Runs", /canceled/).waitFor({ timeout: 60_000 });
  await workbench.inPanel("canceled").waitFor({ timeout: 60_000 });
  await expect.poll(queue, { timeout: 30_000 }).toBe("wrap RUNNING\n");
  const [, second] = specs();
  expect(fs.existsSync(path.join(there, "runs", second.id, "start.json"))).toBe(false);
}, 300_000);

test("parameters and a job are chosen in one form", async () => {
  const { workbench } = session;
  const before = specs().length;
  await cluster.ask("scancel", "--user=root");
  await workbench.tab("train.py").first().click();
  await workbench.run("Runline: Run with parameters…");
  await workbench.pick("This machine");
  await workbench.pick("Another machine…");
  await workbench.pick("slurm");
  await workbench.quickTitle("Run train.py on slurm").waitFor({ timeout: 60_000 });
  await workbench.pick("Take this");
  await workbench
    .quickRows()
    .filter({ hasText: "Slurm job" })
    .filter({ hasText: "gpu · 1 GPU · 20m" })
    .waitFor();
  await workbench.screenshot("slurm-parameters");
  await workbench.pick("Run");
  await expect.poll(() => specs().length, { timeout: 90_000 }).toBe(before + 1);
  const third = specs().at(-1);
  expect(third.slurm).toEqual({ partition: "gpu", gpus: "1", time: "20m" });
  await workbench
    .row("Runs", /loss 0\.\d+/)
    .first()
    .waitFor({ timeout: 90_000 });
}, 240_000);

test("a job begins once a run has finished, as chosen in the form", async () => {
  const { workbench } = session;
  const enough = (id: string) => fs.writeFileSync(path.join(there, "work", id, "enough"), "");
  const third = specs().at(-1);
  await workbench.tab("train.py").first().click();
  await workbench.run("Runline: Run on host…");
  await workbench.answer("slurm", "slurm");
  await workbench.quickTitle("Run train.py on slurm").waitFor({ timeout: 60_000 });
  await workbench.answer("Start", "Start");
  await workbench.quickTitle("Wait for which runs?").waitFor();
  await workbench.quickRow(third.name).getByRole("checkbox").click();
  await workbench.page.locator(".quick-input-widget:visible").getByRole("button", { name: "OK" }).click();
  await workbench.quickTitle("Start when?").waitFor();
  await workbench.answer("Once finished", "Once finished");
  await workbench
    .quickRow("Start")
    .filter({ hasText: `once ${third.name} finished` })
    .waitFor();
  await workbench.screenshot("slurm-after");
  await workbench.page.keyboard.press("Enter");
  await workbench.row("Runs", /queued.*another job has to end first/).waitFor({ timeout: 90_000 });
  enough(third.id);
  const fourth = specs().at(-1);
  expect(fourth.id).not.toBe(third.id);
  const begun = () => fs.existsSync(path.join(there, "runs", fourth.id, "start.json"));
  await expect.poll(begun, { timeout: 90_000 }).toBe(true);
  enough(fourth.id);
  await workbench.inPanel("finished").waitFor({ timeout: 60_000 });
}, 240_000);
