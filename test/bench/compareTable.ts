/** The table of a large project on the Compare page in a real Chromium over a real store. */

import * as path from "node:path";
import type { Page } from "playwright-core";
import type { Pages } from "../ui/page/openPages.ts";
import { withPages } from "./pageBench.ts";
import { atMost, type BenchRow, median, spread } from "./row.ts";
import { say } from "./say.ts";
import { storeRuns } from "./storedRuns.ts";

const runs = 10_000;
const metrics = Array.from({ length: 200 }, (_, at) => (at === 0 ? "val/acc" : `group${at % 8}/metric${at}`));
const size = { width: 1600, height: 1000 };
const openings = 5;
/** A page that takes longer than this to open is so far from its budget that one opening tells enough. */
const slow = 10_000;
const patience = 300_000;

/** In the page before its own code: when the first row of the table and when the last one of a sort was painted. */
const watchRows = `(() => {
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))));
  const rowText = () => document.querySelector(".grid-row")?.textContent ?? null;
  window.firstRow = new Promise((resolve) => {
    const watch = new MutationObserver(() => {
      if (rowText() === null) return;
      watch.disconnect();
      resolve(painted());
    });
    watch.observe(document, { childList: true, subtree: true });
  });
  window.timeSort = (head) => new Promise((resolve) => {
    const before = rowText();
    const watch = new MutationObserver(() => {
      if (rowText() === before) return;
      watch.disconnect();
      resolve(painted().then((now) => now - began));
    });
    watch.observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
    const began = performance.now();
    head.click();
  });
})();`;

export function bench(): Promise<readonly BenchRow[]> {
  return withPages(largeTable);
}

async function largeTable(pages: Pages): Promise<readonly BenchRow[]> {
  say(`  writing ${runs} runs × ${metrics.length} metrics`);
  const directory = path.join(pages.folder, "runs");
  const ids = await storeRuns(pages.store, { count: runs, metrics, steps: 1, directory });
  // As the server does while nobody waits.
  while (await pages.store.runs.prepareTables());
  const firsts: number[] = [];
  const sorts: number[] = [];
  for (let at = 0; at < openings; at++) {
    const page = await pages.open("compare", [], size);
    await page.addInitScript(watchRows);
    page.setDefaultTimeout(patience);
    await page.goto(pages.bridge.address("compare", ids, "dark"), { timeout: patience });
    firsts.push(Number(await page.evaluate("window.firstRow")));
    for (const name of ["val/acc", "Run", "val/acc"]) sorts.push(await sortBy(page, name));
    await page.close();
    say(`  first paint ${Math.round(firsts.at(-1) ?? 0)} ms, sort ${Math.round(median(sorts))} ms`);
    if ((firsts.at(-1) ?? 0) > slow) break;
  }
  const what = "table of 10 k runs × 200 metrics";
  return [
    atMost(`${what}: first paint`, 300, spread(firsts), "ms"),
    atMost(`${what}: sort`, 100, spread(sorts), "ms"),
  ];
}

/** Clicks the head of a column. Answers the milliseconds until the other order is painted. */
function sortBy(page: Page, name: string): Promise<number> {
  return page
    .getByRole("columnheader", { name, exact: true })
    .first()
    .evaluate((head: unknown) =>
      (globalThis as unknown as { timeSort(head: unknown): Promise<number> }).timeSort(head),
    );
}
