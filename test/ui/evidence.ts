/** What a failed test leaves for whoever was not there: pictures, the words in its windows and the last lines of the logs. */

import * as fs from "node:fs";
import * as path from "node:path";
import type { Page } from "playwright-core";
import { afterEach } from "vitest";
import type { Editor } from "../editor/editor.ts";
import { failedFolder } from "../levels/failed.ts";
import type { Workbench } from "./workbench.ts";

/** What evidence is taken from: an editor, and one of its windows. */
interface Shown {
  readonly editor: Editor;
  readonly workbench: Workbench;
}

/** Parts of a window by what they are called; the words of those that are shown are kept. */
const parts: Readonly<Record<string, string>> = {
  dialog: ".monaco-dialog-box",
  "quick input": ".quick-input-widget",
  menu: ".monaco-menu",
  notifications: ".notifications-toasts",
  tabs: ".tabs-container .tab",
  "side bar": ".sidebar",
  lenses: ".codelens-decoration",
  "status bar": ".statusbar",
};

/** Runs in the window, where the types of this file's compilation do not reach. */
const wordsOf = `(parts) => Object.entries(parts).map(([name, selector]) => {
  const shown = [...document.querySelectorAll(selector)].filter((each) => each.offsetParent !== null || each.offsetHeight > 0);
  const words = shown.map((each) => (each.classList.contains("active") ? "*" : "") + each.innerText.replace(/\\s+/g, " ").trim());
  const typed = shown.flatMap((each) => [...each.querySelectorAll("input")].map((input) => "[" + input.value + "]"));
  return [name, [...words, ...typed].filter((text) => text !== "").join(" | ").slice(0, 1500)];
}).filter(([, text]) => text !== "").map(([name, text]) => name + ": " + text).join("\\n")`;

/** Keeps pictures of every window, their words and the logs for each test of this file that fails. */
export function keepEvidence(session: () => Shown | undefined): void {
  afterEach(async ({ task }) => {
    const now = session();
    if (task.result?.state !== "fail" || now === undefined) return;
    await writeEvidence(task.name, now);
  });
}

/** The same where there is no test that fails, as before the first one. */
export async function writeEvidence(name: string, { editor, workbench }: Shown): Promise<void> {
  const file = name.replace(/\W+/g, "-").slice(0, 100);
  const contexts = workbench.page.context().browser()?.contexts() ?? [];
  const pages = contexts.flatMap((context) => context.pages());
  const said: string[] = [];
  for (const [at, page] of pages.entries()) {
    await page
      .screenshot({ path: `test/.out/screenshots/failed-${file}-${at + 1}.png`, timeout: 15_000 })
      .catch((error: unknown) => said.push(`no picture: ${String(error).split("\n")[0]}`));
    said.push(`── window ${at + 1} of ${pages.length}\n${await wordsIn(page)}`);
  }
  fs.mkdirSync(failedFolder, { recursive: true });
  const log = editor.log();
  fs.writeFileSync(path.join(failedFolder, `${file}.log`), log);
  said.push(
    `── the last lines of the editor's logs (whole: test/.out/failed/${file}.log)\n${lastLines(log)}`,
  );
  fs.writeFileSync(path.join(failedFolder, `${file}.txt`), `${name}\n${said.join("\n")}\n`);
}

/** The words of the workbench, and of the page in front. */
async function wordsIn(page: Page): Promise<string> {
  const words = [await told(page.evaluate<string>(`(${wordsOf})(${JSON.stringify(parts)})`))];
  for (const frame of page.frames().filter((each) => each.url().includes("fake.html"))) {
    const text = await told(frame.evaluate<string>("document.body.innerText"));
    words.push(`page: ${text.replace(/\s+/g, " ").slice(0, 1500)}`);
  }
  words.push(`all notifications: ${await told(notificationsIn(page))}`);
  return words.join("\n");
}

/** Those too that have gone from sight by themselves. */
async function notificationsIn(page: Page): Promise<string> {
  const center = page.locator(".notifications-center");
  if (!(await center.isVisible())) await page.locator("#status\\.notifications a").click({ timeout: 5_000 });
  return ((await center.textContent({ timeout: 5_000 })) ?? "").replace(/\s+/g, " ").slice(0, 1_000);
}

/** What can't be told any more, as a window that hangs can't, is left out. */
async function told(words: Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("(no answer)"), 10_000);
  });
  return Promise.race([words.catch((error: unknown) => `(${String(error)})`), late]).finally(() =>
    clearTimeout(timer),
  );
}

/** Of each log its end: Runline's own has most to say. */
function lastLines(log: string): string {
  return log
    .split(/^(?=== )/m)
    .flatMap((each) => {
      const lines = each.trimEnd().split("\n");
      const kept = /Runline[^/]*\.log/.test(lines[0] ?? "") ? 25 : 6;
      return lines.length <= kept ? lines : [...lines.slice(0, 1), "…", ...lines.slice(-kept)];
    })
    .map((line) => line.slice(0, 300))
    .join("\n");
}
