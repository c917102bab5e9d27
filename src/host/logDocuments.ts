/** Logs of runs as read-only documents that grow: `runline-log:/<name>.log?<run id>`. */

import * as path from "node:path";
import * as vscode from "vscode";
import type { Run } from "../model/run.ts";
import { coalesce } from "./coalesce.ts";
import { logText } from "./logText.ts";
import type { Server } from "./server.ts";

const scheme = "runline-log";
/** The most that one call answers; a document never holds more of a log than its last part. */
const tailBytes = 1_048_576;
const gapMs = 500;

export function logUri(run: Run): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${run.name.replaceAll("/", "∕")}.log`, query: run.id });
}

export function provideLogDocuments(server: Server, log: vscode.LogOutputChannel): vscode.Disposable {
  const emitter = new vscode.EventEmitter<vscode.Uri>();
  const openLogs = () => vscode.workspace.textDocuments.filter(({ uri }) => uri.scheme === scheme);
  const grown = new Set<string>();
  const refresh = coalesce(
    async () => {
      const uris = openLogs().filter(({ uri }) => grown.has(uri.query));
      grown.clear();
      for (const { uri } of uris) emitter.fire(uri);
    },
    gapMs,
    (error) => log.error(String(error)),
  );
  return vscode.Disposable.from(
    emitter,
    refresh,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: emitter.event,
      provideTextDocumentContent: ({ query }, token) => tail(query, server, token),
    }),
    vscode.workspace.onDidOpenTextDocument((document) => {
      if (document.uri.scheme === scheme) void vscode.languages.setTextDocumentLanguage(document, "log");
    }),
    server.onChanged(({ kinds, runIds }) => {
      if (!kinds.includes("logs")) return;
      for (const { uri } of openLogs())
        if (runIds.length === 0 || runIds.includes(uri.query)) grown.add(uri.query);
      if (grown.size > 0) void refresh.ask();
    }),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.uri.scheme === scheme) follow(document);
    }),
  );
}

async function tail(runId: string, server: Server, token: vscode.CancellationToken): Promise<string> {
  const [run, slice] = await Promise.all([
    server.request("runs/get", { id: runId }, token),
    server.request("runs/log", { id: runId, offset: -tailBytes, length: tailBytes }, token),
  ]);
  const file = path.join(run.directory, "output.log");
  return logText(Buffer.from(slice.base64, "base64"), slice.offset, file, vscode.l10n.t);
}

/** Keeps the end in sight for who stands at it; who has scrolled away or selected something is left alone. */
function follow(document: vscode.TextDocument): void {
  const end = document.lineAt(document.lineCount - 1).range.end;
  for (const editor of vscode.window.visibleTextEditors) {
    if (editor.document !== document || !editor.selection.isEmpty) continue;
    const last = editor.visibleRanges.at(-1)?.end.line ?? 0;
    const wasAtEnd = editor.selection.active.line >= last - 1;
    if (wasAtEnd) editor.revealRange(new vscode.Range(end, end));
    if (wasAtEnd) editor.selection = new vscode.Selection(end, end);
  }
}
