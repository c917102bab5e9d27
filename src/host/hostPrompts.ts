/** What ssh asks, asked of the person. Only ever because they wanted to connect; the machine's words stand apart from ours. */

import * as vscode from "vscode";
import type { Prompt } from "../model/host.ts";

const t = vscode.l10n.t;

/** A second box would close the first one unanswered, so questions of several hosts stand in line. */
let turn: Promise<unknown> = Promise.resolve();

/** Null: they don't want to answer, or nobody waits for it any more (`token`). */
export function answerPrompt(prompt: Prompt, token: vscode.CancellationToken): Promise<string | null> {
  if (prompt.kind === "touch") {
    void vscode.window.showInformationMessage(t("Touch your security key to sign in to {0}.", prompt.host));
    return Promise.resolve("");
  }
  const answer = turn.then(() => (token.isCancellationRequested ? null : ask(prompt, token)));
  turn = answer.catch(() => null);
  return answer;
}

async function ask({ host, kind, text }: Prompt, token: vscode.CancellationToken): Promise<string | null> {
  if (kind === "hostKey") {
    const connect = t("Connect");
    const told = t("Connect to {0} for the first time? Compare the fingerprint first.", host);
    const answer = await vscode.window.showWarningMessage(told, { modal: true, detail: text }, connect);
    return answer === connect ? "yes" : null;
  }
  const options = { title: t("Sign in to {0}", host), prompt: text, password: true, ignoreFocusOut: true };
  return (await vscode.window.showInputBox(options, token)) ?? null;
}
