import * as fs from "node:fs";
import * as path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MetricRecord } from "../../../src/model/journal.ts";
import { openPages, type Pages, screenshots } from "./openPages.ts";
import { addRun } from "./sampleRuns.ts";
import { themeNames } from "./themes.ts";

let pages: Pages;
let finished: string;
let running: string;
let failed: string;
let diverged: string;
const now = Date.now();

/** A loss that explodes, then is infinite once, then is not a number. */
const explodingLoss: readonly MetricRecord[] = Array.from({ length: 300 }, (_, step) => ({
  kind: "metric",
  time: now - 3_600_000 + step * 700,
  step,
  source: "stdout",
  values: { loss: step < 120 ? Math.exp(step / 25) : step === 150 ? Number.POSITIVE_INFINITY : Number.NaN },
}));

beforeAll(async () => {
  pages = await openPages();
  const add = (run: Partial<Parameters<typeof addRun>[2]>) =>
    addRun(
      pages.store,
      pages.folder,
      { name: "keen-heron", index: 0, state: "finished", steps: 1000, learningRate: 0.01, ...run },
      now,
    );
  finished = await add({});
  running = await add({ name: "brave-otter", index: 1, state: "running", steps: 400 });
  failed = await add({ name: "late-crow", index: 2, state: "failed", reason: "exit 1", steps: 100 });
  diverged = await add({ name: "mad-newt", index: 3, steps: 0, records: explodingLoss });
});

afterAll(() => pages.close());

const shot = (page: Page, name: string) => page.screenshot({ path: path.join(screenshots, `${name}.png`) });
const plot = (page: Page, metric: string) =>
  page.getByRole("region", { name: metric, exact: true }).locator(".plot");
const tab = (page: Page, name: string) => page.getByRole("tab", { name }).click();

test.each(themeNames)("draws its charts in the theme %s", async (theme) => {
  const page = await pages.open("run", [finished], { theme });
  await plot(page, "train/loss").waitFor();
  await expect.poll(() => inkOf(page, "train/loss")).toBeGreaterThan(200);
  await shot(page, `run-${theme}`);
  await page.close();
});

/** How many pixels of a chart's canvas are drawn. */
function inkOf(page: Page, metric: string): Promise<number> {
  return plot(page, metric)
    .locator("canvas.lines")
    .evaluate((canvas: HTMLCanvasElement) => {
      const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let drawn = 0;
      for (let at = 3; at < pixels.length; at += 4) if ((pixels[at] ?? 0) > 0) drawn++;
      return drawn;
    });
}

test("the tooltip says the exact value of a real step", async () => {
  const page = await pages.open("run", [finished]);
  await expect.poll(() => inkOf(page, "val/acc")).toBeGreaterThan(100);
  await plot(page, "val/acc").hover({ position: { x: 220, y: 60 } });
  const text = (await page.locator(".tooltip").textContent()) ?? "";
  const step = Number(/step ([\d,]+)/.exec(text)?.[1]?.replaceAll(",", ""));
  const points = await pages.store.metrics.points({ runId: finished, attempt: 1, key: "val/acc" });
  const value = points.values[points.steps.indexOf(step)];
  expect(value).toBeDefined();
  expect(text).toContain(String(Number(value?.toPrecision(5))));
  await shot(page, "run-tooltip");
  await page.close();
});

test("grows while the run writes, and asks for nothing while it is hidden", async () => {
  const page = await pages.open("run", [running]);
  const label = () => plot(page, "train/loss").getAttribute("aria-label");
  await expect.poll(label).toContain("400 points");
  const grow = async (step: number) => {
    const from = await pages.store.journal.cursor(running);
    const at = (from?.line ?? 0) + 1;
    const record: MetricRecord = {
      kind: "metric",
      time: now,
      step,
      source: "stdout",
      values: { "train/loss": 0.1 },
    };
    await pages.store.journal.append(
      running,
      from,
      { offset: at, line: at, identity: running },
      [record],
      [],
    );
    pages.bridge.tell({ revision: at, kinds: ["runs", "metrics"], runIds: [running] });
  };
  await grow(400);
  await expect.poll(label).toContain("401 points");
  await setHidden(page, true);
  const calls = pages.bridge.calls.length;
  await grow(401);
  await page.evaluate(() => fetch("/events", { signal: AbortSignal.timeout(400) }).catch(() => undefined));
  expect(pages.bridge.calls.slice(calls).map((call) => call.name)).toEqual([]);
  await setHidden(page, false);
  await expect.poll(label).toContain("402 points");
  await page.close();
});

