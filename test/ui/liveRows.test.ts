/** Rows of runs that are going change under the pointer: a click, a double click and Enter open what they were on all the same. */

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepEvidence } from "./evidence.ts";
import { openSession, type Session } from "./session.ts";

/** Prints many times a second until it is told that it is enough. */
const train = `import os, time

if __name__ == "__main__":
    step = 0
    while not os.path.exists("enough"):
        step += 1
        print(f"step {step}: loss {step}")
        time.sleep(0.01)
`;
let session: Session;

beforeAll(async () => {
  const settings = JSON.stringify({ "runline.parallelRuns": 4, "runline.openRunOnStart": false });
  const files = { "train.py": train, ".vscode/settings.json": settings };
  session = await openSession({ files });
});

keepEvidence(() => session);

afterAll(async () => {
  if (session !== undefined) fs.writeFileSync(path.join(session.workspace, "enough"), "");
  await session?.close();
});

/** The row of a run; while it is going it also has a row in the Lineage view. */
const row = (name: string) => session.workbench.row("Runs", name);

/** The page in front is that of the run. */
async function expectOpen(name: string): Promise<void> {
  const { workbench } = session;
  await workbench.page.locator(".tabs-container .tab.active").filter({ hasText: name }).waitFor();
}

test("every click on a row of a live run opens its page", async () => {
  const { workbench } = session;
  await workbench.openFile("train.py", 3);
  await workbench.showContainer("Runline");
  for (const count of [1, 2, 3]) {
    await workbench.lens("▷ Run").click();
    await workbench.row("Runs", `Running (${count})`).waitFor();
  }
  await expect.poll(() => workbench.row("Runs", /loss \d+ ▁/).count()).toBe(3);
  const names = await workbench
    .row("Runs", /loss \d+ ▁/)
    .locator(".label-name")
    .allTextContents();
  expect(new Set(names).size).toBe(3);

  for (let turn = 0; turn < 8; turn++)
    for (const name of names) {
      await row(name).click();
      await expectOpen(name);
    }
  expect(await workbench.page.locator(".tabs-container .tab").count()).toBe(2);

  expect(await workbench.notifications().count()).toBe(0);
  await workbench.screenshot("live-rows");
});

test("Enter opens the row that the keyboard is on, and a double click keeps its page", async () => {
  const { workbench } = session;
  const names = await workbench
    .row("Runs", /loss \d+ ▁/)
    .locator(".label-name")
    .allTextContents();
  const [first = "", second = "", third = ""] = names;
  await row(first).click();
  await expectOpen(first);
  await workbench.page.keyboard.press("ArrowDown");
  await workbench.page.keyboard.press("Enter");
  await expectOpen(second);
  await row(third).dblclick();
  await expectOpen(third);
  await row(first).click();
  await expectOpen(first);
  await workbench.tab(third).waitFor();
});

test("a selection of several rows opens nothing by itself", async () => {
  const { workbench } = session;
  const [first = "", second = ""] = await workbench
    .row("Runs", /loss \d+ ▁/)
    .locator(".label-name")
    .allTextContents();
  await row(first).click();
  await expectOpen(first);
  await row(second).click({ modifiers: ["ControlOrMeta"] });
  await expect.poll(() => workbench.view("Runs").locator(".monaco-list-row.selected").count()).toBe(2);
  await expectOpen(first);
});
