/** What stands above and behind the words of a training script: its lens, and the history of its metrics and parameters. */

import {
  type CodeLens,
  CodeLensRefreshRequest,
  type Connection,
  type Hover,
  MarkupKind,
  type TextDocuments,
} from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { hover } from "../../lens/hovers.ts";
import { lenses } from "../../lens/lenses.ts";
import { commonKeyMetric } from "../../ops/bestRun.ts";
import { pathInRecords } from "../../ops/commandLine.ts";
import { type ScriptHistory, scriptHistory } from "../../ops/scriptHistory.ts";
import type { Context } from "./context.ts";
import { type DocumentReader, fileOf } from "./scriptReader.ts";

export interface LanguageFeatures {
  /** Shows the lens or hides it. */
  show(codeLens: boolean): void;
  /** Whether the editor can be asked to ask again. */
  canRefresh(able: boolean): void;
  /** Asks the editor to ask again, soon: many changes are one refresh. */
  refresh(): void;
}

const refreshAfterMs = 1_000;
const none: ScriptHistory = { runs: [], best: null, champion: null };

/** Answers the editor's questions about Python documents. What can't be known (store in trouble) is left out, never thrown. */
export function languageFeatures(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  scripts: DocumentReader,
  context: () => Promise<Context | null>,
): LanguageFeatures {
  const history = rememberedHistory();
  /** What the editor shows now, by document. */
  const answered = new Map<string, string>();
  let shown = true;
  let able = false;
  let waiting: NodeJS.Timeout | null = null;

  function refresh(): void {
    if (!able || waiting !== null || documents.keys().length === 0) return;
    waiting = setTimeout(() => {
      waiting = null;
      void refreshIfOther();
    }, refreshAfterMs);
    waiting.unref();
  }

  /** While a run goes on something changes all the time, the line above its script hardly ever. */
  async function refreshIfOther(): Promise<void> {
    for (const uri of documents.keys()) {
      // A document that came after the question for its lens was answered with none.
      const before = answered.get(uri) ?? "[]";
      if (before === JSON.stringify(await codeLenses(uri).catch(() => []))) continue;
      // An editor that is closing does not answer.
      await connection.sendRequest(CodeLensRefreshRequest.type).catch(() => undefined);
      return;
    }
  }

  async function codeLenses(uri: string): Promise<CodeLens[]> {
    const project = await context();
    const document = documents.get(uri);
    const path = fileOf(uri);
    if (!shown || project === null || document === undefined || path === null) return [];
    const script = await scripts.read(document);
    if (script.anchor === null) return [];
    const { runs, best, champion } = await history(path, project);
    const found = lenses(script, {
      path,
      canRun: project.trusted,
      runs: runs.length,
      best: best === null ? null : { metric: best.metric, value: best.value, run: best.run.name },
      champion,
    });
    return found.map(({ line, title, command, args }) => ({
      range: { start: { line, character: 0 }, end: { line, character: 0 } },
      command: { title, command, arguments: [...args] },
    }));
  }

  connection.onCodeLens(async ({ textDocument }) => {
    const found = await codeLenses(textDocument.uri);
    answered.set(textDocument.uri, JSON.stringify(found));
    return found;
  });
  documents.onDidOpen(refresh);
  documents.onDidClose(({ document }) => void answered.delete(document.uri));
  connection.onHover(async ({ textDocument, position }): Promise<Hover | null> => {
    const project = await context();
    const document = documents.get(textDocument.uri);
    const path = fileOf(textDocument.uri);
    if (document === undefined || path === null || project === null) return null;
    const { runs } = await history(path, project);
    if (runs.length === 0) return null;
    const script = await scripts.read(document);
    const found = hover(script, position, { runs, keyMetric: commonKeyMetric(runs), now: project.clock() });
    return found && { contents: { kind: MarkupKind.Markdown, value: found.markdown }, range: found.range };
  });

  return {
    show(codeLens) {
      shown = codeLens;
      refresh();
    },
    canRefresh(answer) {
      able = answer;
    },
    refresh,
  };
}

/** Histories are read once per commit of the store, however often the editor asks while somebody types. */
function rememberedHistory(): (path: string, project: Context) => Promise<ScriptHistory> {
  const known = new Map<string, { readonly at: string; readonly history: ScriptHistory }>();
  return async (path, project) => {
    const store = await project.store.existing().catch(() => null);
    if (store === null) return none;
    const at = `${store.location} ${await store.revision()}`;
    const found = known.get(path);
    if (found?.at === at) return found.history;
    const history = await scriptHistory(pathInRecords(path, project.layout.workspace), store);
    known.set(path, { at, history });
    return history;
  };
}
