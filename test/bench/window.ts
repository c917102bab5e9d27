/** Windows of a real editor with the packaged extension, for what can only be measured there. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Browser } from "playwright-core";
import { packagePath } from "../editor/built.ts";
import { launchChromium, needChromium } from "../editor/chromium.ts";
import { needCodeServer } from "../editor/codeServer.ts";
import { type Editor, startPackagedEditor } from "../editor/editor.ts";
import { Workbench } from "../ui/workbench.ts";
import { say } from "./say.ts";

const patience = 120_000;

export interface Windows {
  readonly workspace: string;
  /** Opens a new window, with an extension host of its own. */
  open(): Promise<Workbench>;
}

/**
 * Has `fill` prepare a workspace (its path, and that of the folder with the user's settings), opens the editor on it and closes it after
 * `work`. Null where the machine lacks what an editor needs; the reason is said.
 */
export async function inEditor<T>(
  fill: (workspace: string, settings: string) => Promise<void> | void,
  work: (windows: Windows) => Promise<T>,
): Promise<T | null> {
  const codeServer = await needCodeServer(say);
  const chromium = needChromium(say);
  if ("missing" in codeServer || "missing" in chromium) {
    for (const need of [codeServer, chromium]) if ("missing" in need) say(`  skipped: needs ${need.missing}`);
    return null;
  }
  const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "runline-bench-")));
  const workspace = path.join(base, "workspace");
  const home = path.join(base, "home");
  const settings = path.join(home, "user", "User");
  let editor: Editor | undefined;
  let browser: Browser | undefined;
  try {
    for (const folder of [workspace, settings]) fs.mkdirSync(folder, { recursive: true });
    await fill(workspace, settings);
    const vsix = packagePath;
    const started = await startPackagedEditor({
      codeServer: codeServer.ready,
      workspace,
      home,
      vsix,
      trust: "trusted",
    });
    editor = started;
    const opened = await launchChromium(chromium.ready);
    browser = opened;
    return await work({ workspace, open: () => openWindow(opened, started) });
  } finally {
    await browser?.close();
    await editor?.stop();
    fs.rmSync(base, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function openWindow(browser: Browser, editor: Editor): Promise<Workbench> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const workbench = new Workbench(await context.newPage(), editor);
  // A busy machine is slow, not broken.
  workbench.page.setDefaultTimeout(patience);
  await workbench.open();
  return workbench;
}
