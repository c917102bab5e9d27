/** Workspaces beside a session's own: made, filled with runs, and opened in further windows of the same editor. */

import { execFile, execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "../editor/built.ts";
import type { Session } from "./session.ts";
import { Workbench } from "./workbench.ts";

export const sample = path.join(projectRoot, "media", "sample");
const cli = path.join(projectRoot, "dist", "cli.cjs");

/** The Python that tests name explicitly where the editor must not find one by itself. */
export function realPython(): string {
  return execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
}

/** Runs in a folder through the CLI, as a person would have made them before the editor was opened. */
export async function runBefore(folder: string, ...commands: readonly (readonly string[])[]): Promise<void> {
  for (const command of commands)
    await promisify(execFile)(process.execPath, [cli, "run", "-C", folder, ...command]);
}

/** Asks the CLI for a JSON answer about a folder. */
export async function askCli<T>(folder: string, ...args: readonly string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args, "-C", folder, "--json"], {
    maxBuffer: 100_000_000,
  });
  return JSON.parse(stdout);
}

/** Writes files by relative path into a folder that is made where it is missing; answers the folder. */
export function fill(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

/** A window of the session's editor on another folder, or on none. */
export async function openFolder(session: Session, folder: string | null): Promise<Workbench> {
  const { editor, workbench } = session;
  const query = folder === null ? "ew=true" : `folder=${encodeURIComponent(folder)}`;
  const url = `${new URL(editor.url).origin}/?${query}`;
  const page = await workbench.page.context().newPage();
  const window = new Workbench(page, { ...editor, url, workspace: folder ?? editor.workspace });
  if (folder !== null) await window.open();
  else {
    await page.goto(url);
    await page.locator(".activitybar .action-item").first().waitFor({ timeout: 60_000 });
  }
  return window;
}
