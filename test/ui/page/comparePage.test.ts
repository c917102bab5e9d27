import * as path from "node:path";
import Sqlite from "better-sqlite3";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packed } from "../../../src/model/exactNumbers.ts";
import type { ColumnsQuery } from "../../../src/model/metric.ts";
import { compareTable } from "../../../src/ops/compareTable.ts";
import { openPages, type Pages, screenshots } from "./openPages.ts";
import { addRun } from "./sampleRuns.ts";
import { themeNames } from "./themes.ts";

let pages: Pages;
let four: readonly string[];
const now = Date.now();

beforeAll(async () => {
  pages = await openPages();
  const runs = [
    { name: "keen-heron", index: 1, learningRate: 0.01 },
    { name: "brave-otter", index: 2, learningRate: 0.02, state: "running" },
    { name: "pale-moth", index: 3, learningRate: 0.1, note: "wrong split" },
    { name: "late-crow", index: 4, learningRate: 0.005, state: "failed", steps: 200 },
  ] as const;
  const ids: string[] = [];
  for (const run of runs)
    ids.push(await addRun(pages.store, pages.folder, { state: "finished", steps: 600, ...run }, now));
  four = ids;
});

afterAll(() => pages.close());

const shot = (page: Page, name: string) => page.screenshot({ path: path.join(screenshots, `${name}.png`) });
const names = (page: Page) => page.locator(".grid-row .run-name").allTextContents();
const header = (page: Page, name: string) => page.getByRole("columnheader", { name, exact: true });

test.each(themeNames)("table and charts in the theme %s", async (theme) => {
  const page = await pages.open("compare", four, { theme });
  await page.locator(".plot canvas").first().waitFor();
  await header(page, "val/acc").waitFor();
  const swatches = await page
    .locator(".grid-row .swatch")
    .evaluateAll((all) => all.map((one) => getComputedStyle(one).color));
  expect(new Set(swatches).size).toBe(4);
  await shot(page, `compare-${theme}`);
  await page.close();
});

test("only what differs, deltas against the baseline, the best marked", async () => {
  const page = await pages.open("compare", four);
  await header(page, "learning_rate").waitFor();
  expect(await header(page, "optimizer").count()).toBe(0);
  await page.getByText("Only what differs").click();
  const columns = await page.getByRole("grid").getAttribute("aria-colcount");
  expect(Number(columns)).toBeGreaterThan(12);
  await page.getByText("Only what differs").click();
  expect(await page.getByRole("img", { name: "best" }).count()).toBeGreaterThan(0);
  const deltas = await page.locator(".delta").allTextContents();
  expect(deltas.some((text) => /^[+−]/.test(text))).toBe(true);
  await page.locator(".baseline-choice select").selectOption("none");
  await expect.poll(() => page.locator(".delta").count()).toBe(0);
  await page.close();
});

test("sorted by a head, then within it by another", async () => {
  const page = await pages.open("compare", four);
  await header(page, "Run").click();
  await expect.poll(() => names(page)).toEqual(["brave-otter", "keen-heron", "late-crow", "pale-moth"]);
  await header(page, "Run").click();
  await expect.poll(() => names(page)).toEqual(["pale-moth", "late-crow", "keen-heron", "brave-otter"]);
  await header(page, "depth").click();
  await header(page, "Run").click({ modifiers: ["Shift"] });
  await expect.poll(() => names(page)).toEqual(["keen-heron", "pale-moth", "brave-otter", "late-crow"]);
  await page.reload();
  await expect.poll(() => names(page)).toEqual(["keen-heron", "pale-moth", "brave-otter", "late-crow"]);
  await page.close();
});

test("keyboard alone: walk the grid, sort, hide, open; move the splitter", async () => {
  const page = await pages.open("compare", four);
  await header(page, "val/acc").waitFor();
  const grid = page.getByRole("grid");
  await grid.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  expect(await pageCalls(page, "page/openRun")).toEqual([{ runId: four[1] }]);
  await page.keyboard.press(" ");
  await page.locator(".grid-row.off").waitFor();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  expect(await header(page, "val/acc").getAttribute("aria-sort")).toBe("descending");
  await page.keyboard.press("End");
  const active = await grid.getAttribute("aria-activedescendant");
  await page.locator(`[id="${active}"]`).waitFor();
  const separator = page.getByRole("separator");
  const before = Number(await separator.getAttribute("aria-valuenow"));
  await separator.focus();
  await page.keyboard.press("ArrowUp");
  await expect.poll(async () => Number(await separator.getAttribute("aria-valuenow"))).toBe(before - 5);
  await page.close();
});

