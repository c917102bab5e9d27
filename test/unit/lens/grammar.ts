/** The grammar as the tests and the bench load it: from the packages, as the build copies it. */

import * as path from "node:path";
import { type Grammar, loadGrammar } from "../../../src/lens/grammar.ts";

const modules = path.join(import.meta.dirname, "../../../node_modules");

export function testGrammar(): Promise<Grammar> {
  return loadGrammar({
    runtime: path.join(modules, "web-tree-sitter/web-tree-sitter.wasm"),
    python: path.join(modules, "@vscode/tree-sitter-wasm/wasm/tree-sitter-python.wasm"),
  });
}
