import { spawn, spawnSync } from "node:child_process";
import * as path from "node:path";
import {
  downloadAndUnzipVSCode,
  resolveCliArgsFromVSCodeExecutablePath,
  SilentReporter,
} from "@vscode/test-electron";
import { cacheFolder } from "./cacheFolder.ts";
import type { Need, Say } from "./need.ts";

/** How the desktop editor's command line is called. */
export type DesktopCli = readonly [string, ...string[]];

const windows = process.platform === "win32";

function hasDisplay(): boolean {
  return process.platform !== "linux" || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** `code` on the PATH. The one inside a remote terminal can't open windows of its own and does not count. */
function codeOnPath(): DesktopCli | undefined {
  if (process.env.VSCODE_IPC_HOOK_CLI) return undefined;
  const found = spawnSync("code", ["--version"], { encoding: "utf8", shell: windows });
  return found.status === 0 ? ["code"] : undefined;
}

/** A desktop VS Code: the person's own, else the download that VS Code's own tests use. */
export async function needDesktop(say: Say): Promise<Need<DesktopCli>> {
  if (!hasDisplay()) return { missing: "a display" };
  const own = codeOnPath();
  if (own !== undefined) return { ready: own };
  say("Looking for a desktop VS Code (downloaded once) …");
  try {
    const cachePath = cacheFolder("vscode");
    const executable = await downloadAndUnzipVSCode({
      version: "stable",
      cachePath,
      reporter: new SilentReporter(),
    });
    const [command] = resolveCliArgsFromVSCodeExecutablePath(executable);
    return command === undefined ? { missing: "VS Code's command line" } : { ready: [command] };
  } catch (error) {
    return { missing: `VS Code's download (${error instanceof Error ? error.message : error})` };
  }
}

/**
 * Opens a folder with the packaged extension, in a profile of its own that leaves the person's editor as it is.
 * Resolves when that window is closed.
 */
export async function openDesktop(
  cli: DesktopCli,
  vsix: string,
  folder: string,
  home: string,
): Promise<void> {
  const [command, ...first] = cli;
  const profile = [
    "--user-data-dir",
    path.join(home, "user"),
    "--extensions-dir",
    path.join(home, "extensions"),
  ];
  const call = (args: readonly string[]) =>
    new Promise<void>((resolve, reject) => {
      const child = spawn(command, [...first, ...profile, ...args], { stdio: "inherit", shell: windows });
      child.once("error", reject);
      child.once("close", (code) =>
        code === 0 ? resolve() : reject(new Error(`${command} ${args.join(" ")} ended with ${code}`)),
      );
    });
  await call(["--install-extension", vsix, "--force"]);
  await call(["--new-window", "--wait", "--disable-workspace-trust", folder]);
}