function setHidden(page: Page, hidden: boolean): Promise<void> {
  return page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
}

test("a drag asks for the range again, a double click for everything", async () => {
  const page = await pages.open("run", [finished]);
  await expect.poll(() => inkOf(page, "train/loss")).toBeGreaterThan(100);
  const box = await plot(page, "train/loss").boundingBox();
  if (box === null) throw new Error("no plot");
  await page.mouse.move(box.x + 100, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + 180, box.y + 60, { steps: 4 });
  await page.mouse.up();
  const lastRange = () =>
    pages.bridge.calls.findLast(
      (call) => call.name === "metrics/columns" && JSON.stringify(call.input).includes("train/loss"),
    )?.input as { x0?: number; x1?: number };
  await expect.poll(() => lastRange().x0).toBeGreaterThan(0);
  expect((lastRange().x1 ?? 0) - (lastRange().x0 ?? 0)).toBeLessThan(500);
  await page.getByRole("button", { name: "Reset zoom" }).waitFor();
  await plot(page, "train/loss").dblclick();
  await expect.poll(() => lastRange().x0).toBeUndefined();
  await page.close();
});

test("bad values are marked and told, on a linear and a logarithmic axis", async () => {
  const page = await pages.open("run", [diverged]);
  await page.getByText("179 NaN").waitFor();
  await page.getByText("1 Inf").waitFor();
  await shot(page, "run-nan");
  await page.getByText("Log scale").click();
  await expect.poll(() => inkOf(page, "loss")).toBeGreaterThan(100);
  await shot(page, "run-nan-log");
  await page.close();
});

test("every chart has a table twin with its extremes", async () => {
  const page = await pages.open("run", [finished]);
  const chart = page.getByRole("region", { name: "train/loss", exact: true });
  await chart.hover();
  await chart.getByRole("button", { name: "Show as table" }).click();
  const table = chart.getByRole("table");
  await table.getByRole("cell", { name: "lowest" }).waitFor();
  await table.getByRole("cell", { name: "highest" }).waitFor();
  expect(await table.getByRole("row").count()).toBeGreaterThan(50);
  await page.close();
});

