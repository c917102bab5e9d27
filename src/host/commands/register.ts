/** Commands of the contract with their handlers. What a handler throws is shown to the person who asked. */

import * as vscode from "vscode";
import type { Failure } from "../../model/failure.ts";
import { type CommandId, command } from "../contract.ts";
import { shownFailure } from "../server.ts";
import { wayOut } from "../waysOut.ts";

/** Handlers get what the surface gives: a row and the selected rows, a URI, an id, or nothing. */
export type Handler = (...given: unknown[]) => unknown;
export type Handlers = Partial<Record<CommandId, Handler>>;

/** Registers handlers; a failure is told in one notification, with the next step or the log one click away. */
export function registerCommands(handlers: Handlers, log: vscode.LogOutputChannel): vscode.Disposable {
  const registered = (Object.entries(handlers) as [CommandId, Handler][]).map(([id, handler]) =>
    vscode.commands.registerCommand(command(id), async (...given: unknown[]) => {
      try {
        return await handler(...given);
      } catch (error) {
        await tell(shownFailure(error), log);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

/** Shows a failure of something a person asked for. The result of not asking again is not a failure. */
export async function tell(failure: Failure, log: vscode.LogOutputChannel): Promise<void> {
  log.error(`${failure.code}: ${failure.message} ${failure.next}`);
  if (failure.code === "requestCanceled") return;
  const text =
    failure.audience === "user"
      ? `${failure.message} ${failure.next}`
      : vscode.l10n.t("Something went wrong in Runline.");
  const next = wayOut(failure.code) ?? { title: vscode.l10n.t("Show log"), take: async () => log.show(true) };
  void vscode.window.showErrorMessage(text, next.title).then((answer) => {
    if (answer === next.title) return next.take();
  });
}
