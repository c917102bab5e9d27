/** What a click on a row of the Lineage view opens: the thing itself. */

import * as vscode from "vscode";
import { codeUri } from "./codeDocuments.ts";
import { command } from "./contract.ts";
import { isFolder, type LineageRow } from "./lineageRows.ts";

const t = vscode.l10n.t;

/** A file as a run used it; what `runline.openLineageFile` is given. */
export interface UsedFile {
  readonly runId: string;
  /** As the run knew it: relative to the workspace, or absolute. */
  readonly path: string;
  readonly written: boolean;
  readonly bytes: number | null;
  /** Epoch milliseconds of the use. */
  readonly time: number;
}

/** Null for what has no page and no file of its own. */
export function lineageCommand({ node, edge }: LineageRow): vscode.Command | null {
  const title = t("Open");
  const runId = edge?.runId ?? null;
  switch (node.kind) {
    case "run":
      return { command: command("runline.openRun"), title, arguments: [node.ref] };
    case "modelVersion":
      return { command: command("runline.showModel"), title, arguments: [node.ref.replace(/@\d+$/, "")] };
    case "code": {
      if (runId === null) return null;
      const script = node.id.slice("code:".length, -`@${node.ref}`.length);
      // A command has no script of its own; its code is all that it found.
      return script === "code"
        ? { command: command("runline.showDifference"), title, arguments: [runId] }
        : { command: "vscode.open", title, arguments: [codeUri(runId, script), {}, node.label] };
    }
    case "data": {
      const isSeen = edge !== null && edge.how !== "declared" && edge.how !== "stated";
      if (runId === null || !isSeen) return null;
      const written = edge.kind !== "read";
      // How much is in a folder says nothing about whether it changed.
      const bytes = isFolder(node) ? null : node.bytes;
      const used: UsedFile = { runId, path: node.ref, written, bytes, time: edge.time };
      return { command: command("runline.openLineageFile"), title, arguments: [used] };
    }
    case "artifact":
    case "environment":
      return null;
  }
}
