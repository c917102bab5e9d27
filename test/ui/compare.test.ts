/** The comparison in the real editor: table and charts linked, every view of the same runs, and the page found again by a link. */

import * as fs from "node:fs";
import * as path from "node:path";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keepEvidence } from "./evidence.ts";
import { runBefore } from "./folders.ts";
import { openSession, type Session } from "./session.ts";
import type { Theme, Workbench } from "./workbench.ts";

const train = `import argparse, math, random

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--depth", type=int, default=3)

if __name__ == "__main__":
    args = parser.parse_args()
    random.seed(args.seed)
    print(f"training with {args.lr}")
    if args.lr > 0.05:
        print("warning: a high learning rate")
    for step in range(1, 61):
        fall = math.exp(-step * args.lr / 2) + random.random() / 20
        spike = 30 if step == 30 and args.seed == 1 else 0
        print(f"step {step}: train/loss {fall + spike:.5f} val/acc {1 - fall / 1.2:.5f}")
    print(f"test_acc {1 - fall / 1.3:.5f}")
`;
const views = ["Charts", "Scatter", "Parallel coordinates", "Importance", "Final values", "Differences"];

let session: Session;
let window: Workbench;

beforeAll(async () => {
  session = await openSession({ files: { "train.py": train } });
  window = session.workbench;
  const runs = [0.1, 0.02].flatMap((lr) =>
    [0, 1, 2, 3].map((seed) => [
      "--name",
      `lr-${lr}-seed-${seed}`,
      "train.py",
      "--lr",
      `${lr}`,
      "--seed",
      `${seed}`,
    ]),
  );
  await runBefore(session.workspace, ...runs);
  await window.showContainer("Runline");
  await compare(/^lr-/, 8);
});

keepEvidence(() => session);
afterAll(() => session?.close());

/** Opens the comparison of the rows whose labels fit. */
async function compare(label: RegExp, count: number): Promise<void> {
  const rows = window.row("Runs", label);
  await rows.nth(count - 1).waitFor();
  await rows.first().click();
  for (let at = 1; at < count; at++) await rows.nth(at).click({ modifiers: ["ControlOrMeta"] });
  await window.rowMenu(rows.nth(count - 1), "Compare runs");
  await window.tab(`Compare ${count} runs`).waitFor();
  await head("Run").waitFor();
}

const panel = () => window.panel();
const head = (name: string) => panel().getByRole("columnheader", { name, exact: true });
const names = () => panel().locator(".grid-row .run-name").allTextContents();
const view = (name: string) => panel().getByRole("tab", { name });

/** Does a canvas show anything? */
const isDrawn = (canvas: Locator) =>
  canvas.evaluate((element: { width: number; height: number; getContext(kind: "2d"): unknown }) => {
    const context = element.getContext("2d") as {
      getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
    };
    return context.getImageData(0, 0, element.width, element.height).data.some((value) => value > 0);
  });

test("sorted, filtered, grouped; a group's runs come forward in the charts and in the plots", async () => {
  await head("val/acc").click();
  await expect.poll(async () => (await names())[0]).toMatch(/^lr-0\.1/);
  const filter = panel().getByRole("searchbox", { name: "Filter runs" });
  await filter.fill("params.seed > 0");
  await expect.poll(async () => (await names()).length).toBe(6);
  await filter.fill("");
  await panel().getByLabel("Group by").selectOption("parameter:lr");
  await panel().locator(".grid-row.group").nth(1).waitFor();
  await panel().locator(".grid-row.group").first().hover();
  await expect.poll(() => isDrawn(panel().locator("canvas.front").first())).toBe(true);
  await window.screenshot("compare-grouped");
  for (const plot of ["Scatter", "Parallel coordinates"]) {
    await view(plot).click();
    await panel().locator(".run-plot canvas").waitFor();
    await panel().locator(".grid-row.group").first().hover();
    await window.screenshot(`compare-group-${plot.split(" ")[0]?.toLowerCase()}`);
  }
});

test("bands and smoothing together: the mean is smoothed, what lies around it stays", async () => {
  await view("Charts").click();
  const slider = panel().getByRole("slider", { name: /smoothing/i });
  await slider.focus();
  for (let press = 0; press < 40; press++) await window.page.keyboard.press("ArrowRight");
  const chart = panel().locator("rl-metric-chart").first();
  await chart.scrollIntoViewIfNeeded();
  await expect.poll(() => isDrawn(chart.locator("canvas.lines"))).toBe(true);
  await window.screenshot("compare-bands-smoothed");
  await panel().getByLabel("Group by").selectOption("");
  await panel().locator(".grid-row.group").first().waitFor({ state: "detached" });
});

