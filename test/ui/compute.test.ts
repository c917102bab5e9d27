/** The Compute view on a host with GPUs (a stand-in for nvidia-smi on its PATH), and a run that asks for one of them. */

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type StandInGpus, standInGpus } from "../editor/standInGpus.ts";
import { openSshBench, type SshBench } from "../faults/ssh/bench/sshd.ts";
import { keepEvidence } from "./evidence.ts";
import { openSession, type Session } from "./session.ts";

const train = `import argparse, os, time

parser = argparse.ArgumentParser()
parser.add_argument("--seed", type=int, default=1)
commands = parser.add_subparsers(dest="command")
fit = commands.add_parser("fit")
fit.add_argument("--epochs", type=int, default=3)
test = commands.add_parser("test")
test.add_argument("--split", default="val")

if __name__ == "__main__":
    args = parser.parse_args()
    print("sees", os.environ.get("CUDA_VISIBLE_DEVICES"), args.command, flush=True)
    step = 0
    while not os.path.exists("enough"):
        step += 1
        print(f"step {step}: loss {1 / step:.4f}", flush=True)
        time.sleep(0.1)
`;
const freeGpu = "GPU-0d31e6b8-c94f-4f6a-b7d2-1e5a8f6c2b93";

let bench: SshBench;
let gpus: StandInGpus;
let session: Session;
let there: string;

beforeAll(async () => {
  bench = await openSshBench();
  const folder = path.join(bench.folder, "gpus");
  gpus = standInGpus(folder, "a100");
  await bench.serve({ name: "gpu-box", server: [`SetEnv PATH=${gpus.bin}:/usr/local/bin:/usr/bin:/bin`] });
  await bench.serve({ name: "new-box", known: false });
  there = path.join(bench.folder, "there");
  const settings = {
    "runline.sshConfigFile": bench.configuration,
    "runline.hosts": { "gpu-box": { directory: there } },
  };
  session = await openSession({ files: { "train.py": train }, settings });
}, 300_000);

keepEvidence(() => session);

afterAll(async () => {
  for (const id of fs.existsSync(path.join(there, "work")) ? fs.readdirSync(path.join(there, "work")) : [])
    fs.writeFileSync(path.join(there, "work", id, "enough"), "");
  await session?.close();
  await bench?.close();
});

test("machines stand in the view; a host tells of its GPUs once it is connected", async () => {
  const { workbench } = session;
  await workbench.openFile("train.py", 12);
  await workbench.showContainer("Runline");
  expect(await workbench.row("Compute", "This machine").count()).toBe(0);
  await workbench.openView("Compute");
  await workbench.row("Compute", "This machine").waitFor({ timeout: 60_000 });
  await workbench.row("Compute", /gpu-box.*not connected/).waitFor();
  expect(gpus.calls()).toEqual([]);
  await workbench.run("Runline: Connect host…");
  await workbench.pick("gpu-box");
  await workbench.row("Compute", /gpu-box.*1\/4 GPUs free/).waitFor({ timeout: 60_000 });
  await workbench.row("Compute", /GPU 0 A100.*97%.*38\/80 GB/).waitFor();
  await workbench.row("Compute", /GPU 2 A100.*free/).waitFor();
  // The history grows with each look.
  await workbench.row("Compute", /GPU 3 A100.*100%.*▇▇▇/).waitFor({ timeout: 60_000 });
  await workbench.screenshot("compute");
}, 240_000);