test("output: colours, collapsed progress, links to the source", async () => {
  const page = await pages.open("run", [failed]);
  await tab(page, "Output");
  await page.getByRole("button", { name: /train\.py", line 58/ }).click();
  expect(await pageCalls(page, "page/openFile")).toEqual([{ path: "/home/ana/digits/train.py", line: 58 }]);
  expect(await page.locator(".ink-1").first().textContent()).toBe("FileNotFoundError");
  expect(await page.getByText("50%|").count()).toBe(0);
  await page.getByText("All progress lines").click();
  await page.getByText("50%|").first().waitFor();
  await shot(page, "run-output");
  await page.close();
});

function pageCalls(page: Page, name: string): Promise<unknown[]> {
  return page.evaluate((wanted) => {
    const made = (window as unknown as { pageCalls: { name: string; input: unknown }[] }).pageCalls;
    return made.filter((call) => call.name === wanted).map((call) => call.input);
  }, name);
}

test("output of 100 MB: the end at once, any other place, a bounded page", async () => {
  const directory = path.join(pages.folder, finished);
  const line = (index: number) => `line ${index} ${"x".repeat(80)}`.padEnd(99, ".").concat("\n");
  const handle = fs.openSync(path.join(directory, "output.log"), "w");
  for (let block = 0; block < 100; block++)
    fs.writeSync(handle, Array.from({ length: 10_000 }, (_, index) => line(block * 10_000 + index)).join(""));
  fs.closeSync(handle);
  const page = await pages.open("run", [finished]);
  await tab(page, "Output");
  await page.getByText("line 999999 ").waitFor();
  await page.getByRole("button", { name: "Go to the start" }).click();
  await page.getByText("line 0 ").waitFor();
  await page.getByLabel("Place in the log").fill("500");
  await page
    .getByText(/^line (49|50)\d{4} /)
    .first()
    .waitFor();
  expect(await page.locator(".log-row").count()).toBeLessThan(120);
  const read = pages.bridge.calls
    .filter((call) => call.name === "runs/log")
    .reduce((sum, call) => sum + (call.input as { length: number }).length, 0);
  expect(read).toBeLessThan(8 * 1024 * 1024);
  await page.getByRole("button", { name: "Go to the end" }).click();
  await page.getByText("line 999999 ").waitFor();
  await page.getByRole("searchbox").fill("line 999123 ");
  await page.locator(".log-row.current .marked").waitFor();
  await page.close();
});

test("output is followed while the run writes, and left alone once it is scrolled away", async () => {
  const log = path.join(pages.folder, running, "output.log");
  const page = await pages.open("run", [running]);
  await tab(page, "Output");
  const write = (text: string) => {
    fs.appendFileSync(log, text);
    pages.bridge.tell({ revision: 1, kinds: ["logs"], runIds: [running] });
  };
  write(`${Array.from({ length: 200 }, (_, index) => `more ${index}`).join("\n")}\n`);
  await page.getByText("more 199").waitFor();
  await page.locator(".log").evaluate((log) => log.scrollTo(0, 0));
  await page.getByText("Training digits").waitFor();
  write("even more\n");
  await expect
    .poll(() => page.locator(".log-space").evaluate((space) => space.clientHeight))
    .toBeGreaterThan(200 * 18);
  expect(await page.getByText("even more").count()).toBe(0);
  await page.getByRole("button", { name: "Go to the end" }).click();
  await page.getByText("even more").waitFor();
  await page.close();
});

test("a page that fails says why, and comes back when asked again", async () => {
  pages.bridge.faults.set("runs/get", "fail");
  const page = await pages.open("run", [finished]);
  await page.getByText("the connection was lost").waitFor();
  await shot(page, "run-error");
  pages.bridge.faults.clear();
  await page.getByText("Try again", { exact: true }).click();
  await page.getByRole("heading", { name: "keen-heron" }).waitFor();
  pages.bridge.faults.set("runs/get", "fail");
  pages.bridge.tell({ revision: 2, kinds: ["runs"], runIds: [finished] });
  await page.getByText(/What is shown is as of/).waitFor();
  await page.getByRole("heading", { name: "keen-heron" }).waitFor();
  pages.bridge.faults.clear();
  await page.close();
});

test("keyboard alone: tabs, a chart's crosshair, the menu", async () => {
  const page = await pages.open("run", [finished]);
  await expect.poll(() => inkOf(page, "train/loss")).toBeGreaterThan(100);
  await plot(page, "train/loss").focus();
  await page.keyboard.press("ArrowRight");
  await page.locator(".tooltip").waitFor();
  await page.getByRole("tab", { name: "Charts" }).focus();
  await page.keyboard.press("ArrowRight");
  expect(await page.getByRole("tab", { selected: true }).textContent()).toBe("Output");
  await page.getByRole("button", { name: "More actions" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe(
    "Open difference to the working tree",
  );
  await page.keyboard.press("Escape");
  expect(await page.getByRole("menu").count()).toBe(0);
  await page.close();
});

test("a note saves itself, a rename is sent, where the person is survives a reload", async () => {
  const page = await pages.open("run", [finished]);
  await tab(page, "Notes");
  await page.getByLabel("Note", { exact: true }).fill("the best so far");
  await page.getByText("saved").waitFor();
  expect((await pages.store.runs.get(finished))?.note).toBe("the best so far");
  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByLabel("Name of the run").fill("renamed-heron");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "renamed-heron" }).waitFor();
  await page.reload();
  expect(await page.getByRole("tab", { selected: true }).textContent()).toContain("Notes");
  await page.close();
});

test.each(["Parameters", "Files", "Environment", "System"])("the tab %s stands", async (name) => {
  const page = await pages.open("run", [finished]);
  await tab(page, name);
  const known = {
    Parameters: "learning_rate",
    Files: "train.csv",
    Environment: "3.11.9",
    System: "CPU of the run (%)",
  };
  await page
    .getByText(known[name as keyof typeof known])
    .first()
    .waitFor();
  await shot(page, `run-${name.toLowerCase()}`);
  await page.close();
});

test("a narrow page loses nothing sideways", async () => {
  const page = await pages.open("run", [running], { width: 380, height: 700 });
  await expect.poll(() => inkOf(page, "val/acc")).toBeGreaterThan(50);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(380);
  await shot(page, "run-narrow");
  await page.getByRole("tab", { name: "Charts" }).focus();
  await page.keyboard.press("End");
  await expect.poll(() => isChosenTabWhole(page)).toBe(true);
  expect(await page.locator(".tabs").evaluate((row) => row.scrollLeft)).toBeGreaterThan(0);
  await shot(page, "run-narrow-tabs");
  await page.reload();
  await expect.poll(() => isChosenTabWhole(page)).toBe(true);
  await page.keyboard.press("Tab");
  await page.setViewportSize({ width: 300, height: 700 });
  await expect.poll(() => isChosenTabWhole(page)).toBe(true);
  await page.close();
});

function isChosenTabWhole(page: Page): Promise<boolean> {
  return page.getByRole("tab", { selected: true }).evaluate((tab) => {
    const [own, row] = [tab.getBoundingClientRect(), tab.parentElement?.getBoundingClientRect()];
    return row !== undefined && own.left >= row.left && own.right <= row.right + 1;
  });
}

test("as narrow as a side bar, everything that can be done is in sight", async () => {
  const page = await pages.open("run", [running], { width: 220, height: 700 });
  await expect.poll(() => inkOf(page, "val/acc")).toBeGreaterThan(50);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(220);
  for (const name of ["Cancel", "Compare", "Register model", "More actions", "Rename", "Star"]) {
    const box = await page.locator(".run-head, .run-bar").getByRole("button", { name }).boundingBox();
    expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 0) <= 220, name).toBe(true);
  }
  const width = await page.getByRole("heading", { level: 1 }).evaluate((name) => name.clientWidth);
  expect(width).toBeGreaterThan(80);
  await page.getByRole("button", { name: "More actions" }).click();
  const menu = await page.getByRole("menu").boundingBox();
  expect([menu?.x ?? -1, 220 - (menu?.x ?? 0) - (menu?.width ?? 0)].every((gap) => gap >= 0)).toBe(true);
  await shot(page, "run-side-bar");
  await page.close();
});