test("clipped points are counted one by one", async () => {
  const search = panel().getByRole("searchbox", { name: "Search metrics" });
  await search.fill("train/loss");
  await panel().getByText("Clip outliers").click();
  await panel().getByText("2 clipped", { exact: true }).waitFor();
  await window.screenshot("compare-clipped");
  await panel().getByText("2 clipped", { exact: true }).click();
  await search.fill("");
});

const row = (name: string) => panel().locator(".grid-row", { hasText: name });
const box = (name: string) => panel().getByRole("checkbox", { name: `Show ${name} in charts` });
const off = () => panel().locator(".grid-row.off").count();
const clipboard = () => window.page.evaluate<string>("navigator.clipboard.readText()");

async function inBothThemes(name: string): Promise<void> {
  for (const theme of ["light", "dark"] as Theme[]) {
    await window.useTheme(theme);
    await window.screenshot(name);
  }
}

test("boxes: Shift takes a range, the one in the head takes all; cells and the table are copied", async () => {
  await view("Charts").click();
  const [first = "", , , fourth = ""] = await names();
  await box(first).click();
  await box(fourth).click({ modifiers: ["Shift"] });
  await expect.poll(off).toBe(4);
  await panel().getByRole("checkbox", { name: "Show all runs in the charts" }).click();
  await expect.poll(off).toBe(0);
  await panel().getByRole("grid").focus();
  await window.page.keyboard.press("Control+Home");
  for (const key of [" ", "ArrowDown", "ArrowDown", "Shift+ "]) await window.page.keyboard.press(key);
  await expect.poll(off).toBe(3);
  await window.page.keyboard.press("Control+Home");
  await window.page.keyboard.press("ArrowUp");
  await window.page.keyboard.press(" ");
  await expect.poll(off).toBe(0);
  await window.page.keyboard.press("Control+Home");
  await window.page.keyboard.press("ArrowRight");
  await window.page.keyboard.press("ControlOrMeta+c");
  await expect.poll(clipboard).toMatch(/^0\.\d{5,}$/);
  for (const [item, wanted] of [
    ["Copy table as Markdown", /^\| run \| val\/acc \|/],
    ["Copy table as CSV", /^run,val\/acc,/],
    ["Copy table as LaTeX", /^\\begin\{tabular\}/],
  ] as const) {
    await panel().getByRole("button", { name: "More actions" }).click();
    await panel().getByRole("menuitem", { name: item }).click();
    await expect.poll(clipboard).toMatch(wanted);
  }
});

test("a run is starred, pinned, renamed, noted and made the baseline where it stands", async () => {
  const last = (await names()).at(-1) ?? "";
  await row(last).locator(".cell.name").click({ button: "right" });
  await panel().getByRole("menuitem", { name: "Pin to the top" }).click();
  await expect.poll(async () => (await names())[0]).toBe(last);
  await panel().getByRole("grid").focus();
  await window.page.keyboard.press("Control+Home");
  await window.page.keyboard.press("F2");
  await window.page.keyboard.type("lr-renamed");
  await window.page.keyboard.press("Enter");
  await window.row("Runs", "lr-renamed").waitFor();
  await panel().getByRole("button", { name: "Columns" }).click();
  await panel().getByLabel("Search columns").fill("note");
  await panel().locator(".sheet-entry input").check();
  await window.page.keyboard.press("Escape");
  await panel().getByRole("grid").focus();
  await window.page.keyboard.press("End");
  await head("note").waitFor();
  await window.page.keyboard.press("F2");
  await window.page.keyboard.type("the note");
  await window.page.keyboard.press("Enter");
  await panel().getByRole("gridcell", { name: "the note" }).waitFor();
  await window.page.keyboard.press("Home");
  await window.page.keyboard.press("Shift+F10");
  await panel().getByRole("menuitem", { name: "Star", exact: true }).click();
  await row("lr-renamed").getByRole("button", { name: "Remove star" }).waitFor();
  await panel().getByRole("combobox", { name: "Baseline" }).selectOption({ label: "lr-renamed" });
  await row("lr-renamed").getByText("baseline", { exact: true }).waitFor();
  expect(await row("lr-renamed").locator(".delta").filter({ hasText: /\d/ }).count()).toBe(0);
  await inBothThemes("compare-edited");
  await row("lr-renamed").getByRole("button", { name: "Unpin" }).click();
  await expect.poll(async () => (await names())[0]).toMatch(/^lr-0\.1/);
});

