/** The comparison beyond table and lines: groups, filter, edits, exports, and the views below the table. */

import * as path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPages, type Pages, screenshots } from "./openPages.ts";
import { addRun } from "./sampleRuns.ts";

let pages: Pages;
let sweep: readonly string[];
const now = Date.now();
const rates = [0.001, 0.01, 0.1];

beforeAll(async () => {
  pages = await openPages();
  const ids: string[] = [];
  for (let index = 0; index < 15; index++) {
    const time = now - 3_600_000;
    const spike = {
      kind: "metric",
      time,
      step: 30,
      values: { "train/loss": 500 },
      source: "stdout",
    } as const;
    const score = {
      kind: "metric",
      time,
      step: 0,
      values: { test_acc: 0.9 + index / 1000 },
      source: "stdout",
    } as const;
    const run = {
      name: `sweep-${index}`,
      index: index + 1,
      state: "finished",
      steps: 60,
      learningRate: rates[index % rates.length] ?? 0.01,
      records: index === 4 ? [score, spike] : [score],
    } as const;
    ids.push(await addRun(pages.store, pages.folder, run, now));
  }
  sweep = ids;
});

afterAll(() => pages.close());

const shot = (page: Page, name: string) => page.screenshot({ path: path.join(screenshots, `${name}.png`) });
const names = (page: Page) => page.locator(".grid-row .run-name").allTextContents();
const tab = (page: Page, name: string) => page.getByRole("tab", { name });

async function opened(): Promise<Page> {
  const page = await pages.open("compare", sweep, { width: 1400, height: 900 });
  await page.locator(".grid-row").first().waitFor();
  return page;
}

function pageCalls<T>(page: Page, name: string): Promise<T[]> {
  return page.evaluate((wanted) => {
    const made = (window as unknown as { pageCalls: { name: string; input: T }[] }).pageCalls;
    return made.filter((call) => call.name === wanted).map((call) => call.input);
  }, name);
}

test("a metric with one value a run has bars, not a chart", async () => {
  const page = await opened();
  await page.locator(".final").getByText("test_acc").waitFor();
  await page.locator(".plot canvas").first().waitFor();
  expect(await page.locator("rl-metric-chart section[aria-label=test_acc]").count()).toBe(0);
  await page.close();
});

test("a filter keeps what fits, and points at what is wrong with it", async () => {
  const page = await opened();
  const filter = page.getByLabel("Filter runs");
  await filter.fill("params.learning_rate = 0.1 and name like '%4'");
  await expect.poll(() => names(page)).toEqual(["sweep-14"]);
  await page.getByRole("heading", { name: "1 of 15 runs" }).waitFor();
  await filter.fill("params.learning_rate > and");
  const told = await page.locator(".filter-error code").textContent();
  expect(told?.split("\n")[1]).toBe(`${" ".repeat(23)}^`);
  await expect.poll(async () => (await names(page)).length).toBe(15);
  await filter.fill("name = 'nobody'");
  await page.getByRole("button", { name: "Clear the filter" }).click();
  await expect.poll(async () => (await names(page)).length).toBe(15);
  await page.close();
});

test("grouped twice: means, deviations and bands; a reload keeps it", async () => {
  const page = await opened();
  await page.getByLabel("Group by").first().selectOption("parameter:learning_rate");
  await page.getByLabel("Then by").first().selectOption("parameter:depth");
  const group = page.locator(".grid-row.group").first();
  await group.getByRole("button", { name: "learning_rate 0.001" }).waitFor();
  expect(await group.locator(".number").first().textContent()).toMatch(/^\s*0\.\d+ ± 0\.\d+/);
  await page.reload();
  await page.locator(".grid-row.group").first().waitFor();
  const before = await page.locator(".grid-row").count();
  await page.locator(".group-toggle").first().click();
  await expect.poll(() => page.locator(".grid-row").count()).toBeLessThan(before);
  await expect.poll(() => pages.bridge.calls.some((call) => call.name === "metrics/bands")).toBe(true);
  await shot(page, "compare-grouped");
  const drawn = () =>
    page
      .locator("canvas.front")
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        return pixels.some((value) => value > 0);
      });
  await page.locator(".plot canvas").first().waitFor();
  await page.mouse.move(1, 1);
  await expect.poll(drawn).toBe(false);
  await page.locator(".grid-row.group").nth(1).hover();
  await expect.poll(drawn).toBe(true);
  await shot(page, "compare-group-front");
  await page.close();
});

