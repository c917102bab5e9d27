/** When something is not as it should be: what happened, why and what to do stand in place; nothing is lost, no dialog opens. */

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepEvidence } from "./evidence.ts";
import { fill, openFolder, realPython, runBefore } from "./folders.ts";
import { openSession, type Session } from "./session.ts";
import type { Workbench } from "./workbench.ts";

const train = `import sys
if __name__ == "__main__":
    for step in range(1, 4):
        print(f"step {step}: loss {1 / step:.3f}")
`;
const failing = `def load(path):
    return open(path).read()

if __name__ == "__main__":
    for step in range(1, 4):
        print(f"step {step}: loss {1 / step:.3f}")
    load("data/v2.csv")
`;
const oddName = `train "it's" all 🚀.py`;

let session: Session;
let base: string;
let windows: Workbench[] = [];

beforeAll(async () => {
  base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "runline-states-")));
  session = await openSession({ files: { "train.py": train }, env: withoutPython() });
});

keepEvidence(() => session);

afterAll(async () => {
  await session?.close();
  if (isMounted(place("sealed"))) execFileSync("umount", [place("sealed")]);
  fs.rmSync(base, { recursive: true, force: true, maxRetries: 20 });
});

/** The same programs as here, except every Python; the editor is kept from asking a login shell for its own PATH. */
function withoutPython(): Readonly<Record<string, string>> {
  const bin = path.join(base, "bin");
  fs.mkdirSync(bin);
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => fs.existsSync(folder));
  for (const folder of folders.filter((each) => !/pyenv|conda/.test(each)))
    for (const name of fs.readdirSync(folder)) {
      const link = path.join(bin, name);
      if (!/^(python|pypy|uv|conda)/.test(name) && !fs.existsSync(link))
        fs.symlinkSync(path.join(folder, name), link);
    }
  return { PATH: bin, VSCODE_CLI: "1" };
}

const place = (name: string) => path.join(base, name);
const python = () => ({ "runline.python": realPython() });
const settingsFile = (settings: object) => ({ ".vscode/settings.json": JSON.stringify(settings) });

/** A window of its own with the Runs view open; windows of earlier tests are closed, as each costs an extension host. */
async function look(folder: string | null): Promise<Workbench> {
  for (const old of windows) await old.page.close();
  const window = await openFolder(session, folder);
  windows = [window];
  await window.showContainer("Runline");
  return window;
}

/** No dialog, no error notification, and nothing that only a programmer can read. */
async function expectCalm(window: Workbench, notifications = 0): Promise<void> {
  expect(await window.page.locator(".monaco-dialog-box").count()).toBe(0);
  await expect.poll(() => window.notifications().count()).toBe(notifications);
  const text = (await window.page.locator(".sidebar, .notifications-toasts").allTextContents()).join("\n");
  expect(text).not.toMatch(/\bat \S+ \(.*:\d+:\d+\)|RunlineError|SQLITE_|\bE[A-Z]{4,}\b|undefined/);
}

test("no folder: says what to open", async () => {
  const window = await look(null);
  await window.view("Runs").getByText("Open the folder of a training script").waitFor();
  await window.view("Runs").getByRole("button", { name: "Open folder" }).waitFor();
  await window.screenshot("state-no-folder");
  await expectCalm(window);
});

test("no Python: says so before and when somebody runs", async () => {
  const { workbench } = session;
  await workbench.showContainer("Runline");
  await workbench.view("Runs").getByText("No Python 3.8 or newer was found").waitFor();
  await workbench.openFile("train.py", 2);
  await workbench.lens("▷ Run").click();
  const told = workbench.notifications().filter({ hasText: "No Python was found to run train.py." });
  await told.waitFor();
  expect(await told.textContent()).toContain("set runline.python");
  await told.getByRole("button", { name: "Choose interpreter" }).waitFor();
  await workbench.screenshot("state-no-python");
  await expectCalm(workbench, 1);
  await workbench.run("Notifications: Clear All Notifications");
  expect(fs.existsSync(path.join(session.workspace, ".runline"))).toBe(false);

  workbench.changeSettings(python());
  await workbench.view("Runs").getByText("No runs yet.").waitFor();
  await workbench.lens("▷ Run").click();
  await workbench.row("Runs", /loss 0\.333/).waitFor();
  await expectCalm(workbench);
});

test("an empty folder: one sentence, one button", async () => {
  const window = await look(fill(place("empty"), settingsFile(python())));
  await window.view("Runs").getByText("No runs yet.").waitFor();
  await window.view("Runs").getByRole("button", { name: "Open sample" }).waitFor();
  await window.screenshot("state-empty");
  await expectCalm(window);
  expect(fs.readdirSync(place("empty"))).toEqual([".vscode"]);
});

test("a store of a newer Runline is left alone", async () => {
  const folder = fill(place("newer"), { ...settingsFile(python()), "train.py": train });
  await runBefore(folder, ["train.py"]);
  const file = path.join(folder, ".runline", "runline.db");
  const store = new Sqlite(file);
  store.pragma("user_version = 999");
  store.close();
  const before = fs.readFileSync(file);
  const window = await look(folder);
  await window.view("Runs").getByText("in a store that was written by a newer Runline").waitFor();
  await window.screenshot("state-newer-store");
  await expectCalm(window);
  expect(fs.readFileSync(file)).toEqual(before);
});

