/** Everything a page test needs: bundles built as the product's are, a store in a temporary folder, the bridge and a browser. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as esbuild from "esbuild";
import type { Browser, Page } from "playwright-core";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import type { Store } from "../../../src/store/store.ts";
import { launchChromium, needChromium } from "../../editor/chromium.ts";
import { type Bridge, openBridge } from "./bridge.ts";
import type { ThemeName } from "./themes.ts";

const root = path.resolve(import.meta.dirname, "../../..");
export const screenshots = path.join(root, "test", ".out", "screenshots", "pages");

export interface Pages {
  readonly folder: string;
  readonly store: Store;
  readonly bridge: Bridge;
  /** Opens a page of runs. What it writes to the console as an error (a broken content policy too) fails `close`. */
  open(panel: "run" | "compare", runIds: readonly string[], options?: OpenOptions): Promise<Page>;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
}

export async function openPages(): Promise<Pages> {
  const chromium = needChromium((line) => process.stderr.write(`${line}\n`));
  if ("missing" in chromium) throw new Error(`Needs ${chromium.missing}.`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "runline-pages-"));
  const bundles = path.join(folder, "dist");
  await buildBundles(bundles);
  fs.mkdirSync(screenshots, { recursive: true });
  const store = await openSqliteStore(path.join(folder, "runline.db"));
  const bridge = await openBridge(store, bundles);
  const browser: Browser = await launchChromium(chromium.ready);
  const problems: string[] = [];
  return {
    folder,
    store,
    bridge,
    async open(panel, runIds, { theme = "dark", width = 1200, height = 760 } = {}) {
      const page = await browser.newPage({ viewport: { width, height } });
      page.on("console", (message) => {
        if (message.type() === "error") problems.push(message.text());
      });
      page.on("pageerror", (error) => problems.push(error.stack ?? error.message));
      await page.goto(bridge.address(panel, runIds, theme));
      return page;
    },
    async close() {
      await browser.close();
      await bridge.close();
      await store.close();
      fs.rmSync(folder, { recursive: true });
      if (problems.length > 0) throw new Error(`The pages complained:\n${problems.join("\n")}`);
    },
  };
}

async function buildBundles(folder: string): Promise<void> {
  const panels = ["run", "compare"];
  await esbuild.build({
    entryPoints: panels.map((panel) => ({ in: path.join(root, "webview", panel, "main.ts"), out: panel })),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    tsconfig: path.join(root, "webview", "tsconfig.json"),
    outdir: folder,
    logLevel: "warning",
  });
  const icons = path.join(root, "node_modules", "@vscode", "codicons", "dist");
  for (const name of ["codicon.css", "codicon.ttf"])
    fs.copyFileSync(path.join(icons, name), path.join(folder, name));
}