test("a note of several lines from the menu of a row and by N, whatever columns there are", async () => {
  const page = await opened();
  const note = async () => (await pages.store.runs.get(sweep[2] ?? ""))?.note;
  const field = page.getByRole("textbox", { name: "Note of sweep-2" });
  const before = await page.getByRole("grid").getAttribute("aria-colcount");
  await page
    .locator(".grid-row", { hasText: "sweep-2" })
    .locator("[aria-colindex='2']")
    .click({ button: "right" });
  await page.getByRole("menuitem", { name: "Add a note" }).click();
  await field.waitFor();
  await page.keyboard.type("wrong split");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("again with v3");
  await shot(page, "compare-note");
  await page.keyboard.press("Enter");
  await expect.poll(note).toBe("wrong split\nagain with v3");
  await expect.poll(() => page.getByRole("grid").getAttribute("aria-colcount")).not.toBe(before);
  await page.keyboard.press("n");
  await field.waitFor();
  await page.keyboard.type(", now");
  await page.keyboard.press("Escape");
  await field.waitFor({ state: "detached" });
  await page.keyboard.press("n");
  await field.waitFor();
  expect(await field.inputValue()).toBe("wrong split\nagain with v3");
  await field.fill("");
  await page.keyboard.press("Enter");
  await expect.poll(note).toBe("");
  await page.close();
});

test("pinned to the top, starred, renamed and noted in place", async () => {
  const page = await opened();
  const row = page.locator(".grid-row", { hasText: "sweep-9" });
  await row.hover();
  await row.getByRole("button", { name: "Pin to the top" }).click();
  await expect.poll(async () => (await names(page))[0]).toBe("sweep-9");
  await row.hover();
  await row.getByRole("button", { name: "Star" }).click();
  await expect.poll(async () => (await pages.store.runs.get(sweep[9] ?? ""))?.starred).toBe(true);
  await page.getByRole("grid").focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("F2");
  await page.keyboard.type("the chosen one");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await names(page))[0]).toBe("the chosen one");
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await page.keyboard.type("sweep-9");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await pages.store.runs.get(sweep[9] ?? ""))?.name).toBe("sweep-9");
  await page.close();
});

test("columns are chosen and hidden; a changed direction marks another best", async () => {
  const page = await opened();
  const head = (name: string) => page.getByRole("columnheader", { name, exact: true });
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByLabel("Search columns").fill("train/acc");
  await page.locator(".sheet-entry input").uncheck();
  await page.keyboard.press("Escape");
  await expect.poll(() => head("train/acc").count()).toBe(0);
  const best = () =>
    page
      .locator(".grid-row", { has: page.locator("[aria-colindex='2'] .best") })
      .locator(".run-name")
      .textContent();
  const before = await best();
  await head("val/acc").click({ button: "right" });
  await page.getByRole("menuitemradio", { name: "Lower is better" }).click();
  await expect.poll(best).not.toBe(before);
  await page.close();
});

test("columns are moved, kept by a name, as Runline chooses them, and as they were kept", async () => {
  const page = await opened();
  const heads = async () =>
    (await page.locator(".grid-head .cell.head").allTextContents()).map((text) => text.trim());
  const chooser = page.getByRole("button", { name: "Columns" });
  const [, first = "", , third = ""] = await heads();
  await page.getByRole("columnheader", { name: third, exact: true }).click({ button: "right" });
  expect(await page.getByRole("menuitem", { name: "Move right" }).count()).toBe(1);
  for (let left = 0; left < 2; left++) {
    if (left > 0)
      await page.getByRole("columnheader", { name: third, exact: true }).click({ button: "right" });
    await page.getByRole("menuitem", { name: "Move left" }).click();
    await expect.poll(async () => (await heads()).indexOf(third)).toBe(2 - left);
  }
  await chooser.click();
  await page.getByLabel("Keep these columns as").fill("mine");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Forget mine" }).waitFor();
  await shot(page, "compare-columns");
  await page.getByRole("button", { name: "Reset" }).click();
  await expect.poll(async () => (await heads())[1]).toBe(first);
  await page.getByRole("button", { name: "mine", exact: true }).click();
  await expect.poll(async () => (await heads())[1]).toBe(third);
  await page.getByRole("button", { name: "Forget mine" }).click();
  await page.getByRole("button", { name: "mine", exact: true }).waitFor({ state: "detached" });
  expect(
    (await pageCalls<{ name: string | null }>(page, "page/keepColumns")).map(({ name }) => name),
  ).toEqual([...[null, null, "mine", null, null, "mine"]]);
  await page.close();
});

test("outliers are clipped with a badge that shows them again", async () => {
  const page = await opened();
  await page.getByLabel("Search metrics").fill("train/loss");
  await page.getByText("Clip outliers").click();
  const badge = page.getByRole("button", { name: "1 clipped" });
  await badge.waitFor();
  await page.getByLabel("Smoothing", { exact: true }).fill("500");
  // The smoothed line passes over what is beyond the shown range.
  const smoothed = () =>
    pages.bridge.calls
      .filter(({ name }) => name === "metrics/columns")
      .map(({ input }) => (input as { smoothWithin?: { high: number } }).smoothWithin?.high ?? Number.NaN);
  await expect.poll(async () => smoothed().some((high) => high < 10)).toBe(true);
  await page.getByLabel("Smoothing", { exact: true }).fill("0");
  await badge.click();
  await expect.poll(() => badge.count()).toBe(0);
  await page.close();
});