function pageCalls(page: Page, name: string): Promise<unknown[]> {
  return page.evaluate((wanted) => {
    const made = (window as unknown as { pageCalls: { name: string; input: unknown }[] }).pageCalls;
    return made.filter((call) => call.name === wanted).map((call) => call.input);
  }, name);
}

test("the table is copied as Markdown and as CSV", async () => {
  const page = await pages.open("compare", four);
  for (const item of ["Copy table as Markdown", "Copy table as CSV"]) {
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: item }).click();
  }
  const [markdown, csv] = (await pageCalls(page, "page/copy")) as { text: string }[];
  expect(markdown?.text.split("\n")[0]).toMatch(/^\| run \| val\/acc \|/);
  expect(csv?.text.split("\r\n")).toHaveLength(6);
  await page.close();
});

test("a row brings its lines forward", async () => {
  const page = await pages.open("compare", four);
  await page.locator(".plot canvas").first().waitFor();
  await page.locator(".grid-row").nth(2).hover();
  await page.locator(".grid-row.front").waitFor();
  await expect
    .poll(() =>
      page
        .locator("canvas.front")
        .first()
        .evaluate((canvas: HTMLCanvasElement) => {
          const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
          return pixels.some((value) => value > 0);
        }),
    )
    .toBe(true);
  await page.close();
});

test("the list of keys by ?, not while somebody types", async () => {
  const page = await pages.open("compare", four);
  await header(page, "val/acc").waitFor();
  const list = page.getByRole("dialog", { name: "Keyboard" });
  await page.getByLabel("Filter runs").focus();
  await page.keyboard.type("?");
  expect(await list.count()).toBe(0);
  await page.getByLabel("Filter runs").fill("");
  await page.getByRole("grid").focus();
  await page.keyboard.type("?");
  await list.getByText("Copy the value").waitFor();
  await shot(page, "compare-keys");
  await page.keyboard.press("Escape");
  await list.waitFor({ state: "detached" });
  await page.getByRole("grid").and(page.locator(":focus")).waitFor();
  await page.close();
});

test("what was told is not waited for, whether it was asked for by then or not", async () => {
  const { bridge } = pages;
  const before = bridge.calls.length;
  const first = await pages.open("compare", four);
  await first.locator(".plot canvas").first().waitFor();
  await first.close();
  const asks = bridge.calls.slice(before).filter(({ name }) => name === "metrics/columns");
  const chart = asks[0]?.input as ColumnsQuery;
  const table = { runIds: four, wanted: [] };
  for (const name of ["compare/table", "metrics/columns"]) bridge.faults.set(name, "hang");
  const begun = bridge.calls.length;
  const page = await pages.open("compare", four);
  const tell = (name: string, input: unknown, value: unknown) =>
    page.evaluate((told) => postMessage({ type: "told", ...told }, "*"), {
      name,
      input,
      value: packed(value),
    });
  const asked = () => bridge.calls.slice(begun).map(({ name }) => name);
  await expect.poll(asked).toContain("compare/table");
  await tell("metrics/columns", chart, await pages.store.metrics.columns(chart));
  await tell("compare/table", table, await compareTable(table, pages.store.runs));
  await header(page, "val/acc").waitFor();
  const plot = page.getByRole("region", { name: chart.keys[0] ?? "", exact: true }).locator(".plot");
  await expect.poll(() => plot.getAttribute("aria-label")).toMatch(/keen-heron from/);
  const charts = bridge.calls.slice(begun).filter(({ name }) => name === "metrics/columns");
  expect(charts.map(({ input }) => (input as ColumnsQuery).keys)).not.toContainEqual(chart.keys);
  bridge.faults.clear();
  await page.close();
});

