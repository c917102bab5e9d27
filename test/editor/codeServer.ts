import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { cacheFolder } from "./cacheFolder.ts";
import type { Need, Say } from "./need.ts";
import { needSystemPackages } from "./systemPackages.ts";

const version = "4.139.1";
/** Its native parts are compiled on installation. */
const buildPackages = [
  "g++",
  "make",
  "python3",
  "libkrb5-dev",
  "libx11-dev",
  "libxkbfile-dev",
  "libsecret-1-dev",
];

/** VS Code as an npm package. */
export interface CodeServer {
  /** The program people know as `code-server`. */
  readonly entry: string;
  /** VS Code's own server in it, which takes an extension under development and its tests. */
  readonly serverMain: string;
}

function installedAt(folder: string): CodeServer {
  const root = path.join(folder, "node_modules", "code-server");
  return {
    entry: path.join(root, "out", "node", "entry.js"),
    serverMain: path.join(root, "lib", "vscode", "out", "server-main.js"),
  };
}

function npm(folder: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (!fs.existsSync(path.join(folder, "package.json")))
    fs.writeFileSync(path.join(folder, "package.json"), '{ "private": true }\n');
  return new Promise((resolve) => {
    const child = spawn(
      "npm",
      ["install", "--no-save", "--no-fund", "--no-audit", "--loglevel=error", ...args],
      {
        cwd: folder,
        env,
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (bytes: Buffer) => {
        output = (output + bytes.toString()).slice(-4000);
      });
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code) =>
      resolve(code === 0 ? undefined : output.trim().split("\n").slice(-6).join("\n")),
    );
  });
}

/** The Node headers that native parts are compiled against: from npm, because node-gyp's own download may be out of reach. */
async function headers(say: Say): Promise<Need<string>> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = cacheFolder(`headers-${process.versions.node}`);
  const found = path.join(folder, "node_modules", name);
  if (fs.existsSync(path.join(found, "include", "node", "node.h"))) return { ready: found };
  say(`Installing the headers of Node ${process.versions.node} …`);
  const failed = await npm(folder, ["--ignore-scripts", `${name}@${process.versions.node}`], process.env);
  return failed === undefined ? { ready: found } : { missing: `the headers of Node (${failed})` };
}

async function install(folder: string, say: Say): Promise<string | undefined> {
  const built = needSystemPackages(buildPackages, say);
  if ("missing" in built) return built.missing;
  const include = await headers(say);
  if ("missing" in include) return include.missing;
  say(`Installing VS Code in the browser (code-server ${version}, once, about 800 MB and 3 minutes) …`);
  const began = Date.now();
  const progress = setInterval(
    () => say(`  still installing, ${Math.round((Date.now() - began) / 1000)} s`),
    10_000,
  );
  try {
    // An npm that runs on another Node has told its own here, and the installation believes it.
    const { npm_config_user_agent: _, ...env } = process.env;
    return await npm(folder, [`code-server@${version}`], {
      ...env,
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH ?? ""}`,
      npm_config_nodedir: include.ready,
      npm_config_dangerously_allow_all_scripts: "true",
    });
  } finally {
    clearInterval(progress);
  }
}

/** Sees to it that code-server is installed in the user's cache. A broken installation is made again. */
export async function needCodeServer(say: Say): Promise<Need<CodeServer>> {
  if (process.platform === "win32") return { missing: "code-server, which does not exist for Windows" };
  const folder = cacheFolder(`code-server-${version}`);
  const complete = path.join(folder, "complete");
  if (fs.existsSync(complete)) return { ready: installedAt(folder) };
  fs.rmSync(path.join(folder, "node_modules"), { recursive: true, force: true });
  const failed = await install(folder, say);
  if (failed !== undefined) return { missing: `code-server ${version} (${failed})` };
  fs.writeFileSync(complete, "");
  return { ready: installedAt(folder) };
}
