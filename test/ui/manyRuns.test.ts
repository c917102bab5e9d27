/** Ten thousand runs: the tree opens at once, tells true counts, loads more, filter and pickers find the oldest, and all can be compared. */

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JournalRecord } from "../../src/model/journal.ts";
import { runIdAt } from "../../src/model/runId.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { keepEvidence } from "./evidence.ts";
import { openSession, type Session } from "./session.ts";
import type { Theme } from "./workbench.ts";

const count = 10_000;
/** The newest have parameters and metrics. */
const measured = 300;
let session: Session;

beforeAll(async () => {
  session = await openSession();
  await fillStore(session.workspace);
});

keepEvidence(() => session);

afterAll(async () => {
  await session?.close();
});

/** Finished runs of today at noon and before, one every minute; the first made is the oldest. */
async function fillStore(workspace: string): Promise<void> {
  const folder = path.join(workspace, ".runline");
  fs.mkdirSync(path.join(folder, "runs"), { recursive: true });
  const store = await openSqliteStore(path.join(folder, "runline.db"));
  const noon = new Date().setHours(0, 0, 0, 0);
  for (let number = 0; number < count; number++) {
    const created = noon - (count - number) * 60_000;
    const id = runIdAt(created, new Uint8Array(16).fill(number % 251));
    await store.runs.create({
      id,
      name: number === 0 ? "first-of-all" : `run-${number}`,
      experiment: number % 2 === 0 ? "even" : "odd",
      host: "here",
      argv: ["python", "train.py"],
      cwd: workspace,
      script: "train.py",
      code: null,
      created,
      directory: path.join(folder, "runs", id),
    });
    if (number >= count - measured)
      await store.journal.append(id, null, end(id), records(number, created), []);
    const times = { started: created, ended: created + 1_000, asOf: created };
    const facts = { state: "finished", reason: null, drained: true, attempt: 1, exitCode: 0 } as const;
    await store.runs.observe(id, { ...facts, ...times, signal: null });
  }
  await store.close();
}

const end = (identity: string) => ({ offset: 5, line: 5, identity });

function records(number: number, time: number): readonly JournalRecord[] {
  const value = String(0.001 * (1 + (number % 50)));
  return [
    { kind: "attempt", time, attempt: 1 },
    { kind: "parameter", time, key: "lr", value, source: "argparse" },
    ...[1, 2, 3].map(
      (step): JournalRecord => ({
        ...{ kind: "metric", time: time + step, step, source: "stdout" },
        values: { loss: (1 + (number % 7)) / step, acc: 1 - (1 + (number % 7)) / (step + 8) },
      }),
    ),
  ];
}

test("the tree opens with true counts and a way to the older ones", async () => {
  const { workbench } = session;
  await workbench.showContainer("Runline");
  await workbench.row("Runs", "Yesterday (1440)").waitFor();
  await workbench.row("Runs", "run-9999").waitFor();
  await workbench.screenshot("many-runs");
  await workbench.run("Runline: Group by experiment");
  await workbench.row("Runs", "odd (5000)").click();
  await workbench.row("Runs", "even (5000)").waitFor();
  await workbench.row("Runs", "Load more…").click();
  await workbench.row("Runs", "9400 older runs").waitFor();
  await workbench.run("Runline: Group by day");
  await workbench.row("Runs", "Yesterday (1440)").waitFor();
});

test("the filter finds the oldest run", async () => {
  const { workbench } = session;
  await workbench.run("Runline: Filter runs");
  await workbench.answer("first-of");
  await workbench.row("Runs", "first-of-all").waitFor();
  expect(await workbench.row("Runs", /run-\d/).count()).toBe(0);
  await workbench.run("Runline: Filter runs");
  await workbench.answer("is:failed");
  await workbench.view("Runs").getByText("No run fits the filter.").waitFor();
  await workbench.view("Runs").getByRole("button", { name: "Clear filter" }).click();
  await workbench.row("Runs", "run-9999").waitFor();
});

