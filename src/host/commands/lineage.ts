/** Getting to lineage from wherever a person stands: a run, a file, a model version. */

import * as vscode from "vscode";
import { nodeId } from "../../model/lineage.ts";
import { isRunId } from "../../model/runId.ts";
import type { UsedFile } from "../lineageCommand.ts";
import { lineageLabel, nodeIcons } from "../lineageRows.ts";
import type { LineageTree } from "../lineageTree.ts";
import { withoutIcons } from "../markdown.ts";
import { openArtifact, openFile } from "../runFiles.ts";
import type { Request } from "../server.ts";
import type { Handlers } from "./register.ts";
import type { Target } from "./target.ts";

const t = vscode.l10n.t;

export function lineageCommands(request: Request, target: Target, tree: LineageTree): Handlers {
  return {
    "runline.showLineage": async (...given) => {
      const node = nodeOf(given[0]) ?? runNode(await target(given, { title: t("Lineage of which run?") }));
      if (node !== null) await tree.show(node);
    },
    "runline.openLineageFile": async (given) => {
      if (isUsedFile(given)) await openUsed(given, request);
    },
    "runline.fileLineage": async (given) => {
      const uri = given instanceof vscode.Uri ? given : vscode.window.activeTextEditor?.document.uri;
      if (uri?.scheme === "file") await showFile(vscode.workspace.asRelativePath(uri, false), request, tree);
      else void vscode.window.showInformationMessage(t("Open a file of the workspace first."));
    },
    "runline.pinLineage": async (given) => {
      const node = nodeOf(given) ?? tree.root;
      if (node !== null) await tree.pin(node);
      else void vscode.window.showInformationMessage(t("Select a run, a file or a model version first."));
    },
    "runline.unpinLineage": () => tree.pin(null),
  };
}

/** A node id, or the node of a row of the Lineage or Models view; null for anything else. */
function nodeOf(given: unknown): string | null {
  if (typeof given === "string") return isRunId(given) ? nodeId("run", given) : given;
  if (!isObject(given)) return null;
  if (given.kind === "node" && isObject(given.row) && isObject(given.row.node))
    return String(given.row.node.id);
  if (given.kind === "version" && isObject(given.version)) {
    const { model, version } = given.version;
    return nodeId("modelVersion", `${String(model)}@${String(version)}`);
  }
  return null;
}

/** The copy that was kept of what a run wrote; else the file as it is now, and whether that may be another than the run read. */
async function openUsed(used: UsedFile, request: Request): Promise<void> {
  const run = await request("runs/get", { id: used.runId });
  if (used.written) return openArtifact(run, used.path, request);
  const now = await openFile(run, used.path);
  if (used.bytes === null || (now.size === used.bytes && now.mtime <= used.time)) return;
  const told =
    now.size === used.bytes
      ? t("{0} was written after {1} had read it, and may have changed", used.path, run.name)
      : t("{0} has changed since {1} read it", used.path, run.name);
  vscode.window.setStatusBarMessage(`$(history) ${withoutIcons(told)}`, 10_000);
}

function isUsedFile(given: unknown): given is UsedFile {
  return isObject(given) && typeof given.runId === "string" && typeof given.path === "string";
}

function runNode(runs: readonly { readonly id: string }[]): string | null {
  const [run] = runs;
  return run === undefined ? null : nodeId("run", run.id);
}

/** Several contents of one path are several nodes: the newest comes first, and the person says which. */
async function showFile(path: string, request: Request, tree: LineageTree): Promise<void> {
  const found = (await request("lineage/search", { text: path })).filter(({ ref }) => ref === path);
  const [only] = found;
  if (only === undefined) {
    void vscode.window.showInformationMessage(t("No run has read or written {0} yet.", path));
    return;
  }
  if (found.length === 1) return tree.show(only.id);
  const items = found.map((node) => ({
    label: node.version === null ? lineageLabel(node) : `${lineageLabel(node)} v${node.version}`,
    description: node.detail,
    iconPath: new vscode.ThemeIcon(nodeIcons[node.kind]),
    id: node.id,
  }));
  const chosen = await vscode.window.showQuickPick(items, { title: t("Which content of {0}?", path) });
  if (chosen !== undefined) await tree.show(chosen.id);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