test("points that can't be read are a gap in the line, told beside it and in the table", async () => {
  const values = Array.from({ length: 9_000 }, (_, step) => Math.exp(-step / 3_000));
  const records = values.map((value, step) => ({
    ...({ kind: "metric", source: "stdout" } as const),
    ...{ time: now - 3_600_000 + step, step, values: { "long/loss": value } },
  }));
  const sample = { state: "finished", steps: 0, learningRate: 0.01, records } as const;
  const hurt = await addRun(pages.store, pages.folder, { ...sample, name: "hurt", index: 9000 }, now);
  const whole = await addRun(pages.store, pages.folder, { ...sample, name: "whole", index: 9100 }, now);
  damageChunk(path.join(pages.folder, "runline.db"), hurt, 2);
  const page = await pages.open("compare", [hurt, whole]);
  const chart = page.getByRole("region", { name: "long/loss", exact: true });
  await chart.getByText("4,096 missing").waitFor();
  await shot(page, "compare-gap");
  await chart.hover();
  await chart.getByRole("button", { name: "Show as table" }).click();
  await chart.getByRole("cell", { name: "step 4,096 to 8,191" }).waitFor();
  await chart.getByRole("cell", { name: "4,096 points can't be read" }).waitFor();
  await page.close();
});

/** Turns one bit of a run's stored points, as a failing disk does. */
function damageChunk(file: string, runId: string, number: number): void {
  const store = new Sqlite(file);
  const chunk = store
    .prepare<[string, number], { series: number; data: Buffer }>(
      "select chunk.series, chunk.data from chunk join series on series.id = chunk.series join run on run.key = series.run where run.id = ? and number = ?",
    )
    .get(runId, number);
  if (chunk === undefined) throw new Error(`there is no chunk ${number}`);
  const middle = chunk.data.length >> 1;
  chunk.data.writeUInt8(chunk.data.readUInt8(middle) ^ 4, middle);
  store
    .prepare("update chunk set data = ? where series = ? and number = ?")
    .run(chunk.data, chunk.series, number);
  store.close();
}

test("no run, one run", async () => {
  const empty = await pages.open("compare", []);
  await empty.getByText("No runs to compare").waitFor();
  await shot(empty, "compare-empty");
  await empty.close();
  const one = await pages.open("compare", four.slice(0, 1));
  await one.getByText("Add a second run").waitFor();
  await header(one, "optimizer").waitFor();
  await one.close();
});

test("slow answers have placeholders, failed ones say why in their place", async () => {
  const { faults } = pages.bridge;
  for (const call of ["compare/table", "metrics/columns"]) {
    faults.set(call, "hang");
    const page = await pages.open("compare", four);
    await page.locator(".placeholder, .placeholder-plot").first().waitFor();
    await shot(page, `compare-slow-${call.replace("/", "-")}`);
    faults.clear();
    await page.close();
  }
  faults.set("metrics/columns", "fail").set("compare/environments", "fail");
  const page = await pages.open("compare", four);
  await page.getByRole("alert").getByText("the connection was lost").first().waitFor();
  await page.getByRole("tab", { name: "Differences" }).click();
  await page.getByRole("alert").getByText("the connection was lost").waitFor();
  await shot(page, "compare-failed");
  faults.clear();
  await page.getByText("Try again", { exact: true }).click();
  await page.getByText("Interpreter, packages and devices are the same.").waitFor();
  await page.getByRole("tab", { name: "Charts" }).click();
  await page.locator(".plot-cover").first().waitFor({ state: "detached" });
  await page.locator(".plot canvas").first().waitFor();
  await page.close();
});

test("a page that hears nothing any more says since when it is old; Reconnect makes it new", async () => {
  const page = await pages.open("compare", four);
  await page.locator(".plot canvas").first().waitFor();
  const old = page.getByText(/What is shown is as of \d/);
  pages.bridge.faults.set("compare/table", "fail");
  pages.bridge.tell({ revision: 1, kinds: ["runs"], runIds: [] });
  await old.waitFor();
  expect(await page.locator(".grid-row").count()).toBe(4);
  await shot(page, "compare-old");
  pages.bridge.faults.clear();
  await page.getByRole("button", { name: "Reconnect" }).click();
  await old.waitFor({ state: "detached" });
  const serverIs = (up: boolean) =>
    page.evaluate((value) => postMessage({ type: "event", name: "server", value: { up: value } }, "*"), up);
  await serverIs(false);
  await page.getByText("Runline's server is not running.").waitFor();
  await serverIs(true);
  await old.waitFor({ state: "detached" });
  await page.close();
});

