/** The comparison out of the ordinary: hostile names, a damaged store, code that differs, a run that is still going, a reload. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { projectRoot } from "../editor/built.ts";
import { keepEvidence } from "./evidence.ts";
import { runBefore } from "./folders.ts";
import { addRun } from "./page/sampleRuns.ts";
import { openSession, type Session } from "./session.ts";
import type { Theme, Workbench } from "./workbench.ts";

const train = `import argparse, math

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)

if __name__ == "__main__":
    args = parser.parse_args()
    for step in range(1, 61):
        fall = math.exp(-step * args.lr / 2)
        print(f"step {step}: train/loss {fall:.5f} val/acc {1 - fall / 1.2:.5f}")
        print('{"step": 1, "' + "n" * 10_000 + '": 1}')
`;
const oddNames = [
  "<img src=x onerror=alert(1)>",
  "two\nlines",
  "long ".repeat(60),
  "__proto__",
  "n".repeat(1_000),
];
/** Prints until it is told that it is enough. */
const going = `import os, time
step = 0
while not os.path.exists("enough"):
    step += 1
    print(f"step {step}: train/loss {1 / step:.5f}", flush=True)
    time.sleep(0.1)
`;

let session: Session;
let window: Workbench;
let run: ChildProcess | undefined;

beforeAll(async () => {
  session = await openSession({ files: { "train.py": train, "going.py": going } });
  window = session.workbench;
  const { workspace } = session;
  await addOdd(path.join(workspace, ".runline"));
  await runBefore(
    workspace,
    ["--name", "whole", "train.py", "--lr", "0.1"],
    ["--name", "hurt", "train.py", "--lr", "0.02"],
  );
  fs.writeFileSync(path.join(workspace, "train.py"), train.replace("/ 2)", "/ 3)"));
  await runBefore(workspace, ["--name", "later", "train.py", "--lr", "0.02"]);
  damage(path.join(workspace, ".runline", "runline.db"), "hurt", "train/loss");
  await window.showContainer("Runline");
  await window.row("Runs", "later").waitFor();
});

keepEvidence(() => session);

afterAll(async () => {
  if (session === undefined) return;
  fs.writeFileSync(path.join(session.workspace, "enough"), "");
  if (run !== undefined && run.exitCode === null) await once(run, "exit");
  await session.close();
});

/** Runs as another tool may have left them: names that no script of this machine prints. */
async function addOdd(folder: string): Promise<void> {
  fs.mkdirSync(path.join(folder, "runs"), { recursive: true });
  const store = await openSqliteStore(path.join(folder, "runline.db"));
  const now = Date.now();
  for (const index of [0, 1]) {
    const records = Array.from({ length: 20 }, (_, step) => ({
      ...({ kind: "metric", source: "mlflow" } as const),
      ...{ time: now - 60_000 + step, step },
      values: Object.fromEntries(oddNames.map((name, at) => [name, step * (at + 1 + index)])),
    }));
    const sample = {
      name: `odd-${index + 1}`,
      index,
      state: "finished",
      steps: 0,
      learningRate: 0.1,
    } as const;
    await addRun(store, path.join(folder, "runs"), { ...sample, records }, now);
  }
  await store.close();
}

/** Turns one bit of the stored points of a metric, as a failing disk does. */
function damage(file: string, name: string, metric: string): void {
  const store = new Sqlite(file);
  const chunk = store
    .prepare<[string, string], { series: number; number: number; data: Buffer }>(
      `select chunk.series, chunk.number, chunk.data from chunk
       join series on series.id = chunk.series join run on run.key = series.run join metric_name on metric_name.id = series.metric
       where run.name = ? and metric_name.name = ?`,
    )
    .get(name, metric);
  if (chunk === undefined) throw new Error(`${name} has no points of ${metric}`);
  const middle = chunk.data.length >> 1;
  chunk.data.writeUInt8(chunk.data.readUInt8(middle) ^ 4, middle);
  store
    .prepare("update chunk set data = ? where series = ? and number = ?")
    .run(chunk.data, chunk.series, chunk.number);
  store.close();
}

/** Opens the comparison of these runs in an empty editor area. */
async function compare(...names: readonly string[]): Promise<void> {
  await window.run("View: Close All Editors");
  for (const [at, name] of names.entries())
    await window.row("Runs", name).click(at === 0 ? {} : { modifiers: ["ControlOrMeta"] });
  await window.rowMenu(window.row("Runs", names.at(-1) ?? ""), "Compare runs");
  await window.tab(`Compare ${names.length} runs`).waitFor();
  await head("Run").waitFor();
}

const panel = () => window.panel();
const head = (name: string) => panel().getByRole("columnheader", { name, exact: true });
const row = (name: string) => panel().locator(".grid-row", { hasText: name });
const plot = (metric: string) => panel().locator(`rl-metric-chart section[aria-label="${metric}"] .plot`);

