/** The Python grammar: text in, syntax tree out. */

import { Language, type Node, Parser, type Tree } from "web-tree-sitter";
import { editBetween } from "./edit.ts";

/** Where the WebAssembly files are: web-tree-sitter's own and the Python grammar. */
export interface GrammarFiles {
  readonly runtime: string;
  readonly python: string;
}

export interface Grammar {
  /**
   * Parses and gives the root to `read`; null when the parser gives up. The tree lives in WebAssembly memory and is freed later, so
   * nothing of it may be kept. Columns and offsets are UTF-16 units, as the language server protocol wants.
   */
  read<T>(text: string, read: (root: Node) => T): T | null;
}

/** Loads the grammar; the runtime once per process. Rejects when a file is missing or unreadable. */
export async function loadGrammar(files: GrammarFiles): Promise<Grammar> {
  await Parser.init({ locateFile: () => files.runtime });
  const parser = new Parser();
  parser.setLanguage(await Language.load(files.python));
  // The last text is most often the one that is being typed: then only what changed is parsed.
  let last: { readonly text: string; readonly tree: Tree } | null = null;

  function parse(text: string): Tree | null {
    const edit = last === null ? null : editBetween(last.text, text);
    if (last !== null && edit !== null) {
      last.tree.edit(edit);
      const tree = parser.parse(text, last.tree);
      // How a tree is mended after an error depends on what it was before; the same text shall always read the same.
      if (tree?.rootNode.hasError === false) return tree;
      tree?.delete();
    }
    parser.reset();
    return parser.parse(text);
  }

  return {
    read(text, read) {
      if (last?.text !== text) {
        const tree = parse(text);
        last?.tree.delete();
        last = tree === null ? null : { text, tree };
      }
      return last === null ? null : read(last.tree.rootNode);
    },
  };
}
