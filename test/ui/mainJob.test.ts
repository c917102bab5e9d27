/** The main job in the real editor on the packaged extension: ▷, live run, two more, compare, lineage, register, promote. */

import * as fs from "node:fs";
import * as path from "node:path";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../editor/built.ts";
import { keepEvidence } from "./evidence.ts";
import { openSession, type Session } from "./session.ts";
import type { Workbench } from "./workbench.ts";

let session: Session;
const forReadme = process.env.RUNLINE_README === "1";
const sample = path.join(projectRoot, "media", "sample");

/** Where the lens of the script stands. */
const mainGuard =
  fs
    .readFileSync(path.join(sample, "train.py"), "utf8")
    .split("\n")
    .findIndex((line) => line.startsWith("if __name__")) + 1;

beforeAll(async () => {
  // Pictures of it stand in the README, where the script itself is to be seen.
  const settings = { "editor.minimap.enabled": false, "editor.stickyScroll.enabled": false };
  session = await openSession({ content: sample, settings });
});

keepEvidence(() => session);
afterAll(() => session?.close());

/** Runs the script through "Run with…" with some parameters changed. */
async function runWith(workbench: Workbench, values: Readonly<Record<string, string>>): Promise<void> {
  await workbench.lens("Run with").click();
  for (const [name, value] of Object.entries(values)) {
    await workbench.pick(name);
    // The form's own title names every argument that is set.
    await workbench.quickTitle(new RegExp(`^\\s*${name}\\s*$`)).waitFor();
    await workbench.answer(value);
    await workbench.quickTitle("Run train.py").waitFor();
  }
  await workbench.pick("Run");
}

const finished = (workbench: Workbench) => workbench.row("Runs", /val_acc 0\.\d+.* s/);

/** The names that rows of the Runs view begin with. */
function names(rows: Locator): Promise<string[]> {
  return rows.locator(".label-name").allInnerTexts();
}

test("from the script to the champion", { timeout: 300_000 }, async () => {
  const { workbench } = session;
  const { page } = workbench;

  await workbench.openFile("train.py", mainGuard);
  await workbench.lens("▷ Run").waitFor();
  await workbench.screenshot("1-script");

  await workbench.showContainer("Runline");
  // A picture is taken only of a run that has long to go, however slow the machine is.
  await runWith(workbench, { delay: forReadme ? "0.2" : "0.03" });
  await workbench
    .statusItem(/running|val_acc|loss/)
    .first()
    .waitFor();
  await workbench.inPanel("val_acc").waitFor();
  await workbench.screenshot("2-live");
  if (forReadme) await workbench.row("Runs", /val_acc 0\.[89]/).waitFor();
  await workbench.readmePicture("live");
  await workbench.inPanel("finished").waitFor({ timeout: 60_000 });
  await finished(workbench).first().waitFor();
  await workbench.screenshot("3-finished");

  await workbench.tab("train.py").click();
  await runWith(workbench, { delay: "0", lr: "0.5" });
  await expect.poll(() => finished(workbench).count(), { timeout: 60_000 }).toBe(2);
  await workbench.tab("train.py").click();
  await runWith(workbench, { lr: "0.02" });
  await expect.poll(() => finished(workbench).count(), { timeout: 60_000 }).toBe(3);
  // A run that has just ended moves to another group: rows are picked once they stand still.
  await workbench.row("Runs", /^Running/).waitFor({ state: "detached" });

  await workbench.run("View: Join All Editor Groups");
  await finished(workbench).nth(0).click();
  for (const other of [1, 2])
    await finished(workbench)
      .nth(other)
      .click({ modifiers: ["ControlOrMeta"] });
  await workbench.rowMenu(finished(workbench).nth(1), "Compare runs");
  await workbench.tab("Compare").waitFor();
  await workbench.inPanel("val_acc").waitFor();
  for (const name of await names(finished(workbench))) await workbench.inPanel(name).waitFor();
  await workbench.screenshot("4-compare");
  await workbench.readmePicture("compare");

  const best = workbench.row("Runs", /val_acc 0\.9[3-9]/).first();
  await best.click();
  await workbench.rowMenu(best, "Show lineage");
  const [bestName = ""] = await names(best);
  await workbench.row("Lineage", new RegExp(`^${bestName}\\s*finished`)).waitFor();
  await workbench.row("Lineage", "data/train.csv").waitFor();
  // Rows that are scrolled out of sight are not there, so the view gets the room of those below it.
  await workbench.view("Models").locator(".pane-header").click();
  await workbench.row("Lineage", "models/model.json").first().waitFor();
  await workbench.screenshot("5-lineage");
  await workbench.row("Lineage", "data/train.csv").click();
  await workbench.tab("train.csv").waitFor();
  await workbench.row("Lineage", "train.py @").click();
  await workbench.tab("train.py @").waitFor();
  await page.locator(".editor-instance .view-line").filter({ hasText: "Teach a small" }).first().waitFor();
  await best.click();
  await workbench.inPanel("worst_digit_acc").waitFor();
  await workbench.view("Models").locator(".pane-header").click();

  await workbench.rowMenu(best, "Register model");
  await workbench.pick("models/model.json");
  await workbench.quickTitle("Register models/model.json").waitFor();
  await workbench.answer("digits");
  await workbench.row("Models", "digits").first().waitFor();
  await workbench.screenshot("6-registered");

  await workbench.run("Runline: Set alias…");
  await workbench.pick("digits v1");
  await workbench.pick("champion");
  await workbench.quickMessage("Why?").waitFor();
  await workbench.answer("best val_acc of three runs");
  await workbench.row("Models", "champion").first().waitFor();
  await workbench.screenshot("7-promoted");
  await workbench.readmePicture("promote");

  await workbench.run("Runline: Verify audit log");
  await workbench.notifications().filter({ hasText: "The audit log is whole" }).waitFor();
  await page.keyboard.press("Escape");
  expect(
    await workbench
      .notifications()
      .filter({ hasText: /error|wrong/i })
      .count(),
  ).toBe(0);
});
