/** The CLI `runline`: wires the engines to the commands of `api/cli/`. */

import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { failure } from "./model/failure.ts";

const here = path.dirname(fileURLToPath(import.meta.url));
const beside = (name: string) => path.join(here, name);

/** Loaded only on a Node that can: on an older one the store's native part would crash the process instead of failing. */
async function start(): Promise<number> {
  const [{ main }, { processTerminal }, { findFolder, openFolder }] = await Promise.all([
    import("./api/cli/main.ts"),
    import("./api/cli/terminal.ts"),
    import("./api/cli/folder.ts"),
  ]);
  const { commandPace, reachFrom } = await import("./compute/reach.ts");
  const [{ localCompute }, { localIdentity }, { localCode }, { openSqliteStore }] = await Promise.all([
    import("./compute/local/local.ts"),
    import("./compute/local/identity.ts"),
    import("./compute/snapshot/snapshot.ts"),
    import("./store/sqlite/open.ts"),
  ]);
  const [{ foreignReaders }, { mlflowDatabases }] = await Promise.all([
    import("./data/import/readers.ts"),
    import("./store/foreign/mlflowDatabase.ts"),
  ]);
  const { version } = JSON.parse(readFileSync(path.join(here, "..", "package.json"), "utf8"));
  const recorder = existsSync(beside("recorder.pyz")) ? beside("recorder.pyz") : beside("recorder");
  const local = localCompute(recorder);
  const reach = reachFrom({ local, code: localCode(), recorder, pace: commandPace });
  const engines = {
    // A command reads little, and `serve` stays: the system keeps the file's pages anyway.
    openStore: (file: string) => openSqliteStore(file, { cacheMegabytes: 4 }),
    compute: local,
    code: localCode(),
    reach,
    identity: localIdentity,
    clock: Date.now,
    foreign: foreignReaders(mlflowDatabases),
    versions: { Runline: String(version), Node: process.versions.node },
  };
  const terminal = processTerminal(process);
  return main(process.argv.slice(2), {
    terminal,
    version: String(version),
    environment: process.env,
    openProject: async (folder) => openFolder(await findFolder(folder), engines, process.env, terminal),
  });
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 14)) {
  const { message, next } = failure("nodeTooOld", { found: process.versions.node });
  process.stderr.write(`runline: ${message}\n  ${next}\n`);
  process.exitCode = 1;
} else
  start().then(
    (code) => {
      process.exitCode = code;
    },
    (thrown: unknown) => {
      process.stderr.write(`runline: ${String(thrown)}\n`);
      process.exitCode = 1;
    },
  );