test("more runs than stand beside each other: Differences goes through them, and compares the output of any two", async () => {
  const many: string[] = [];
  for (let index = 0; index < 15; index++) {
    const run = { name: `paged-${index}`, index: 7000 + index, state: "finished", steps: 20 } as const;
    const log = `start\nstep 1 loss 0.${index}\n${index === 14 ? "a warning\n" : ""}done\n`;
    many.push(await addRun(pages.store, pages.folder, { ...run, learningRate: 0.01 * index, log }, now));
  }
  const page = await pages.open("compare", many, { width: 1400 });
  await page.getByRole("tab", { name: "Differences" }).click();
  await page.getByText("paged-0 beside runs 1 to 11 of 14 others").waitFor();
  await page.getByText("1 line differs").waitFor();
  await page.getByRole("button", { name: "Runs after these" }).click();
  await page.getByText("paged-0 beside runs 12 to 14 of 14 others").waitFor();
  await page.getByLabel("Output on the right").selectOption({ label: "paged-14" });
  await page.getByText("2 lines differ").waitFor();
  await page.getByRole("table", { name: "Output side by side" }).focus();
  await page.keyboard.press("F7");
  await page.keyboard.press("F7");
  await page.getByText("Difference 2 of 2").waitFor();
  await page.locator(".log-pair-row.current .log-text.gone").waitFor();
  await shot(page, "compare-output");
  await page.close();
});

test("values that look the same in a few digits stand in full among the differences", async () => {
  const near = [0.12345678901, 0.12345678902];
  const ids: string[] = [];
  for (const learningRate of near)
    ids.push(
      await addRun(
        pages.store,
        pages.folder,
        {
          name: `near-${ids.length}`,
          index: 6000 + ids.length * 12,
          state: "finished",
          steps: 20,
          learningRate,
        },
        now,
      ),
    );
  const page = await pages.open("compare", ids);
  await page.getByRole("tab", { name: "Differences" }).click();
  const row = page.locator(".differences").getByRole("row", { name: /^learning_rate/ });
  for (const value of near) await row.getByText(String(value)).waitFor();
  await page.close();
});

test("more than a thousand runs: the first rows before all are asked for, only what is seen is drawn, and the charts say what they leave out", async () => {
  const many: string[] = [];
  for (let index = 0; index < 1001; index++)
    many.push(
      await addRun(
        pages.store,
        pages.folder,
        {
          name: `sweep-${index}`,
          index: 100 + index,
          state: "finished",
          steps: 20,
          learningRate: 0.001 * (1 + (index % 50)),
        },
        now,
      ),
    );
  const before = pages.bridge.calls.length;
  const page = await pages.open("compare", many);
  await page.getByText("Charts show the first 100 of 1,001 runs").waitFor();
  const tables = pages.bridge.calls.slice(before).filter(({ name }) => name === "compare/table");
  expect(tables.map(({ input }) => (input as { readonly runIds: readonly string[] }).runIds.length)).toEqual([
    60, 1001,
  ]);
  await page.locator(".plot canvas").first().waitFor();
  expect(await page.locator(".grid-row").count()).toBeLessThan(60);
  await page.getByRole("grid").focus();
  await page.keyboard.press("Control+End");
  await page.getByRole("button", { name: "sweep-1000" }).waitFor();
  await shot(page, "compare-1000");
  await page.close();
});

test("names of 300 characters and a narrow page stay aligned", async () => {
  const long = await addRun(
    pages.store,
    pages.folder,
    { name: "long ".repeat(60), index: 5000, state: "finished", steps: 50, learningRate: 0.01 },
    now,
  );
  const page = await pages.open("compare", [...four, long], { width: 380, height: 700 });
  await header(page, "val/acc").waitFor();
  const heights = await page
    .locator(".grid-row .cell.name")
    .evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().height));
  expect(new Set(heights)).toEqual(new Set([22]));
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(380);
  await shot(page, "compare-narrow");
  await page.getByRole("tab", { name: "Charts" }).focus();
  await page.keyboard.press("End");
  const chosen = page.getByRole("tab", { selected: true });
  await expect
    .poll(() => chosen.evaluate((tab) => tab.getBoundingClientRect().right <= window.innerWidth))
    .toBe(true);
  expect(await chosen.textContent()).toBe("Differences");
  await shot(page, "compare-narrow-tabs");
  await page.locator("rl-log-pair").waitFor();
  await page.setViewportSize({ width: 220, height: 700 });
  const beyond = () =>
    [document.documentElement, ...document.querySelectorAll(".lower, .log-pair-heads")].map(
      (part) => part.scrollWidth - part.clientWidth,
    );
  await expect.poll(() => page.evaluate(beyond)).toEqual([0, 0, 0]);
  await page.close();
});