/** By then what was pointed at has been drawn. */
const twoFrames = `new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(true))))`;

test("a line that is pointed at lights its row to the edge, and a click makes the row the active one", async () => {
  await view("Charts").click();
  const search = panel().getByRole("searchbox", { name: "Search metrics" });
  await search.fill("val/acc");
  const plot = panel().locator("rl-metric-chart .plot").first();
  await expect.poll(() => isDrawn(plot.locator("canvas.lines"))).toBe(true);
  await plot.scrollIntoViewIfNeeded();
  const area = await plot.boundingBox();
  if (area === null) throw new Error("no plot");
  const lit = panel().locator(".grid-row.front");
  // What the pointer lit on its way here goes dark over the empty top of the plot.
  for (let y = 2; y === 2 || (y < area.height - 30 && (await lit.count()) === 0); y += 6) {
    await window.page.mouse.move(area.x + area.width / 2, area.y + y);
    await plot.evaluate(twoFrames);
  }
  const name = await lit.locator(".run-name").textContent();
  const [rowEnd, gridEnd] = await Promise.all([
    lit.evaluate((element) => element.getBoundingClientRect().right),
    panel()
      .locator(".grid")
      .evaluate((grid) => grid.getBoundingClientRect().left + grid.clientWidth),
  ]);
  expect(rowEnd).toBeGreaterThanOrEqual(Math.floor(gridEnd));
  expect(await panel().locator(".tooltip-row.front .tooltip-name").textContent()).toBe(name);
  await window.screenshot("compare-linked");
  await window.page.mouse.down();
  await window.page.mouse.up();
  await panel()
    .locator(".cell.name.active")
    .filter({ hasText: name ?? "" })
    .waitFor();
  await search.fill("");
});

test("a chart by the keyboard: crosshair, zoom, table, log scale, another axis, full size, a picture of it", async () => {
  await view("Charts").click();
  const chart = panel().locator("rl-metric-chart").first();
  const plot = chart.locator(".plot");
  expect(await plot.getAttribute("aria-label")).toMatch(
    /^val\/acc: .* from 0\.\d+ to 0\.\d+, lowest .* 60 points/,
  );
  await plot.focus();
  for (const key of ["ArrowRight", "ArrowLeft", "+"]) await window.page.keyboard.press(key);
  await panel().locator(".tooltip").waitFor();
  await chart.getByRole("button", { name: "Reset zoom (double click)" }).waitFor();
  await plot.focus();
  await window.page.keyboard.press("0");
  await chart.getByRole("button", { name: "Reset zoom (double click)" }).waitFor({ state: "detached" });
  await chart.getByRole("button", { name: "Show as table" }).press("Enter");
  await chart.getByRole("row").filter({ hasText: "highest" }).first().waitFor();
  await chart.getByRole("button", { name: "Show as table" }).press("Enter");
  await panel().getByText("Log scale").click();
  await panel().getByLabel("X axis").selectOption("metric:train/loss");
  await chart.getByRole("button", { name: "Full size" }).press("Enter");
  await expect.poll(() => panel().locator("rl-chart-slot").count()).toBe(1);
  await expect.poll(() => isDrawn(plot.locator("canvas.lines"))).toBe(true);
  await inBothThemes("compare-full");
  await chart.getByRole("button", { name: "More for val/acc" }).press("Enter");
  await panel().getByRole("menuitem", { name: "Save as SVG" }).press("Enter");
  await window.quickInput().waitFor();
  await window.page.keyboard.press("Enter");
  const saved = path.join(session.workspace, "val-acc.svg");
  await expect
    .poll(() => fs.existsSync(saved) && fs.readFileSync(saved, "utf8"))
    .toMatch(/^<svg .*<\/svg>$/s);
  await plot.focus();
  await window.page.keyboard.press("Escape");
  await panel().getByLabel("X axis").selectOption("step");
  await panel().getByText("Log scale").click();
  await expect.poll(() => panel().locator("rl-chart-slot").count()).toBeGreaterThan(1);
});