test("a run on the host gets the GPU that it asks for, and the view says whose it is", async () => {
  const { workbench } = session;
  await workbench.run("Runline: Run with parameters…");
  await workbench.quickRows().filter({ hasText: "Needs command" }).waitFor();
  await workbench.screenshot("compute-form-before");
  expect(
    await workbench
      .quickRows()
      .filter({ hasText: /epochs|split/ })
      .count(),
  ).toBe(0);
  await workbench.pick("command");
  await workbench.pick("fit");
  await workbench.quickRows().filter({ hasText: "epochs" }).waitFor();
  expect(await workbench.quickRows().filter({ hasText: "split" }).count()).toBe(0);
  await workbench.pick("This machine");
  await workbench.pick("Another machine…");
  await workbench.pick("gpu-box");
  await workbench.pick("No GPU of its own");
  await workbench.quickTitle("GPUs for train.py alone").waitFor();
  await workbench.screenshot("compute-gpus");
  await workbench.pick("1 GPU");
  await workbench.quickRows().filter({ hasText: "gpu-box" }).waitFor();
  await workbench.screenshot("compute-form");
  await workbench.pick("Run");
  await session.workbench
    .row("Runs", /loss 0\.\d+/)
    .or(dialog())
    .first()
    .waitFor({ timeout: 90_000 });
  if (await dialog().isVisible()) {
    await workbench.screenshot("compute-warned");
    await workbench.page.locator(".monaco-dialog-box .monaco-button").filter({ hasText: /^Run$/ }).click();
    await workbench.row("Runs", /loss 0\.\d+/).waitFor({ timeout: 90_000 });
  }
  const [id = ""] = fs.readdirSync(path.join(there, "runs")).filter((name) => /^[0-9a-f]{32}$/.test(name));
  const read = (name: string) => JSON.parse(fs.readFileSync(path.join(there, "runs", id, name), "utf8"));
  expect(read("spec.json").resources).toEqual({ gpus: 1 });
  expect(fs.readFileSync(path.join(there, "runs", id, "output.log"), "utf8")).toMatch(
    `sees ${freeGpu} fit\n`,
  );
  const { name } = read("spec.json");
  gpus.become("a100", { apps: `${freeGpu}, ${read("start.json").pid}, 20480\n` });
  await workbench.row("Compute", new RegExp(`GPU 2 A100.*you: ${name}`)).waitFor({ timeout: 60_000 });
  await workbench.row("Compute", /gpu-box.*1 running/).waitFor();
  await workbench.run("View: Close All Editors");
  for (const other of ["Lineage", "Models"]) await workbench.view(other).locator(".pane-header").click();
  await workbench.hover(workbench.row("Compute", /GPU 3/), "Seen");
  await workbench.screenshot("compute-running");
  await workbench.useTheme("light");
  await workbench.row("Compute", new RegExp(`GPU 2 A100.*you: ${name}`)).waitFor();
  await workbench.screenshot("compute-running");
  await workbench.useTheme("dark");

  function dialog() {
    return workbench.page.locator(".monaco-dialog-box");
  }
}, 300_000);

test("nothing is looked at while nobody sees it", async () => {
  const { workbench } = session;
  await workbench.showContainer("Explorer");
  await workbench.view("Compute").waitFor({ state: "hidden" });
  // A look that was under way may still end.
  await expect.poll(() => lastsFor(1_000)).toBe(true);
  // Longer than from one poll to the next: there is no event to await for what must not happen.
  expect(await lastsFor(7_000)).toBe(true);
  const before = gpus.calls().length;
  await workbench.run("Runline: Refresh machines");
  await expect.poll(() => gpus.calls().length, { timeout: 30_000 }).toBeGreaterThan(before);

  async function lastsFor(ms: number): Promise<boolean> {
    const before = gpus.calls().length;
    await workbench.page.waitForTimeout(ms);
    return gpus.calls().length === before;
  }
}, 120_000);

test("the key of a host that is new is shown before anything is sent", async () => {
  const { workbench } = session;
  const dialog = workbench.page.locator(".monaco-dialog-box");
  const button = (label: string) => dialog.locator(".monaco-button").filter({ hasText: label });
  await workbench.rowMenu(workbench.row("Compute", /new-box/), "Connect host…");
  await dialog.getByText(/SHA256:/).waitFor({ timeout: 60_000 });
  await workbench.screenshot("compute-first-contact");
  await button("Cancel").click();
  await workbench.row("Compute", /new-box.*needs you to sign in/).waitFor({ timeout: 60_000 });
  await workbench.rowMenu(workbench.row("Compute", /new-box/), "Connect host…");
  await button("Connect").click();
  await workbench.row("Compute", /new-box.*2? ?cores?.*now/).waitFor({ timeout: 60_000 });
}, 180_000);

test("a driver that breaks is told where its GPUs stood, and a host that is left is not asked", async () => {
  const { workbench } = session;
  gpus.become("mismatch", { fields: "index,uuid,name,utilization.gpu,memory.used,memory.total" });
  await workbench
    .row("Compute", /GPUs can't be read: Failed to initialize NVML/)
    .waitFor({ timeout: 60_000 });
  await workbench.screenshot("compute-broken");
  await workbench.rowMenu(workbench.row("Compute", /gpu-box/).first(), "Copy diagnostics of machine");
  await workbench.statusItem("Copied diagnostics").waitFor();
  const text = await workbench.page.evaluate<string>("navigator.clipboard.readText()");
  expect(text).toMatch(/GPUs: Failed to initialize NVML/);
  await workbench.rowMenu(workbench.row("Compute", /gpu-box/).first(), "Disconnect host…");
  await workbench.row("Compute", /gpu-box.*not connected/).waitFor();
}, 120_000);