test("a store that can't be read is rebuilt from the runs, and the old file is kept", async () => {
  const folder = fill(place("broken"), { ...settingsFile(python()), "train.py": train });
  await runBefore(folder, ["train.py"], ["train.py"]);
  const garbage = randomBytes(20_000);
  for (const end of ["-wal", "-shm"])
    fs.rmSync(path.join(folder, `.runline/runline.db${end}`), { force: true });
  fs.writeFileSync(path.join(folder, ".runline/runline.db"), garbage);
  const window = await look(folder);
  await window
    .view("Runs")
    .getByText(/can't be read/)
    .waitFor();
  await window.screenshot("state-unreadable-store");
  await expectCalm(window);
  await window.view("Runs").getByRole("button", { name: "Rebuild the store" }).click();
  await expect.poll(() => window.row("Runs", /loss 0\.333/).count(), { timeout: 30_000 }).toBe(2);
  await window.row("Lineage", "train.py @").waitFor();
  await window.view("Models").getByText("No models yet.").waitFor();
  await window.screenshot("state-rebuilt-store");
  const kept = fs
    .readdirSync(path.join(folder, ".runline"))
    .filter((name) => /^runline\.db\.(?!.*-(wal|shm)$)/.test(name));
  expect(kept.map((name) => fs.readFileSync(path.join(folder, ".runline", name)))).toContainEqual(garbage);
});

test("a folder that can't be written: looks, and says why it can't run", async ({ skip }) => {
  const folder = place("sealed");
  fs.mkdirSync(folder);
  if (!mount(["-t", "tmpfs", "tmpfs", folder])) return skip("this machine lets nobody mount a file system");
  fill(folder, { ...settingsFile(python()), "train.py": train });
  mount(["-o", "remount,ro", folder]);
  const window = await look(folder);
  await window.view("Runs").getByText("No runs yet.").waitFor();
  await window.openFile("train.py", 2);
  await window.lens("▷ Run").click();
  const told = window.notifications().filter({ hasText: "Runline can't write to" });
  await told.waitFor();
  expect(await told.textContent()).toMatch(/Make the folder writable, or set runline\.directory/);
  await told.getByRole("button", { name: "Choose folder" }).waitFor();
  await window.screenshot("state-read-only");
  await expectCalm(window, 1);
});

test("a setting of the wrong type, a script that is gone, an odd name, a traceback", async () => {
  const settings = { ...python(), "runline.parallelRuns": "many", "runline.notifyOnEnd": 7 };
  const folder = fill(place("bad"), {
    ...settingsFile(settings),
    "gone_train.py": train,
    [oddName]: train,
    "failing_train.py": failing,
  });
  const window = await look(folder);
  await window.view("Runs").getByText("No runs yet.").waitFor();
  await expectCalm(window);

  await window.openFile("gone_train.py", 2);
  await window.lens("▷ Run").waitFor();
  fs.rmSync(path.join(folder, "gone_train.py"));
  await window.lens("▷ Run").click();
  const told = window.notifications().filter({ hasText: "gone_train.py does not exist." });
  await told.waitFor();
  await window.screenshot("state-script-gone");
  await expectCalm(window, 1);
  await window.run("Notifications: Clear All Notifications");

  await window.run("View: Close All Editors");
  await window.openFile(oddName, 2);
  await window.lens("▷ Run").click();
  await window.row("Runs", /loss 0\.333/).waitFor();
  await window.inPanel("finished").waitFor();
  await window.inPanel("Parameters").click();
  await window.screenshot("state-odd-name");
  await expectCalm(window);

  await window.run("View: Close All Editors");
  await window.openFile("failing_train.py", 4);
  await window.lens("▷ Run").click();
  await window.row("Runs", "exit 1").waitFor();
  await window.inPanel("failed").waitFor();
  await window.inPanel("Output").click();
  await window.inPanel("No such file or directory: 'data/v2.csv'").waitFor();
  await window.screenshot("state-failed");
  expect(await window.page.locator(".monaco-dialog-box").count()).toBe(0);
  expect(await window.notifications().count()).toBe(0);

  await window.run("Runline: Show log of Runline");
  await window.page.locator(".panel .view-line").filter({ hasText: "failed (exit 1" }).first().waitFor();
  await window.screenshot("state-settings-log");
  const log = logLines();
  for (const setting of ["runline.parallelRuns", "runline.notifyOnEnd"])
    expect(log.filter((line) => line.includes(`${setting} is not valid: it must be`))).toHaveLength(1);
});

/** What all windows wrote to the output channel. */
function logLines(): string[] {
  const logs = path.join(session.editor.home, "user", "logs");
  return fs
    .readdirSync(logs, { recursive: true, encoding: "utf8" })
    .filter((name) => path.basename(name) === "Runline.log")
    .flatMap((name) => fs.readFileSync(path.join(logs, name), "utf8").split("\n"));
}

function mount(args: readonly string[]): boolean {
  try {
    execFileSync("mount", args, { stdio: "ignore" });
    return true;
  } catch {
    // Where mounting is not allowed the test is skipped.
    return false;
  }
}

function isMounted(folder: string): boolean {
  return fs.existsSync("/proc/mounts") && fs.readFileSync("/proc/mounts", "utf8").includes(` ${folder} `);
}