test("a run that is kept on a team's server says what is known of it, and what is not", async () => {
  const says = { "mlflow.note.content": "their note", "mlflow.source.name": "search.py", team: "vision" };
  const records = Object.entries(says).map(
    ([key, value]) => ({ kind: "tag", time: now, key, value }) as const,
  );
  const there = { name: "their-run", index: 8, state: "finished", steps: 10, learningRate: 0.01 } as const;
  const told = { ...there, argv: [], host: "mlflow:5000", records, log: "" };
  const id = await addRun(pages.store, pages.folder, told, now);
  const page = await pages.open("run", [id]);
  expect(await page.getByRole("button", { name: /Rename|Register/ }).count()).toBe(0);
  await tab(page, "Notes");
  expect(await page.getByLabel("Note", { exact: true }).inputValue()).toBe("their note");
  expect(await page.locator(".tag").allInnerTexts()).toEqual(["team: vision"]);
  await tab(page, "Output");
  await page.getByText("No output was recorded").waitFor();
  await tab(page, "Environment");
  await page.getByText("search.py").waitFor();
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Open on mlflow:5000" }).click();
  expect(await pageCalls(page, "page/openElsewhere")).toEqual([{ runId: id }]);
  await page.close();
});

test("code that was copied without git says so", async () => {
  const code = {
    ...{
      kind: "manifest",
      id: `sha256:${"a".repeat(64)}`,
      tree: "a",
      head: null,
      branch: null,
      remote: null,
    },
    ...{ changed: [], changed_count: 0, files: 12, skipped: [] },
  } as const;
  const copied = await addRun(
    pages.store,
    pages.folder,
    { name: "still-wren", index: 7, state: "finished", steps: 10, learningRate: 0.01, code },
    now,
  );
  const page = await pages.open("run", [copied]);
  await tab(page, "Environment");
  await page.getByText("copied, 12 files").waitFor();
  expect(await page.getByText("Uncommitted").count()).toBe(0);
  await shot(page, "run-copied");
  await page.close();
});