async function pictures(name: string): Promise<void> {
  for (const theme of ["light", "dark"] as Theme[]) {
    await window.useTheme(theme);
    await window.screenshot(name);
  }
}

test("names that are HTML, of several lines, or as long as names may be are text, and nothing moves", async () => {
  await compare("odd-1", "odd-2");
  await panel().getByText("Only what differs").click();
  await head("<img src=x onerror=alert(1)>").waitFor();
  await expect.poll(() => panel().locator("rl-chart-slot").count()).toBeGreaterThan(4);
  expect(await panel().locator("img").count()).toBe(0);
  const html = panel().locator("html");
  expect(await html.evaluate((page) => page.scrollWidth <= page.clientWidth)).toBe(true);
  const heights = panel().locator(".grid-head, .grid-row");
  expect(
    new Set(await heights.evaluateAll((all) => all.map((each) => each.getBoundingClientRect().height))),
  ).toEqual(new Set([28, 22]));
  expect(await panel().getByText("Something went wrong").count()).toBe(0);
  await pictures("compare-odd-names");
});

test("a damaged chunk is a finding that says what is missing and what to do; everything else is there", async () => {
  await compare("whole", "hurt");
  await plot("train/loss").waitFor();
  await expect.poll(() => plot("val/acc").getAttribute("aria-label")).toMatch(/whole from .*hurt from/);
  await expect.poll(() => plot("train/loss").getAttribute("aria-label")).toMatch(/whole from/);
  const finding = row("hurt").getByRole("button", { name: "1 finding: open the run to read it" });
  await finding.waitFor();
  await panel().getByText("1 can't be read").waitFor();
  // A name of 10,000 characters is none.
  await expect.poll(() => panel().locator("rl-chart-slot").count()).toBe(2);
  await pictures("compare-damaged");
  await finding.click();
  await window.tab("hurt").waitFor();
  await window.inPanel("1 finding").click();
  await window.inPanel(/60 points of train\/loss \(steps 1 to 60, attempt 1\) can't be read/).waitFor();
  await window.inPanel(/Rebuild the store/).waitFor();
  await window.inPanel("The stored points can't be read.").waitFor();
  await pictures("run-damaged");
});

test("code that differs opens in the editor's own comparison", async () => {
  await compare("whole", "later");
  await panel().getByRole("tab", { name: "Differences" }).click();
  await panel().getByRole("button", { name: "open diff" }).click();
  const lines = window.page.locator(".monaco-diff-editor .view-line");
  await lines.filter({ hasText: "args.lr / 2)" }).first().waitFor();
  await lines.filter({ hasText: "args.lr / 3)" }).first().waitFor();
  await pictures("compare-code");
});

test("a run that is going grows in place beside one that has ended", { timeout: 240_000 }, async () => {
  const { workspace } = session;
  const cli = path.join(projectRoot, "dist", "cli.cjs");
  run = spawn(process.execPath, [cli, "run", "-C", workspace, "--name", "going", "going.py"], {
    stdio: "ignore",
  });
  await window.row("Runs", /going.*▁/).waitFor();
  await compare("going", "whole");
  const points = async () =>
    Number(
      /going from [^;]*?(\d+) points/.exec(
        (await plot("train/loss").getAttribute("aria-label")) ?? "",
      )?.[1] ?? 0,
    );
  await expect.poll(points).toBeGreaterThan(0);
  const before = await points();
  await expect.poll(points).toBeGreaterThan(before);
  await row("going").getByRole("img", { name: "running" }).waitFor();
  await pictures("compare-going");
  fs.writeFileSync(path.join(workspace, "enough"), "");
  await row("going").getByRole("img", { name: "running" }).waitFor({ state: "detached" });
});

test("after a reload the comparison is as it was left", { timeout: 240_000 }, async () => {
  await compare("whole", "hurt", "later");
  await head("val/acc").click();
  await panel().getByRole("searchbox", { name: "Filter runs" }).fill("params.lr < 0.1");
  await expect.poll(() => panel().locator(".run-name").count()).toBe(2);
  await panel().getByRole("checkbox", { name: "Show hurt in charts" }).click();
  await panel().getByRole("tab", { name: "Parallel coordinates" }).click();
  await window.reload();
  await window.tab("Compare 3 runs").waitFor({ timeout: 60_000 });
  await panel().getByRole("tab", { name: "Parallel coordinates", selected: true }).waitFor();
  await expect.poll(() => panel().locator(".run-name").allTextContents()).toEqual(["hurt", "later"]);
  await panel().locator(".grid-row.off", { hasText: "hurt" }).waitFor();
  expect(await head("val/acc").getAttribute("aria-sort")).toBe("descending");
  await window.screenshot("compare-reloaded");
});
