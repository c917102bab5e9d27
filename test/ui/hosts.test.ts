/** A run on another machine from the real editor: started, left, found again whole, and compared with a run of this machine. */

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSshBench, type SshBench } from "../faults/ssh/bench/sshd.ts";
import { keepEvidence } from "./evidence.ts";
import { askCli } from "./folders.ts";
import { openSession, type Session } from "./session.ts";

/** Trains until it is told that it is enough, and no shorter than there is something to see. */
const train = `import os, time

if __name__ == "__main__":
    step = 0
    while step < 40 or not os.path.exists("enough"):
        step += 1
        print(f"step {step}: loss {1 / step:.4f}", flush=True)
        time.sleep(0.02)
    print("done")
`;

let bench: SshBench;
let session: Session;
let there: string;

beforeAll(async () => {
  bench = await openSshBench();
  await bench.serve({ name: "gpu-box" });
  there = path.join(bench.folder, "there");
  const settings = {
    "runline.sshConfigFile": bench.configuration,
    "runline.hosts": { "gpu-box": { directory: there } },
  };
  session = await openSession({ files: { "train.py": train }, settings });
});

keepEvidence(() => session);

afterAll(async () => {
  for (const id of fs.existsSync(path.join(there, "work")) ? fs.readdirSync(path.join(there, "work")) : [])
    fs.writeFileSync(path.join(there, "work", id, "enough"), "");
  await session?.close();
  await bench?.close();
});

test("a run on a host outlives the editor, and is whole when it is opened again", async () => {
  const { workbench } = session;
  await workbench.openFile("train.py", 3);
  await workbench.showContainer("Runline");
  await workbench.run("Runline: Check host…");
  await workbench.pick("gpu-box");
  await workbench
    .notifications()
    .getByText(/gpu-box is ready for runs/)
    .waitFor({ timeout: 60_000 });
  await workbench.screenshot("host-checked");
  await workbench.run("Runline: Run on host…");
  await workbench.screenshot("host-choice");
  await workbench.pick("gpu-box");
  await workbench.row("Runs", /loss 0\.\d+/).waitFor({ timeout: 60_000 });
  await workbench.inPanel("gpu-box").first().waitFor();
  await workbench.screenshot("host-running");
  const [id = ""] = fs.readdirSync(path.join(there, "runs")).filter((name) => /^[0-9a-f]{32}$/.test(name));
  const log = path.join(there, "runs", id, "output.log");

  await session.restart("killed");
  const size = fs.statSync(log).size;
  await expect.poll(() => fs.statSync(log).size).toBeGreaterThan(size);
  fs.writeFileSync(path.join(there, "work", id, "enough"), "");
  const again = session.workbench;
  await again.showContainer("Runline");
  await again.row("Runs", "Today (1)").waitFor({ timeout: 60_000 });
  await again.row("Runs", /loss 0\.\d+/).click();
  await again.inPanel("finished").waitFor();
  await again.screenshot("host-finished");
  const mirrored = path.join(session.workspace, ".runline", "mirror", id, "output.log");
  expect(fs.readFileSync(mirrored, "utf8")).toBe(fs.readFileSync(log, "utf8"));
  const shown = await askCli<{ run: object }>(session.workspace, "show", id);
  expect(shown.run).toMatchObject({ state: "finished", host: "gpu-box" });
}, 240_000);

test("it is compared with a run of this machine", async () => {
  const { workbench, workspace } = session;
  fs.writeFileSync(path.join(workspace, "enough"), "");
  await workbench.openFile("train.py", 3);
  await workbench.lens("▷ Run").click();
  await workbench.row("Runs", "Today (2)").waitFor({ timeout: 60_000 });
  await workbench.run("View: Join All Editor Groups");
  const rows = workbench.row("Runs", /loss 0\.\d+/);
  await rows.nth(0).click();
  await rows.nth(1).click({ modifiers: ["ControlOrMeta"] });
  await workbench.rowMenu(rows.nth(1), "Compare runs");
  await workbench.tab("Compare").waitFor();
  for (const host of ["gpu-box", "here"]) await workbench.inPanel(host).first().waitFor();
  await workbench.screenshot("host-compared");
}, 180_000);

test("a host that can't be reached is said, with a way on", async () => {
  const { workbench } = session;
  await workbench.run("Runline: Connect host…");
  await workbench.pick("Another host…");
  await workbench.answer("nowhere.invalid");
  await workbench
    .notifications()
    .getByText(/Could not reach nowhere\.invalid: its name is not known/)
    .waitFor();
  await workbench.screenshot("host-unreachable");
}, 60_000);