test("colors in the scatter, a range on an axis chooses runs, boxes by group", async () => {
  await view("Scatter").click();
  await panel().getByLabel("Color").selectOption("parameter:lr");
  await panel().locator(".legend-entry").first().hover();
  await expect.poll(() => isDrawn(panel().locator(".run-plot canvas"))).toBe(true);
  await window.screenshot("compare-legend");
  await panel().getByLabel("Color").selectOption("");
  await view("Parallel coordinates").click();
  const axis = panel().getByRole("slider", { name: "Range of lr" });
  await axis.focus();
  for (let press = 0; press < 11; press++) await window.page.keyboard.press("ArrowDown");
  await panel().getByRole("heading", { name: "4 of 8 runs" }).waitFor();
  await window.screenshot("compare-brushed");
  await axis.focus();
  await window.page.keyboard.press("Escape");
  await panel().getByRole("heading", { name: "8 runs", exact: true }).waitFor();
  await view("Final values").click();
  await panel().getByLabel("Group by").selectOption("parameter:lr");
  await expect.poll(() => panel().locator(".box-dot").count()).toBe(8);
  await inBothThemes("compare-boxes");
  await panel().getByLabel("Group by").selectOption("");
});

for (const theme of ["dark", "light"] as Theme[])
  test(`every view in ${theme}`, async () => {
    await window.useTheme(theme);
    for (const name of views) {
      await view(name).click();
      await panel().getByRole("tab", { name, selected: true }).waitFor();
      await settled(name);
      await window.screenshot(`compare-${name.split(" ")[0]?.toLowerCase()}`);
    }
  });

/** Until a view has drawn what it has to show. */
async function settled(name: string): Promise<void> {
  if (name === "Charts")
    await expect.poll(() => isDrawn(panel().locator(".plot canvas.lines").first())).toBe(true);
  else if (name === "Differences") await panel().locator(".log-pair-row").first().waitFor();
  else if (name === "Importance") await panel().getByText("Rests on 8 runs").waitFor();
  else if (name === "Final values") await panel().locator(".final-row").first().waitFor();
  else await expect.poll(() => isDrawn(panel().locator(".run-plot canvas"))).toBe(true);
}

test("output side by side: other lines are marked, the keyboard goes from one to the next", async () => {
  await view("Differences").click();
  await panel().getByLabel("Output on the right").selectOption({ label: "lr-0.1-seed-0" });
  await panel().locator(".log-text.gone").first().waitFor();
  const log = panel().getByRole("table", { name: "Output side by side" });
  await log.focus();
  await window.page.keyboard.press("F7");
  await panel().locator(".log-pair-row.current").waitFor();
  await window.screenshot("compare-output");
});

test("a link opens the same runs in the same way; runs that are gone are told", async () => {
  await view("Scatter").click();
  await panel().getByRole("button", { name: "More actions" }).click();
  await panel().getByRole("menuitem", { name: "Copy link to this view" }).click();
  await window.statusItem("The link was copied").waitFor();
  const link = await window.page.evaluate<string>("navigator.clipboard.readText()");
  expect(link).toMatch(/^[\w-]+:\/\/[\w-]+\.runline\/compare\?runs=/);
  await window.run("View: Close Editor");
  await window.tab("Compare").waitFor({ state: "detached" });
  await openLink(link);
  await panel().getByRole("tab", { name: "Scatter", selected: true }).waitFor();
  await expect.poll(async () => (await names())[0]).toMatch(/^lr-0\.1/);
  await openLink(link.replace(/runs=[0-9a-f]{32}/, `runs=${"f".repeat(32)}`));
  await window.notifications().filter({ hasText: "1 of the link's 8 runs" }).waitFor();
  await window.tab("Compare 7 runs").waitFor();
  await expect.poll(async () => (await names()).length).toBe(7);
  await openLink(link.replace(/runs=[^&]*/, "runs=..%2F..%2Fetc"));
  await window.notifications().filter({ hasText: "names no runs" }).waitFor();
  await window.run("Notifications: Clear All Notifications");
  await window.run("View: Close All Editors");
});

/** As a click on it elsewhere does; the editor asks once whether the extension may. */
async function openLink(link: string): Promise<void> {
  await window.run("Developer: Open URL");
  await window.answer(link);
  const allow = window.page.locator(".monaco-dialog-box").getByRole("button", { name: "Open" });
  await allow.click();
  await allow.waitFor({ state: "detached" });
}

test("the next comparison begins with the columns of this one, and can go back to its own", async () => {
  await compare(/^lr-/, 3);
  await head("trend").click({ button: "right" });
  await panel().getByRole("menuitem", { name: "Hide column" }).click();
  await head("trend").waitFor({ state: "detached" });
  await window.run("View: Close All Editors");
  await compare(/^lr-/, 2);
  await head("val/acc").waitFor();
  expect(await head("trend").count()).toBe(0);
  await panel().getByRole("button", { name: "Columns" }).click();
  await window.screenshot("compare-columns-kept");
  await panel().getByRole("button", { name: "Reset" }).click();
  await head("trend").waitFor();
  await window.run("View: Close All Editors");
});