test("pickers search in the store, and what was ticked stays ticked", async () => {
  const { workbench } = session;
  await workbench.run("Runline: Compare runs");
  await workbench.quickRows().filter({ hasText: "run-9999" }).click();
  await workbench.quickInput().fill("first-of");
  const oldest = workbench.quickRows().filter({ hasText: "first-of-all" });
  await oldest.click();
  await workbench.quickRows().filter({ hasText: "run-9999" }).waitFor();
  await workbench.screenshot("many-runs-picked");
  await workbench.page.keyboard.press("Enter");
  await workbench.tab("Compare 2 runs").waitFor();
  await workbench.inPanel("first-of-all").waitFor();
  expect(await workbench.notifications().count()).toBe(0);
});

test("Enter right after typing takes what was typed", async () => {
  const { workbench } = session;
  await workbench.run("Runline: Open run");
  await workbench.quickRows().filter({ hasText: "run-9999" }).waitFor();
  await workbench.page.keyboard.type("run-17 odd train.py");
  await workbench.page.keyboard.press("Enter");
  await workbench.tab(/^run-17\d*$/).waitFor();
});

// Twelve pictures of ten thousand runs take a busy machine their time.
test("all of them are compared: what is drawn, what is left out and said", { timeout: 240_000 }, async () => {
  const { workbench } = session;
  await workbench.run("View: Close All Editors");
  await workbench.run("Runline: Group by experiment");
  const [odd, even] = [workbench.row("Runs", "odd (5000)"), workbench.row("Runs", "even (5000)")];
  await odd.locator(".monaco-icon-label").click();
  await even.locator(".monaco-icon-label").click({ modifiers: ["ControlOrMeta"] });
  await workbench.rowMenu(even, "Compare runs");
  await workbench.tab("Compare 10,000 runs").waitFor();
  const panel = workbench.panel();
  const names = panel.locator(".grid-row .run-name");
  await panel.getByRole("heading", { name: "10,000 runs", exact: true }).waitFor();
  await panel.getByText("Charts show the first 100 of 10,000 runs in the order of the table.").waitFor();
  await panel.locator(".plot canvas").first().waitFor();
  await expect.poll(() => panel.getByRole("grid").getAttribute("aria-rowcount")).toBe("10001");
  expect(await names.count()).toBeLessThan(60);

  await panel.getByRole("columnheader", { name: "loss", exact: true }).click();
  await expect.poll(() => names.first().textContent()).toMatch(/^run-9\d{3}$/);
  await panel.getByRole("grid").focus();
  await workbench.page.keyboard.press("Control+End");
  await panel.locator('.grid-row[aria-rowindex="10001"]').waitFor();
  await panel.getByRole("grid").focus();
  await workbench.page.keyboard.press("Control+Home");
  await panel.getByRole("checkbox", { name: "Hide all runs from the charts" }).click();
  await panel.getByText("All runs are hidden from the charts.").waitFor();
  await panel
    .getByRole("checkbox", { name: /^Show run-9/ })
    .first()
    .click();
  await panel.locator("rl-metric-chart .plot").first().waitFor();
  await panel.getByRole("checkbox", { name: "Show all runs in the charts" }).click();

  for (const theme of ["light", "dark"] as Theme[]) {
    await workbench.useTheme(theme);
    for (const [view, shown] of [
      ["Charts", "rl-metric-chart .plot canvas"],
      ["Scatter", ".run-plot canvas"],
      ["Parallel coordinates", ".run-plot canvas"],
      ["Importance", ".importance tbody tr"],
      ["Final values", ".final-row"],
      ["Differences", ".differences tbody tr"],
    ] as const) {
      await panel.getByRole("tab", { name: view }).click();
      await panel.locator(shown).first().waitFor();
      await workbench.screenshot(`many-runs-${view.split(" ")[0]?.toLowerCase()}`);
    }
  }
  const filter = panel.getByRole("searchbox", { name: "Filter runs" });
  await filter.fill("metrics.loss < 0.5");
  await panel.getByRole("heading", { name: /^\d+ of 10,000 runs$/ }).waitFor();
  expect(await workbench.notifications().count()).toBe(0);
});
