/** What ssh asks, asked of the person. Only ever because they wanted to connect; the machine's words stand apart from ours. */

import * as vscode from "vscode";
import type { Prompt } from "../model/host.ts";

const t = vscode.l10n.t;

/** Null: they don't want to answer. */
export async function answerPrompt({ host, kind, text }: Prompt): Promise<string | null> {
  switch (kind) {
    case "hostKey": {
      const connect = t("Connect");
      const told = t("Connect to {0} for the first time? Compare the fingerprint first.", host);
      const answer = await vscode.window.showWarningMessage(told, { modal: true, detail: text }, connect);
      return answer === connect ? "yes" : null;
    }
    case "touch":
      void vscode.window.showInformationMessage(t("Touch your security key to sign in to {0}.", host));
      return "";
    case "secret":
      return (
        (await vscode.window.showInputBox({
          title: t("Sign in to {0}", host),
          prompt: text,
          password: true,
          ignoreFocusOut: true,
        })) ?? null
      );
  }
}
