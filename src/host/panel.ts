/**
 * One page in an editor tab: a locked document that runs one bundle, and typed calls between the two. Whatever a page shows it
 * asks for again, so nothing is kept for it but where the person was.
 */

import * as vscode from "vscode";
import { packed } from "../model/exactNumbers.ts";
import { RunlineError } from "../model/failure.ts";
import type { RequestName } from "../protocol/editor.ts";
import type { Calls, ToPage } from "../protocol/rpc.ts";
import { EarlyAnswers, type Question } from "./earlyAnswers.ts";
import { type PageCall, parsePageMessage } from "./pageMessage.ts";
import { type Pass, shownFailure } from "./server.ts";

/** The calls of a contract that the host answers by itself. */
export type OwnCalls<C extends Calls> = {
  readonly [N in Extract<keyof C, `page/${string}`>]: (input: C[N][0]) => Promise<C[N][1]>;
};

export interface PageSpec {
  /** Folder of the bundle: dist/webview/<bundle>.js. */
  readonly bundle: "run" | "compare";
  readonly title: string;
  /** Server requests that the page may make; they pass through unchanged. */
  readonly passes: readonly RequestName[];
  readonly own: Readonly<Record<string, (input: never) => Promise<unknown>>>;
  /** What a fresh page asks first, in that order: asked of the server while the editor is still making the page. */
  readonly first?: readonly Question[];
  /** What it asks once it has the answer to one of those. */
  readonly next?: (question: Question, value: unknown) => readonly Question[];
  /** Hears every question that the page has to ask of the server itself. */
  readonly heard?: (name: RequestName, input: PageCall["input"]) => void;
}

export class Page implements vscode.Disposable {
  readonly panel: vscode.WebviewPanel;
  private readonly pass: Pass;
  private readonly root: vscode.Uri;
  private readonly calls = new Map<number, vscode.CancellationTokenSource>();
  private readonly listening: vscode.Disposable;
  private spec: PageSpec;
  private readonly early: EarlyAnswers;

  constructor(panel: vscode.WebviewPanel, extension: vscode.Uri, pass: Pass, spec: PageSpec) {
    this.panel = panel;
    this.pass = pass;
    this.root = vscode.Uri.joinPath(extension, "dist", "webview");
    this.spec = spec;
    this.early = new EarlyAnswers(
      // One that nobody asks for in the end is not worth a cancel.
      ({ name, input }) => this.pass(name, input, new vscode.CancellationTokenSource().token),
      ({ name, input }, value) => this.post({ type: "told", name, input, value }),
    );
    const icon = (name: string) => vscode.Uri.joinPath(extension, "media", "icons", name);
    panel.iconPath = { light: icon("page-light.svg"), dark: icon("page-dark.svg") };
    panel.webview.options = { enableScripts: true, localResourceRoots: [this.root] };
    this.listening = panel.webview.onDidReceiveMessage((message) => this.receive(message));
    panel.onDidDispose(() => this.dispose());
    this.load(spec);
  }

  /** Shows something else in the same tab: the page starts afresh and asks what it is about. */
  load(spec: PageSpec): void {
    this.cancelAll();
    this.spec = spec;
    this.early.start(spec.first ?? [], spec.next ?? (() => []));
    this.panel.title = spec.title;
    this.panel.webview.html = pageHtml(this.panel.webview, this.root, spec.bundle);
  }

  /** An event for the page. One that is hidden gets none: it asks for everything when it is shown again. */
  tell(name: string, value: unknown): void {
    // An answer from before a change is of no use any more.
    if (name === "changed") this.early.clear();
    if (this.panel.visible) this.post({ type: "event", name, value });
  }

  dispose(): void {
    this.cancelAll();
    this.listening.dispose();
  }

  private receive(message: unknown): void {
    const parsed = parsePageMessage(message);
    if (parsed === null) return;
    if (parsed.type === "ready") this.early.pause();
    else if (parsed.type === "cancel") this.calls.get(parsed.id)?.cancel();
    else void this.answer(parsed);
  }

  private async answer(call: PageCall): Promise<void> {
    const early = this.earlyAnswer(call);
    // The page has the answer, or will before it could have this one.
    if (early === "told") return;
    const source = new vscode.CancellationTokenSource();
    this.calls.set(call.id, source);
    try {
      const value = await (early ?? this.work(call, source.token));
      this.post({ type: "answer", id: call.id, ok: true, value });
      this.early.begin();
    } catch (error) {
      this.post({ type: "answer", id: call.id, ok: false, failure: shownFailure(error) });
    } finally {
      this.calls.delete(call.id);
      source.dispose();
    }
  }

  private async work(call: PageCall, token: vscode.CancellationToken): Promise<unknown> {
    const own = Object.hasOwn(this.spec.own, call.name) ? this.spec.own[call.name] : undefined;
    if (own !== undefined) return packed(await own(call.input as never));
    const name = this.spec.passes.find((allowed) => allowed === call.name);
    // The server checks the input by its schema; here only the name decides.
    if (name !== undefined) {
      this.spec.heard?.(name, call.input);
      return this.pass(name, call.input, token);
    }
    throw new RunlineError("requestInvalid", { method: call.name, cause: "this page may not ask for it" });
  }

  private earlyAnswer({ name, input }: PageCall): Promise<unknown> | "told" | null {
    const asked = this.spec.passes.find((allowed) => allowed === name);
    return asked === undefined ? null : this.early.take({ name: asked, input });
  }

  private post(message: ToPage): void {
    void this.panel.webview.postMessage(message);
  }

  private cancelAll(): void {
    for (const source of this.calls.values()) source.cancel();
  }
}

/**
 * Nothing may be loaded but our own bundle, styles and icon font; no network, no inline script, no inline style. The bundle does not wait for
 * the styles (`async`): it asks for its data while they load.
 */
function pageHtml(webview: vscode.Webview, root: vscode.Uri, bundle: string): string {
  // The web's own generator: loading node:crypto would be a good part of the time that activation takes.
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url");
  const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" id="vscode-codicon-stylesheet" href="${file("codicon.css")}">
<link rel="stylesheet" href="${file(`${bundle}.css`)}">
</head>
<body>
<div id="root"></div>
<script type="module" async nonce="${nonce}" src="${file(`${bundle}.js`)}"></script>
</body>
</html>`;
}
