/** The Python grammar: text in, syntax tree out. */

import { Language, type Node, Parser } from "web-tree-sitter";

/** Where the WebAssembly files are: web-tree-sitter's own and the Python grammar. */
export interface GrammarFiles {
  readonly runtime: string;
  readonly python: string;
}

export interface Grammar {
  /**
   * Parses and gives the root to `read`; null when the parser gives up. The tree lives in WebAssembly memory and is freed when
   * `read` returns, so nothing of it may be kept. Columns and offsets are UTF-16 units, as the language server protocol wants.
   */
  read<T>(text: string, read: (root: Node) => T): T | null;
}

/** Loads the grammar; once per process, a second call shares the first's runtime. Rejects when a file is missing or unreadable. */
export async function loadGrammar(files: GrammarFiles): Promise<Grammar> {
  await Parser.init({ locateFile: () => files.runtime });
  const parser = new Parser();
  parser.setLanguage(await Language.load(files.python));
  return {
    read(text, read) {
      const tree = parser.parse(text);
      if (tree === null) return null;
      try {
        return read(tree.rootNode);
      } finally {
        tree.delete();
      }
    },
  };
}