test("a chart is pinned, moved, full and saved as PNG, SVG and CSV", async () => {
  const page = await opened();
  const chart = page.locator("rl-metric-chart", { has: page.locator("section[aria-label='train/acc']") });
  await page.getByLabel("Search metrics").fill("train");
  await page.getByRole("button", { name: /^Final values/ }).waitFor({ state: "hidden" });
  await chart.locator(".plot canvas").first().waitFor();
  await chart.hover();
  for (const item of ["Save as PNG", "Save as SVG", "Save all points as CSV"]) {
    await chart.getByRole("button", { name: "More for train/acc" }).click();
    await page.getByRole("menuitem", { name: item }).click();
  }
  const saved = () => pageCalls<{ name: string; base64: string }>(page, "page/saveFile");
  await expect.poll(async () => (await saved()).length).toBe(3);
  const byName = new Map((await saved()).map(({ name, base64 }) => [name, Buffer.from(base64, "base64")]));
  expect(byName.get("train-acc.png")?.subarray(1, 4).toString()).toBe("PNG");
  expect(byName.get("train-acc.svg")?.toString()).toMatch(/^<svg .*<\/svg>$/s);
  expect(byName.get("train-acc.csv")?.toString().split("\r\n")).toHaveLength(15 * 60 + 2);
  await chart.getByRole("button", { name: "Pin to the top" }).click();
  await page.getByRole("button", { name: /^Pinned/ }).waitFor();
  await page.locator("rl-metric-chart").first().getByRole("button", { name: "Full size" }).click();
  await expect.poll(() => page.locator("rl-chart-slot").count()).toBe(1);
  await page.locator(".plot").first().focus();
  await page.keyboard.press("Escape");
  await expect.poll(() => page.locator("rl-chart-slot").count()).toBeGreaterThan(1);
  await page.close();
});

test("scatter and parallel coordinates; a brush keeps runs in the table", async () => {
  const page = await opened();
  await tab(page, "Scatter").click();
  await page.getByLabel("Color").selectOption("parameter:learning_rate");
  await page.locator(".legend").waitFor();
  await shot(page, "compare-scatter");
  await tab(page, "Parallel").click();
  const axis = page.getByRole("slider", { name: "Range of learning_rate" });
  const box = await axis.boundingBox();
  if (box === null) throw new Error("no axis");
  await page.mouse.move(box.x + box.width / 2, box.y + 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height * 0.25, { steps: 4 });
  await page.mouse.up();
  await page.getByRole("heading", { name: "5 of 15 runs" }).waitFor();
  await shot(page, "compare-parallel");
  await axis.focus();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "15 runs", exact: true }).waitFor();
  await page.close();
});

test("importance says what it rests on; values by group; differences with the code's own diff", async () => {
  const page = await opened();
  await tab(page, "Importance").click();
  await page.getByText("Rests on 15 runs").waitFor();
  expect(await page.locator(".importance tbody th").first().textContent()).toBe("learning_rate");
  await page.getByLabel("Group by").first().selectOption("parameter:learning_rate");
  await tab(page, "Final values").click();
  await expect.poll(() => page.locator(".box-dot").count()).toBe(15);
  await shot(page, "compare-values");
  await tab(page, "Differences").click();
  const differences = page.locator(".differences");
  await differences.getByRole("row", { name: /^learning_rate/ }).waitFor();
  expect(await differences.getByRole("row", { name: /^optimizer/ }).count()).toBe(0);
  await page.getByRole("button", { name: "open diff" }).first().click();
  await page.getByLabel("Code against").selectOption({ label: "sweep-1" });
  await page.getByRole("button", { name: "open diff" }).first().click();
  expect(await pageCalls(page, "page/openDiff")).toEqual([
    { left: sweep[0], right: sweep[2] },
    { left: sweep[1], right: sweep[2] },
  ]);
  await shot(page, "compare-differences");
  await page.close();
});

test("another metric as the x axis, and smoothing of each kind from all points", async () => {
  const page = await opened();
  await page.locator(".plot canvas").first().waitFor();
  await page.getByLabel("X axis").selectOption("metric:train/acc");
  const asked = () =>
    pages.bridge.calls
      .filter((call) => call.name === "metrics/columns")
      .map((call) => JSON.stringify(call.input));
  await expect
    .poll(async () => (await asked()).some((input) => input.includes('"axis":{"metric":"train/acc"}')))
    .toBe(true);
  await page.getByLabel("Smoothing", { exact: true }).fill("500");
  await page.getByLabel("Kind of smoothing").selectOption("gaussian");
  await expect
    .poll(async () => (await asked()).some((input) => input.includes('"kind":"gaussian"')))
    .toBe(true);
  await page.close();
});
