import * as fs from "node:fs";
import * as path from "node:path";
import { type Browser, chromium } from "playwright-core";
import type { Need, Say } from "./need.ts";
import { needSystemPackages } from "./systemPackages.ts";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function onPath(): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter).concat("/usr/bin");
  return folders
    .flatMap((folder) => names.map((name) => path.join(folder, name)))
    .find((file) => fs.existsSync(file));
}

/** The path of a Chromium: RUNLINE_CHROMIUM, else one on the PATH, else Debian's, installed where that is allowed. */
export function needChromium(say: Say): Need<string> {
  const found = process.env.RUNLINE_CHROMIUM || onPath();
  if (found) return { ready: found };
  const installed = needSystemPackages(["chromium"], say);
  if ("missing" in installed) return { missing: "Chromium (set RUNLINE_CHROMIUM to one)" };
  const now = onPath();
  return now ? { ready: now } : { missing: "Chromium" };
}

/** Starts a headless Chromium that asks nothing of the network by itself. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-dev-shm-usage",
      "--force-color-profile=srgb",
    ],
  });
}
