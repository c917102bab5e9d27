/** Every screen in every theme and in a narrow window, with a run that diverged among the others. */

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepEvidence } from "./evidence.ts";
import { runBefore, sample } from "./folders.ts";
import { openSession, type Session } from "./session.ts";
import { type Theme, themes, type Workbench } from "./workbench.ts";

/** Runs in the page, where the types of this file's compilation do not reach. */
const faintTexts = fs.readFileSync(path.join(import.meta.dirname, "page", "faintTexts.js"), "utf8");

let session: Session;
let window: Workbench;

beforeAll(async () => {
  session = await openSession({ content: sample });
  window = session.workbench;
  const run = (name: string, lr: string) => ["--name", name, "train.py", "--steps", "120", "--lr", lr];
  await Promise.all(
    [run("good", "0.3"), run("diverged", "50")].map((each) => runBefore(session.workspace, each)),
  );
  await runBefore(session.workspace, run("slow", "0.02"));
});

keepEvidence(() => session);
afterAll(() => session?.close());

const row = (name: string) => window.row("Runs", new RegExp(`^${name}`));

/** Opens a run's page that stays, alone in the window. */
async function openPage(name: string): Promise<void> {
  await row(name).dblclick();
  await window.tab(name).waitFor();
  await window.inPanel("finished").waitFor();
}

test("a run that diverged looks right in the tree, on its page and in the comparison", async () => {
  await window.showContainer("Runline");
  await window.row("Runs", "Today (3)").waitFor();
  await row("diverged")
    .filter({ hasText: /val_acc 0\.\d+ · .*lr=50/ })
    .waitFor();
  await openPage("diverged");
  await window.inPanel(/NaN/).waitFor();
  await window.screenshot("diverged-page");
  await compareAll();
  await window.inPanel(/NaN/).waitFor();
  await window.screenshot("diverged-compare");
});

async function compareAll(): Promise<void> {
  await row("good").click();
  for (const name of ["diverged", "slow"]) await row(name).click({ modifiers: ["ControlOrMeta"] });
  await window.rowMenu(row("slow"), "Compare runs");
  await window.tab("Compare 3 runs").waitFor();
  for (const name of ["good", "diverged", "slow"]) await window.inPanel(name).waitFor();
}

test("a model is registered, so that the Models view has something to show", async () => {
  await row("good").click();
  await window.rowMenu(row("good"), "Register model");
  await window.pick("models/model.json");
  await window.quickTitle("Register models/model.json").waitFor();
  await window.answer("digits");
  await window.row("Models", "digits").first().waitFor();
  await window.run("Notifications: Clear All Notifications");
  await window.run("View: Close All Editors");
});

for (const theme of Object.keys(themes) as Theme[])
  test(`everything can be read in ${theme}`, async () => {
    await window.useTheme(theme);
    await openPage("good");
    await window.inPanel("val_acc").waitFor();
    await window.screenshot("theme-run");
    await expectReadable();
    await compareAll();
    await window.screenshot("theme-compare");
    await expectReadable();
    expect(
      await window.view("Runs").locator(".custom-view-tree-node-item-icon.codicon-pass:visible").count(),
    ).toBe(3);
    await window.run("View: Close All Editors");
  });

test("a narrow window scrolls what is wide, never the page", async () => {
  await window.useTheme("dark");
  await window.resize(900, 700);
  await openPage("good");
  await window.inPanel("val_acc").waitFor();
  await window.screenshot("narrow-run");
  await expectReadable();
  await compareAll();
  await window.screenshot("narrow-compare");
  await expectReadable();
});

/** Texts of the page have enough contrast against what is behind them, and the page fits its width. */
async function expectReadable(): Promise<void> {
  const html = window.panel().locator("html");
  const [inner, outer] = await html.evaluate((page) => [page.scrollWidth, page.clientWidth]);
  expect(inner).toBeLessThanOrEqual(outer ?? 0);
  expect(await html.evaluate(faintTexts)).toEqual([]);
}
