/**
 * What stands before every npm script: the packages of the lock file, and the Node that Runline is made for.
 * Runs on any Node from 18 on and imports nothing that has to be installed first.
 */

import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === "win32";
const projectNode = path.join(root, "node_modules", "node", "bin", windows ? "node.exe" : "node");

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Why node_modules does not fit the lock file, or undefined where it fits. */
function staleReason() {
  const wanted = readJson(path.join(root, "package-lock.json"))?.packages ?? {};
  const found = readJson(path.join(root, "node_modules", ".package-lock.json"))?.packages;
  if (found === undefined) return "nothing is installed yet";
  for (const [name, entry] of Object.entries(wanted)) {
    if (name === "" || entry.optional || entry.peer || entry.devOptional) continue;
    if (found[name]?.version !== entry.version) return `${name} should be ${entry.version}`;
  }
  return fs.existsSync(projectNode) ? undefined : "the Node of this project is missing";
}

function install(reason) {
  process.stdout.write(`Installing packages (${reason}) …\n`);
  const done = spawnSync("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: windows,
  });
  if (done.status === 0 && fs.existsSync(projectNode)) return;
  process.stderr.write(
    done.status === 0
      ? "npm installed the packages but not the project's own Node. Allow install scripts of the package “node” and try again.\n"
      : `npm ci failed${done.error ? ` (${done.error.message})` : ""}. Its output is above; check the network and try again.\n`,
  );
  process.exit(1);
}

/** Runs the script again under the project's Node and ends with its exit code; signals are passed on. */
function runAgain(script) {
  const binaries = path.join(root, "node_modules", ".bin");
  const again = spawn(projectNode, [fileURLToPath(script), ...process.argv.slice(2)], {
    stdio: "inherit",
    env: {
      ...process.env,
      PATH: [path.dirname(projectNode), binaries, process.env.PATH].join(path.delimiter),
    },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => again.kill(signal));
  again.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
  return new Promise(() => undefined);
}

/**
 * Makes sure that the calling script has its packages and runs on the project's Node: installs and starts it again
 * where it has to, and resolves only there.
 * @param {string} script import.meta.url of the script that was started
 */
export async function prepare(script) {
  if (Number(process.versions.node.split(".")[0]) < 18) {
    process.stderr.write(`This is Node ${process.versions.node}; Runline needs Node 18 or newer to start.\n`);
    process.exit(1);
  }
  const reason = staleReason();
  if (reason !== undefined) install(reason);
  if (fs.realpathSync(process.execPath) !== fs.realpathSync(projectNode)) await runAgain(script);
}
