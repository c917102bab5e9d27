/** The server process: started by the editor's language client, it wires the engines to the connection. */

import { existsSync, readFileSync } from "node:fs";
import { flushCompileCache } from "node:module";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { startServer } from "./api/editor/connection.ts";
import { localIdentity } from "./compute/local/identity.ts";
import { localCompute } from "./compute/local/local.ts";
import { editorPace, reachFrom } from "./compute/reach.ts";
import { localCode } from "./compute/snapshot/snapshot.ts";
import { foreignReaders } from "./data/import/readers.ts";
import { compiledCodeNames } from "./model/compiledCode.ts";
import { mlflowDatabases } from "./store/foreign/mlflowDatabase.ts";
import { openSqliteStore } from "./store/sqlite/open.ts";

const here = path.dirname(fileURLToPath(import.meta.url));
const beside = (name: string) => path.join(here, name);
/** Packed beside the bundle; a folder beside the sources. */
const recorder = existsSync(beside("recorder.pyz")) ? beside("recorder.pyz") : beside("recorder");
const { version } = JSON.parse(readFileSync(path.join(here, "..", "package.json"), "utf8"));

/** What was compiled is written while nobody waits: a server may be ended without a word. */
const compiledAfterMs = 20_000;
const compiledNames = compiledCodeNames(process.env);
for (const name of compiledNames) delete process.env[name];
if (compiledNames.length > 0) setTimeout(flushCompileCache, compiledAfterMs).unref();

const local = localCompute(recorder);

startServer(
  createConnection(ProposedFeatures.all),
  {
    openStore: (file) => openSqliteStore(file),
    compute: local,
    code: localCode(),
    reach: reachFrom({ local, code: localCode(), recorder, pace: editorPace }),
    identity: localIdentity,
    clock: Date.now,
    foreign: foreignReaders(mlflowDatabases),
    versions: { Runline: String(version), Node: process.versions.node },
  },
  { runtime: beside("web-tree-sitter.wasm"), python: beside("tree-sitter-python.wasm") },
);
