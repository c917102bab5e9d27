import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { type Running, startProcess, waitForOutput } from "./childProcess.ts";
import type { CodeServer } from "./codeServer.ts";

/** A running VS Code that a browser can open. */
export interface Editor {
  /** Opens the workspace. */
  readonly url: string;
  readonly workspace: string;
  /** Where it keeps user data and extensions; start another with it to reopen "the same editor". */
  readonly home: string;
  /** Its own output and the logs of its windows. */
  log(): string;
  stop(): Promise<void>;
  /** Ends it with all its processes (server, extension host, Runline's server) at once, without a word of warning. */
  kill(): Promise<void>;
}

export type Trust = "trusted" | "restricted";

export interface PackagedEditor {
  readonly codeServer: CodeServer;
  readonly workspace: string;
  /** A folder of this editor's own; may be that of an earlier one. */
  readonly home: string;
  /** The package to install; absent: an editor without Runline. */
  readonly vsix?: string;
  readonly trust: Trust;
  /** 0 or absent: any free one. */
  readonly port?: number;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A window without anything that moves, asks or phones. */
const calmSettings = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.reduceMotion": "on",
  "workbench.colorTheme": "Dark Modern",
  "chat.disableAIFeatures": true,
  "extensions.ignoreRecommendations": true,
  "git.openRepositoryInParentFolders": "never",
  "security.workspace.trust.startupPrompt": "never",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "editor.cursorBlinking": "solid",
  "window.autoDetectColorScheme": false,
  "window.menuBarVisibility": "hidden",
  "remote.autoForwardPorts": false,
};

interface Home {
  readonly userData: string;
  readonly extensions: string;
}

function makeHome(home: string, settings: Readonly<Record<string, unknown>>): Home {
  const userData = path.join(home, "user");
  const extensions = path.join(home, "extensions");
  const settingsFile = path.join(userData, "User", "settings.json");
  fs.mkdirSync(path.dirname(settingsFile), { recursive: true });
  fs.mkdirSync(extensions, { recursive: true });
  fs.writeFileSync(settingsFile, `${JSON.stringify({ ...calmSettings, ...settings }, null, 2)}\n`);
  return { userData, extensions };
}

/** The editor must not find the project's Node tricks or an outer VS Code in its environment. */
function cleanEnvironment(home: string, extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|NODE_OPTIONS|npm_|VITEST|ELECTRON_)/.test(name),
  );
  return { ...Object.fromEntries(kept), XDG_CONFIG_HOME: path.join(home, "config"), ...extra };
}

function windowLogs(userData: string): string {
  const logs = path.join(userData, "logs");
  if (!fs.existsSync(logs)) return "";
  return fs
    .readdirSync(logs, { recursive: true, encoding: "utf8" })
    .filter((name) => /(exthost|remoteagent|Runline)[^/]*\.log$/.test(name))
    .map((name) => `== ${name}\n${fs.readFileSync(path.join(logs, name), "utf8")}`)
    .join("\n");
}

function editorOf(
  running: Running,
  options: { workspace: string; home: string },
  at: Home,
  url: string,
): Editor {
  return {
    url,
    workspace: options.workspace,
    home: options.home,
    log: () => `${running.output()}\n${windowLogs(at.userData)}`,
    stop: () => running.stop(),
    kill: () => running.kill(),
  };
}

/** Starts the editor as people have it, with the packaged extension installed. Listens on a free loopback port. */
export async function startPackagedEditor(options: PackagedEditor): Promise<Editor> {
  const { codeServer, workspace, home, vsix, trust } = options;
  const at = makeHome(home, options.settings ?? {});
  const env = cleanEnvironment(home, options.env ?? {});
  const folders = ["--user-data-dir", at.userData, "--extensions-dir", at.extensions];
  if (vsix !== undefined)
    await promisify(execFile)(
      process.execPath,
      [codeServer.entry, "--install-extension", vsix, "--force", ...folders],
      {
        env,
      },
    );
  const trusted = trust === "trusted" ? ["--disable-workspace-trust"] : [];
  const quiet = [
    "--auth",
    "none",
    "--disable-telemetry",
    "--disable-update-check",
    "--disable-getting-started-override",
  ];
  const running = startProcess(
    [
      process.execPath,
      codeServer.entry,
      "--bind-addr",
      `127.0.0.1:${options.port ?? 0}`,
      ...quiet,
      ...folders,
      ...trusted,
      workspace,
    ],
    env,
    workspace,
  );
  const match = await waitForOutput(running, /HTTP server listening on (http:\/\/[\d.]+:\d+)/, 60_000);
  return editorOf(running, options, at, `${match[1]}/?folder=${encodeURIComponent(workspace)}`);
}

export interface DevelopmentEditor {
  readonly codeServer: CodeServer;
  readonly workspace: string;
  readonly home: string;
  /** The folder with package.json. */
  readonly extension: string;
  /** The module whose run() is called in the extension host. */
  readonly tests: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts VS Code's own server for an extension under development, with tests to run in its extension host. */
export async function startDevelopmentEditor(options: DevelopmentEditor): Promise<Editor> {
  const { codeServer, workspace, home, extension, tests } = options;
  const at = makeHome(home, {});
  const running = startProcess(
    [
      process.execPath,
      codeServer.serverMain,
      ...["--host", "127.0.0.1", "--port", "0"],
      ...["--without-connection-token", "--accept-server-license-terms", "--telemetry-level", "off"],
      ...[
        "--enable-smoke-test-driver",
        "--disable-workspace-trust",
        "--server-data-dir",
        path.join(home, "server"),
      ],
      ...["--user-data-dir", at.userData, "--extensions-dir", at.extensions],
    ],
    cleanEnvironment(home, options.env ?? {}),
    workspace,
  );
  const match = await waitForOutput(running, /agent listening on (\d+)/, 60_000);
  const authority = `127.0.0.1:${match[1]}`;
  const remote = (folder: string) => `vscode-remote://${authority}${folder}`;
  const payload = JSON.stringify([
    ["extensionDevelopmentPath", remote(extension)],
    ["extensionTestsPath", remote(tests)],
  ]);
  const query = `folder=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(payload)}`;
  return editorOf(running, options, at, `http://${authority}/?${query}`);
}
