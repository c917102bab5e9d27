/** Charts of the Compare page in a real Chromium: drawn again with new data, and the pointer over ten that are linked. */

import * as path from "node:path";
import type { Page } from "playwright-core";
import type { Pages } from "../ui/page/openPages.ts";
import { painted, type Work, withPages, workOf } from "./pageBench.ts";
import { atMost, type BenchRow, spread, told } from "./row.ts";
import { storeRuns } from "./storedRuns.ts";

const points = 1_200;
const tenMetrics = Array.from({ length: 10 }, (_, at) => `train/metric${at}`);
const repeats = 7;
const moves = 60;
const size = { width: 1600, height: 1000 };
/** Ten charts have to be seen at once. */
const tall = { width: 1600, height: 3600 };

export function bench(): Promise<readonly BenchRow[]> {
  return withPages(async (pages) => [
    await update(pages, 30, 30),
    await update(pages, 100, 60),
    ...(await hover(pages)),
  ]);
}

async function update(pages: Pages, count: number, budget: number): Promise<BenchRow> {
  const page = await chartsOf(pages, count, ["loss"], size);
  const work = await updateWork(page);
  await page.close();
  const name = `chart update, ${count} × ${points.toLocaleString("en-US")} points: script and layout`;
  return atMost(name, budget, spread(work.map(({ own }) => own)), "ms");
}

async function hover(pages: Pages): Promise<readonly BenchRow[]> {
  const page = await chartsOf(pages, 30, tenMetrics, tall);
  const work = await hoverWork(page);
  await page.close();
  return [
    atMost(
      "pointer move over ten linked charts: script and layout",
      4,
      spread(work.map(({ own }) => own)),
      "ms",
    ),
    told("– with painting in software", spread(work.map(({ all }) => all)), "ms"),
  ];
}

async function chartsOf(
  pages: Pages,
  count: number,
  metrics: readonly string[],
  options: { readonly width: number; readonly height: number },
): Promise<Page> {
  const directory = path.join(pages.folder, "runs");
  const ids = await storeRuns(pages.store, { count, metrics, steps: points, directory });
  const page = await pages.open("compare", ids, options);
  await page
    .locator(".plot canvas")
    .nth(metrics.length - 1)
    .waitFor();
  await page.waitForLoadState("networkidle");
  await page.evaluate(painted);
  return page;
}

/** One drawing of everything again; a change of the theme asks for it without new data on the way. */
async function updateWork(page: Page): Promise<readonly Work[]> {
  const read = await workOf(page);
  const work: Work[] = [];
  for (let at = 0; at < repeats + 2; at++) {
    const before = await read();
    await page.evaluate(`document.documentElement.style.setProperty("--vscode-descriptionForeground", "#abcd${10 + at}");
      document.documentElement.style.setProperty("--vscode-foreground", "#abcd${10 + at}"); ${painted}`);
    work.push(difference(before, await read()));
  }
  // The first ones warm the code up.
  return work.slice(2);
}

/** One move of the pointer, several times the mean of many. */
async function hoverWork(page: Page): Promise<readonly Work[]> {
  const read = await workOf(page);
  const box = await page.locator(".plot canvas").first().boundingBox();
  if (box === null) throw new Error("The first chart can't be seen.");
  const work: Work[] = [];
  for (let at = 0; at < repeats + 1; at++) {
    const before = await read();
    for (let move = 0; move < moves; move++) {
      await page.mouse.move(
        box.x + 80 + ((box.width - 120) * move) / moves,
        box.y + box.height / 2 + (at % 3),
      );
      await page.evaluate(painted);
    }
    const { own, all } = difference(before, await read());
    work.push({ own: own / moves, all: all / moves });
  }
  return work.slice(1);
}

function difference(before: Work, after: Work): Work {
  return { own: after.own - before.own, all: after.all - before.all };
}
