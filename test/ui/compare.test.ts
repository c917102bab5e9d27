/** The comparison in the real editor: table and charts linked, every view of the same runs, and the page found again by a link. */

import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pictureAll, runBefore } from "./folders.ts";
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
const odd = `import json
names = ["<img src=x onerror=alert(1)>", "two\\nlines", "long " * 60, "__proto__"]
for step in range(20):
    print(json.dumps({"step": step, **{name: step * (at + 1) for at, name in enumerate(names)}}))
`;
const views = ["Charts", "Scatter", "Parallel coordinates", "Importance", "Final values", "Differences"];

let session: Session;
let window: Workbench;

beforeAll(async () => {
  session = await openSession({ files: { "train.py": train, "odd.py": odd } });
  window = session.workbench;
  const runs = [0.1, 0.02].flatMap((lr) =>
    [0, 1, 2].map((seed) => [
      "--name",
      `lr-${lr}-seed-${seed}`,
      "train.py",
      "--lr",
      `${lr}`,
      "--seed",
      `${seed}`,
    ]),
  );
  await runBefore(
    session.workspace,
    ...runs,
    ...["odd-1", "odd-2"].map((name) => ["--name", name, "odd.py"]),
  );
  await window.showContainer("Runline");
  await window.row("Runs", "odd-2").waitFor();
  await compare(/^lr-/, 6);
});

pictureAll(() => session);
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
  await expect.poll(async () => (await names()).length).toBe(4);
  await filter.fill("");
  await panel().getByLabel("Group by").selectOption("parameter:lr");
  await panel().locator(".grid-row.group").nth(1).waitFor();
  await panel().locator(".grid-row.group").first().hover();
  await expect.poll(() => isDrawn(panel().locator("canvas.overlay").first())).toBe(true);
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
  else if (name === "Importance")
    await panel()
      .getByText(/At least|Rests on/)
      .waitFor();
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
  await window.notifications().filter({ hasText: "1 of the link's 6 runs" }).waitFor();
  await window.tab("Compare 5 runs").waitFor();
  await expect.poll(async () => (await names()).length).toBe(5);
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

test("names that are HTML, of several lines or very long are text, and nothing moves", async () => {
  await compare(/^odd-/, 2);
  await panel().getByText("Only what differs").click();
  await head("<img src=x onerror=alert(1)>").waitFor();
  expect(await panel().locator("img").count()).toBe(0);
  const html = panel().locator("html");
  expect(await html.evaluate((page) => page.scrollWidth <= page.clientWidth)).toBe(true);
  await window.screenshot("compare-odd-names");
  await window.run("View: Close All Editors");
});
