/** Restricted Mode: everything may be looked at and nothing is run, until the workspace is trusted; no reload in between. */

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepEvidence } from "./evidence.ts";
import { openFolder, runBefore } from "./folders.ts";
import { openSession, type Session } from "./session.ts";

const train = `if __name__ == "__main__":
    for step in range(1, 4):
        print(f"step {step}: loss {1 / step:.3f}")
`;
/** Anybody may press a key binding: the commands have to refuse by themselves. */
const runKey = "Control+Alt+1";
const keys = { [runKey]: "runline.run", "Control+Alt+2": "runline.runCommand" };

let session: Session;

beforeAll(async () => {
  session = await openSession({ files: { "train.py": train }, trust: "restricted" });
  const user = path.join(session.editor.home, "user", "User");
  const bindings = Object.entries(keys).map(([key, command]) => ({
    key: key.replace("Control", "ctrl"),
    command,
  }));
  fs.writeFileSync(path.join(user, "keybindings.json"), JSON.stringify(bindings));
});

keepEvidence(() => session);
afterAll(() => session?.close());

const runs = () =>
  fs
    .readdirSync(path.join(session.workspace, ".runline", "runs"))
    .filter((name) => /^[0-9a-f]{32}$/.test(name)).length;

test("without runs: says what can't be done and how to change that", async () => {
  const { workbench } = session;
  await workbench.showContainer("Runline");
  await workbench.view("Runs").getByText("This workspace is not trusted").waitFor();
  await workbench.view("Runs").getByRole("button", { name: "Manage workspace trust" }).waitFor();
  await workbench.screenshot("restricted-empty");
  expect(fs.readdirSync(session.workspace)).toEqual(["train.py"]);
});

test("runs of before are shown, pages open, and nothing runs by lens, palette or key", async () => {
  await runBefore(session.workspace, ["--name", "earlier", "train.py"]);
  const window = await openFolder(session, session.workspace);
  await window.showContainer("Runline");
  await window.row("Runs", "earlier").dblclick();
  await window.inPanel("finished").waitFor();
  await window.inPanel("Output").click();
  await window.inPanel("step 3: loss 0.333").waitFor();
  await window.row("Lineage", "train.py @").waitFor();
  await window.openFile("train.py", 1);
  await window.lens("1 run").waitFor();
  expect(await window.lens("▷ Run").count()).toBe(0);
  await window.screenshot("restricted-look");

  await window.page.keyboard.press("F1");
  await window.quickInput().fill(">Runline: Run");
  await window.quickRows().first().waitFor();
  for (const title of ["Runline: Run script", "Runline: Run command…", "Runline: Run with parameters…"])
    expect(await window.quickRows().getByText(title, { exact: true }).count()).toBe(0);
  await window.page.keyboard.press("Escape");
  for (const key of Object.keys(keys)) {
    await window.openFile("train.py", 1);
    await window.page.keyboard.press(key);
    await expect
      .poll(() => window.notifications().filter({ hasText: "is not trusted, so nothing is run" }).count())
      .toBe(1);
    await window.screenshot("restricted-refused");
    await window.run("Notifications: Clear All Notifications");
  }
  expect(runs()).toBe(1);

  await window.page.keyboard.press(runKey);
  await window.notifications().getByRole("button", { name: "Manage trust" }).click();
  await window.page
    .locator(".workspace-trust-editor")
    .getByRole("button", { name: "Trust", exact: true })
    .click();
  await window.openFile("train.py", 1);
  await window.lens("▷ Run").click();
  await window.row("Runs", "Today (2)").waitFor();
  await window.screenshot("restricted-trusted");
  expect(runs()).toBe(2);
});
