/**
 * One page in an editor tab: a locked document that runs one bundle, and typed calls between the two. Whatever a page shows it
 * asks for again, so nothing is kept for it but where the person was.
 */

import * as vscode from "vscode";
import { packed } from "../model/exactNumbers.ts";
import { RunlineError } from "../model/failure.ts";
import type { RequestName } from "../protocol/editor.ts";
import type { Calls, ToPage } from "../protocol/rpc.ts";
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
  readonly first?: readonly { readonly name: RequestName; readonly input: unknown }[];
}

export class Page implements vscode.Disposable {
  readonly panel: vscode.WebviewPanel;
  private readonly pass: Pass;
  private readonly root: vscode.Uri;
  private readonly calls = new Map<number, vscode.CancellationTokenSource>();
  private readonly listening: vscode.Disposable;
  private spec: PageSpec;
  /** Answers by their questions. */
  private readonly early = new Map<string, Promise<unknown>>();

  constructor(panel: vscode.WebviewPanel, extension: vscode.Uri, pass: Pass, spec: PageSpec) {
    this.panel = panel;
    this.pass = pass;
    this.root = vscode.Uri.joinPath(extension, "dist", "webview");
    this.spec = spec;
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
    this.askEarly(spec);
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
    if (parsed === null || parsed.type === "ready") return;
    if (parsed.type === "cancel") this.calls.get(parsed.id)?.cancel();
    else void this.answer(parsed);
  }

  private async answer(call: PageCall): Promise<void> {
    const source = new vscode.CancellationTokenSource();
    this.calls.set(call.id, source);
    try {
      const value = await this.work(call, source.token);
      this.post({ type: "answer", id: call.id, ok: true, value });
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
    if (name !== undefined) return this.earlyAnswer(call) ?? this.pass(name, call.input, token);
    throw new RunlineError("requestInvalid", { method: call.name, cause: "this page may not ask for it" });
  }

  private askEarly({ first }: PageSpec): void {
    this.early.clear();
    for (const { name, input } of first ?? []) {
      const source = new vscode.CancellationTokenSource();
      const answer = this.pass(name, input, source.token);
      // Told to the page when it asks; one that never does needs no answer.
      answer.catch(() => undefined);
      this.early.set(questionOf(name, input), answer);
    }
  }

  /** The answer to the same question, once: the next time things may have changed. */
  private earlyAnswer({ name, input }: PageCall): Promise<unknown> | null {
    if (this.early.size === 0) return null;
    const question = questionOf(name, input);
    const answer = this.early.get(question) ?? null;
    this.early.delete(question);
    return answer;
  }

  private post(message: ToPage): void {
    void this.panel.webview.postMessage(message);
  }

  private cancelAll(): void {
    for (const source of this.calls.values()) source.cancel();
  }
}

const questionOf = (name: string, input: unknown) => `${name} ${JSON.stringify(input)}`;

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
