/** Pages in a real Chromium over a real store, and how busy they are. */

import type { Page } from "playwright-core";
import { needChromium } from "../editor/chromium.ts";
import { openPages, type Pages } from "../ui/page/openPages.ts";
import type { BenchRow } from "./row.ts";
import { say } from "./say.ts";

/** Opens a store and a browser for `work`; no rows, with the reason said, where there is no browser. */
export async function withPages(
  work: (pages: Pages) => Promise<readonly BenchRow[]>,
): Promise<readonly BenchRow[]> {
  const chromium = needChromium(say);
  if ("missing" in chromium) {
    say(`  skipped: needs ${chromium.missing}`);
    return [];
  }
  const pages = await openPages();
  try {
    return await work(pages);
  } finally {
    await pages.close();
  }
}

/** An expression for the page: resolves when what was changed has been painted. */
export const painted =
  "new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))))";

/** Milliseconds of processor time that the page's main thread has worked so far. */
export interface Work {
  /** Script, style and layout: what the page itself makes it do. */
  readonly own: number;
  /** All of it, with the painting: here that is done in software, on the same processors. */
  readonly all: number;
}

/** What reads the work of a page. */
export async function workOf(page: Page): Promise<() => Promise<Work>> {
  const session = await page.context().newCDPSession(page);
  // In the time of the thread, so that other programs of the machine do not count.
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    const seconds = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
    const own = seconds("ScriptDuration") + seconds("RecalcStyleDuration") + seconds("LayoutDuration");
    return { own: own * 1000, all: seconds("TaskDuration") * 1000 };
  };
}
