/** Scripts as text: the one that the window shows, unsaved changes included, else the one on the disk; read once per version. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { TextDocuments } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { type Grammar, type GrammarFiles, loadGrammar } from "../../lens/grammar.ts";
import { readScript, type TrainingScript } from "../../lens/trainingScript.ts";
import { RunlineError } from "../../model/failure.ts";
import type { ScriptReader } from "./context.ts";

export interface DocumentReader extends ScriptReader {
  /** What a document says, read once per version of it. */
  read(document: TextDocument): Promise<TrainingScript>;
  forget(uri: string): void;
}

/** Loads the grammar with the first script, not before. */
export function scriptReader(files: GrammarFiles, documents: TextDocuments<TextDocument>): DocumentReader {
  const read = new Map<string, { readonly version: number; readonly script: TrainingScript }>();
  let loading: Promise<Grammar> | null = null;

  function grammar(): Promise<Grammar> {
    loading ??= loadGrammar(files).catch((thrown: unknown) => {
      loading = null;
      throw thrown;
    });
    return loading;
  }

  return {
    async read(document) {
      const { uri, version } = document;
      const known = read.get(uri);
      if (known?.version === version) return known.script;
      const script = readScript(await grammar(), document.getText(), uri);
      read.set(uri, { version, script });
      return script;
    },
    forget: (uri) => void read.delete(uri),
    async argumentsOf(path) {
      const shown = documents.all().find(({ uri }) => fileOf(uri) === path);
      if (shown !== undefined) return (await this.read(shown)).arguments;
      const text = await readFile(path, "utf8").catch((thrown: unknown) => {
        throw new RunlineError("scriptMissing", { script: path }, thrown);
      });
      return readScript(await grammar(), text).arguments;
    },
  };
}

/**
 * The file that a document lies in; null for one that lies in none (a new one, one of a source control view). Compared by paths, because
 * editors write the same address in several ways (`%40` and `@`).
 */
export function fileOf(uri: string): string | null {
  return uri.startsWith("file:") ? fileURLToPath(uri) : null;
}
