import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Browser, Page } from "playwright-core";
import { inject } from "vitest";
import { launchChromium } from "../editor/chromium.ts";
import { type Editor, startPackagedEditor, type Trust } from "../editor/editor.ts";
import { writeEvidence } from "./evidence.ts";
import { Workbench } from "./workbench.ts";

export interface SessionOptions {
  /** Folder whose copy is opened; absent: an empty one. */
  readonly content?: string;
  /** More files by relative path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly trust?: Trust;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** One editor with the packaged extension on a workspace of its own, and the windows open on it. */
export interface Session {
  readonly workspace: string;
  readonly workbench: Workbench;
  readonly editor: Editor;
  /** Another window on the same folder. */
  openWindow(): Promise<Workbench>;
  /** Ends the editor, windows and server included, as closing the application or as a crash does, and opens it again. */
  restart(how?: "closed" | "killed"): Promise<Workbench>;
  /** Ends everything and removes the workspace. Processes that live on by design are the test's own matter. */
  close(): Promise<void>;
}

function makeWorkspace(folder: string, options: SessionOptions): void {
  fs.mkdirSync(folder);
  if (options.content !== undefined) fs.cpSync(options.content, folder, { recursive: true });
  for (const [name, text] of Object.entries(options.files ?? {})) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
}

async function openPage(browser: Browser, editor: Editor): Promise<Workbench> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    deviceScaleFactor: 2,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page: Page = await context.newPage();
  const workbench = new Workbench(page, editor);
  try {
    await workbench.open();
  } catch (error) {
    await writeEvidence(`a window on ${editor.workspace}`, { editor, workbench });
    throw error;
  }
  return workbench;
}

/** Opens a workspace in a real editor with the packaged extension. */
export async function openSession(options: SessionOptions = {}): Promise<Session> {
  const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "runline-ui-")));
  const workspace = path.join(base, "workspace");
  makeWorkspace(workspace, options);
  const start = () =>
    startPackagedEditor({
      codeServer: inject("codeServer"),
      workspace,
      home: path.join(base, "home"),
      trust: options.trust ?? "trusted",
      settings: options.settings ?? {},
      env: options.env ?? {},
      vsix: inject("vsix"),
    });
  const browser = await launchChromium(inject("chromium"));
  let editor = await start();
  let workbench = await openPage(browser, editor);
  return {
    workspace,
    get workbench() {
      return workbench;
    },
    get editor() {
      return editor;
    },
    openWindow: () => openPage(browser, editor),
    async restart(how = "closed") {
      if (how === "killed") await editor.kill();
      await workbench.page.context().close();
      await editor.stop();
      editor = await start();
      workbench = await openPage(browser, editor);
      return workbench;
    },
    async close() {
      await browser.close();
      await editor.stop();
      // What lives on by design may be writing its last.
      fs.rmSync(base, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}
