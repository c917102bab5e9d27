/** Ten thousand runs: the tree opens at once, tells true counts, loads more, and filter and pickers find the oldest. */

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runIdAt } from "../../src/model/runId.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { pictureAll } from "./folders.ts";
import { openSession, type Session } from "./session.ts";

const count = 10_000;
let session: Session;

beforeAll(async () => {
  session = await openSession();
  await fillStore(session.workspace);
});

pictureAll(() => session);

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
    const times = { started: created, ended: created + 1_000, asOf: created };
    const facts = { state: "finished", reason: null, drained: true, attempt: 1, exitCode: 0 } as const;
    await store.runs.observe(id, { ...facts, ...times, signal: null });
  }
  await store.close();
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
