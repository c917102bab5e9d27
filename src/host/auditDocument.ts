/** The audit log as a read-only document that follows the registry. */

import * as vscode from "vscode";
import { auditText } from "./auditText.ts";
import type { Server } from "./server.ts";

const scheme = "runline-audit";

export const auditUri = vscode.Uri.from({ scheme, path: "/Audit log" });

export function provideAuditDocument(server: Server): vscode.Disposable {
  const emitter = new vscode.EventEmitter<vscode.Uri>();
  return vscode.Disposable.from(
    emitter,
    server.onChanged(({ kinds }) => {
      if (kinds.includes("models")) emitter.fire(auditUri);
    }),
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: emitter.event,
      provideTextDocumentContent: async (_uri, token) =>
        auditText(await server.request("audit/list", { limit: 10_000 }, token), vscode.l10n.t),
    }),
  );
}
