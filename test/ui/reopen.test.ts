/** Runs outlive the editor: killed whole, opened again, opened twice, reloaded; the record is complete and exact. */

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepEvidence } from "./evidence.ts";
import { askCli } from "./folders.ts";
import { openSession, type Session } from "./session.ts";

/** Trains until it is told that it is enough, so that no test depends on how long anything takes. */
const train = `import os, time

if __name__ == "__main__":
    step = 0
    while not os.path.exists("enough"):
        step += 1
        print(f"step {step}: loss {step}")
        time.sleep(0.02)
    print("done")
`;

/** What the script prints in so many steps. */
function printed(steps: number): string {
  const lines = Array.from({ length: steps }, (_, at) => `step ${at + 1}: loss ${at + 1}`);
  return [...lines, "done", ""].join("\n");
}

let session: Session;

beforeAll(async () => {
  session = await openSession({ files: { "train.py": train } });
});

keepEvidence(() => session);

afterAll(async () => {
  if (session !== undefined) fs.writeFileSync(enough(), "");
  await session?.close();
});

const enough = () => path.join(session.workspace, "enough");
const runsFolder = () => path.join(session.workspace, ".runline", "runs");
const logOf = (id: string) => path.join(runsFolder(), id, "output.log");

/** Processes of the editor that are still there, by what only their command lines hold. */
function editorProcesses(home: string): string[] {
  return execFileSync("ps", ["-ewwo", "args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(home) && !line.includes("recorder"));
}

test("the whole editor is killed while a run goes on, and nothing of the run is lost", async () => {
  const { workbench, editor } = session;
  await workbench.openFile("train.py", 3);
  await workbench.showContainer("Runline");
  await workbench.lens("▷ Run").click();
  await workbench.row("Runs", /loss \d+/).waitFor();
  await workbench.statusItem(/loss \d+/).waitFor();
  const [id = ""] = fs.readdirSync(runsFolder()).filter((name) => /^[0-9a-f]{32}$/.test(name));

  await editor.kill();
  // What was killed is listed until the kernel has cleared its memory away.
  await expect.poll(() => editorProcesses(editor.home)).toEqual([]);
  const size = fs.statSync(logOf(id)).size;
  await expect.poll(() => fs.statSync(logOf(id)).size).toBeGreaterThan(size + 500);

  const again = await session.restart();
  await again.showContainer("Runline");
  await again.row("Runs", "Running (1)").waitFor();
  await again.row("Runs", /loss \d+/).click();
  await again.inPanel("running").waitFor();
  await again.screenshot("reopen-running");
  fs.writeFileSync(enough(), "");
  await again.row("Runs", "Today (1)").waitFor();
  await again.inPanel("finished").waitFor();
  await again.row("Lineage", "finished").waitFor();
  await again.screenshot("reopen-finished");

  const log = fs.readFileSync(logOf(id), "utf8");
  const steps = log.split("\n").length - 2;
  expect(log).toBe(printed(steps));
  const { run } = await askCli<{ run: { state: string; metrics: Record<string, unknown> } }>(
    session.workspace,
    "show",
    id,
  );
  expect(run.state).toBe("finished");
  expect(run.metrics.loss).toMatchObject({ count: steps, last: steps });
  expect(await again.notifications().count()).toBe(0);
});

test("two windows on one folder see the same run live, and each other's changes", async () => {
  fs.rmSync(enough());
  const { workbench: one } = session;
  const other = await session.openWindow();
  await other.showContainer("Runline");
  await other.row("Runs", "Today (1)").waitFor();
  await one.openFile("train.py", 3);
  await one.lens("▷ Run").click();
  for (const window of [one, other]) {
    await window.row("Runs", "Running (1)").waitFor();
    await window
      .row("Runs", /loss \d+ ▁/)
      .first()
      .waitFor();
  }
  const running = one.row("Runs", /▁/);
  const before = (await running.textContent()) ?? "";
  await expect.poll(() => other.row("Runs", /▁/).textContent()).not.toBe(before);
  await one.rowMenu(running, "Rename run");
  await one.quickTitle("Rename").waitFor();
  await one.answer("seen-twice");
  await other.row("Runs", "seen-twice").waitFor();
  await other.screenshot("two-windows");
  fs.writeFileSync(enough(), "");
  for (const window of [one, other]) await window.row("Runs", "Today (2)").waitFor();
  await other.page.context().close();
});

test("after a reload the page of a run is where it was", async () => {
  const { workbench } = session;
  await workbench.run("View: Close All Editors");
  await workbench.row("Runs", "seen-twice").dblclick();
  await workbench.inPanel("finished").waitFor();
  await workbench.panel().getByRole("tab", { name: "Output" }).click();
  await workbench.inPanel(/^done$/).waitFor();
  await workbench.reload();
  await workbench.tab("seen-twice").waitFor();
  await workbench.inPanel(/^done$/).waitFor({ timeout: 60_000 });
  expect(await workbench.panel().getByRole("tab", { name: "Output" }).getAttribute("aria-selected")).toBe(
    "true",
  );
  await workbench.screenshot("reloaded");
  await workbench.showContainer("Runline");
  await workbench.row("Runs", "seen-twice").waitFor();
});
