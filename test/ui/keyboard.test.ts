/** The main job by keyboard alone: nothing in this file touches the mouse. */

import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepEvidence } from "./evidence.ts";
import { runBefore } from "./folders.ts";
import { openSession, type Session } from "./session.ts";
import type { Workbench } from "./workbench.ts";

const train = `import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
options = parser.parse_args()
for step in range(1, 21):
    print(f"step {step}: loss {options.lr / step:.4f} val_acc {step / 20:.3f}")
`;

let session: Session;
let window: Workbench;

beforeAll(async () => {
  session = await openSession({ files: { "train.py": train } });
  window = session.workbench;
  await runBefore(
    session.workspace,
    ["--name", "first", "train.py", "--lr", "0.2"],
    ["--name", "second", "train.py", "--lr", "0.3"],
  );
});

keepEvidence(() => session);
afterAll(() => session?.close());

const press = (...keys: string[]) =>
  keys.reduce((before, key) => before.then(() => window.page.keyboard.press(key)), Promise.resolve());

/** Takes the first row of the quick input that is open once it is the one wanted. */
async function type(text: string, row: string): Promise<void> {
  await window.quickInput().waitFor();
  await window.page.keyboard.type(text);
  await window.quickRows().first().filter({ hasText: row }).waitFor();
  await press("Enter");
}

/** What can be done is listed as of the moment of typing, so one that can be done only since then is typed again. */
async function palette(title: string): Promise<void> {
  const first = window.quickRows().first().filter({ hasText: title });
  const isFirst = () =>
    first.waitFor({ timeout: 5_000 }).then(
      () => true,
      () => false,
    );
  for (let turn = 0; turn < 6; turn++) {
    await press("F1");
    await window.quickInput().waitFor();
    await window.page.keyboard.type(title);
    if (await isFirst()) break;
    await press("Escape");
  }
  await first.waitFor();
  await press("Enter");
}

const focusedRow = (text: string): Locator =>
  window.view("Runs").locator(".monaco-list-row.focused").filter({ hasText: text });

const input = () => window.page.locator(".quick-input-widget:visible input[type=text]").first();

/** Goes down the Runs tree until the row with that text has the focus. */
async function moveTo(text: string): Promise<void> {
  await window.row("Runs", text).waitFor();
  // A run that comes or goes meanwhile has the tree read again, and then the focus is where it began.
  await expect.poll(() => walkTo(text)).toBe(true);
}

async function walkTo(text: string): Promise<boolean> {
  const rows = await window.view("Runs").locator(".monaco-list-row").count();
  await press("Home");
  for (let step = 0; step < rows && (await focusedRow(text).count()) === 0; step++) await press("ArrowDown");
  return (await focusedRow(text).count()) > 0;
}

test("run, open, preview, rename, delete and take it back, compare", async () => {
  await press("ControlOrMeta+P");
  await type("train.py", "train.py");
  await window.statusItem("Python").waitFor();
  await palette("Runline: Run script");
  await window.statusItem("Ln 1,").waitFor();
  // The page that opens beside comes when it comes; only then is the focus where a key has put it.
  await window.inPanel("finished").waitFor();
  await palette("Runline: Focus on Runs View");
  await window.row("Runs", "Today (3)").waitFor();
  await window
    .row("Runs", /val_acc 1 /)
    .nth(2)
    .waitFor();

  await moveTo("first");
  await press("Enter");
  await window.tab("first").waitFor();
  await window.inPanel("finished").waitFor();
  await window.screenshot("keyboard-open");

  await palette("Runline: Focus on Runs View");
  await moveTo("second");
  await press("Space");
  await window.tab("second").waitFor();
  await focusedRow("second").waitFor();
  expect(
    await window.view("Runs").locator(".monaco-list:focus, .monaco-list :focus").count(),
  ).toBeGreaterThan(0);

  await press("F2");
  await window.quickTitle("Rename second").waitFor();
  expect(await input().inputValue()).toBe("second");
  await press("ControlOrMeta+A");
  await window.page.keyboard.type("renamed by key");
  await press("Enter");
  await window.row("Runs", "renamed by key").waitFor();
  await window.tab("renamed by key").waitFor();

  await palette("Runline: Focus on Runs View");
  await moveTo("renamed by key");
  await press("Delete");
  await window.notifications().filter({ hasText: "Deleted renamed by key." }).waitFor();
  await window.row("Runs", "renamed by key").waitFor({ state: "detached" });
  await window.screenshot("keyboard-deleted");
  await palette("Notifications: Accept Notification Primary Action");
  await window.row("Runs", "renamed by key").waitFor();

  await palette("Runline: Focus on Runs View");
  await moveTo("renamed by key");
  await press("Space");
  await press("Shift+ArrowDown");
  await palette("Runline: Compare runs");
  await window.quickTitle("Compare runs").waitFor();
  await expect
    .poll(() => window.quickRows().locator("input[type=checkbox]:checked, .codicon-check:visible").count())
    .toBe(2);
  await window.screenshot("keyboard-compare-pick");
  await press("Enter");
  await window.tab("Compare 2 runs").waitFor();
  for (const name of ["first", "renamed by key"]) await window.inPanel(name).waitFor();
  await window.screenshot("keyboard-compare");
});

test("Tab reaches everything on the page of a run and lets go of it again", async () => {
  await palette("View: Close All Editors");
  await palette("Runline: Focus on Runs View");
  await moveTo("first");
  await press("Enter");
  await window.inPanel("finished").waitFor();
  // The page gets the keys some time after it is drawn.
  await expect.poll(hasKeys).toBe(true);
  const reached: string[] = [];
  for (let step = 0; step < 60; step++) {
    await press("Tab");
    const name = await focusedInPage();
    if (name === null || (reached.length > 0 && name === reached[0])) break;
    reached.push(name);
  }
  const text = reached.join("\n");
  await window.screenshot("keyboard-page");
  expect(text).toMatch(/tab Charts/);
  expect(text).toMatch(/Search metrics/);
  expect(text).toMatch(/table/i);
  expect(reached.length).toBeLessThan(60);

  await window.panel().getByRole("tab", { name: "Charts" }).focus();
  await press("ArrowRight");
  await window.inPanel("step 20: loss 0.0100").waitFor();
  await palette("Runline: Focus on Runs View");
  await focusedRow("first").waitFor();
});

const hasKeys = () =>
  window
    .panel()
    .locator("html")
    .evaluate((html) => html.ownerDocument.hasFocus());

/** What has the focus inside the page, in words; null when the focus is not in it. */
async function focusedInPage(): Promise<string | null> {
  return window
    .panel()
    .locator("html")
    .evaluate((html) => {
      let at = html.ownerDocument.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      if (!html.ownerDocument.hasFocus() || at === null || at === html.ownerDocument.body) return null;
      const label = at.getAttribute("aria-label") ?? at.getAttribute("title") ?? at.textContent?.trim() ?? "";
      const host = at.parentElement?.closest("[aria-label]")?.getAttribute("aria-label") ?? "";
      return `${at.getAttribute("role") ?? at.tagName.toLowerCase()} ${label} ${at.getAttribute("placeholder") ?? ""} ${host}`;
    });
}
