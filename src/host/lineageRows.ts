/** Lineage as rows of a tree: what a thing was made from, and what was made with it. Pure. */

import { formatBytes } from "../model/format.ts";
import type { Evidence } from "../model/journal.ts";
import type { Direction, EdgeKind, LineageGraph, LineageNode, NodeKind } from "../model/lineage.ts";
import { evidenceText } from "../model/lineageTree.ts";
import { shorten } from "./markdown.ts";
import type { Translate } from "./translate.ts";

/** One node at one place of the tree; `path` are the ids from the root to it, so that a place has a stable id. */
export interface LineageRow {
  readonly node: LineageNode;
  readonly path: readonly string[];
  readonly direction: Direction | null;
  readonly edge: { readonly kind: EdgeKind; readonly how: Evidence } | null;
}

/** Codicon of a kind of node. */
export const nodeIcons = {
  data: "database",
  code: "git-commit",
  run: "graph-line",
  artifact: "file",
  environment: "package",
  modelVersion: "symbol-misc",
} as const satisfies Record<NodeKind, string>;

/**
 * Rows one step further in a direction from the last id of `path`. A node that is already on the way there is left out: that
 * is what ends a cycle.
 */
export function lineageStep(
  graph: LineageGraph,
  path: readonly string[],
  direction: Direction,
): readonly LineageRow[] {
  const from = path.at(-1) ?? graph.root;
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const rows = new Map<string, LineageRow>();
  for (const { from: source, to, kind, how } of graph.edges) {
    const [near, far] = direction === "upstream" ? [to, source] : [source, to];
    const node = nodes.get(far);
    if (near !== from || node === undefined || path.includes(far) || rows.has(far)) continue;
    rows.set(far, { node, path: [...path, far], direction, edge: { kind, how } });
  }
  return [...rows.values()].sort(byKindThenLabel);
}

const kindOrder: readonly NodeKind[] = ["modelVersion", "data", "artifact", "code", "environment", "run"];

function byKindThenLabel(a: LineageRow, b: LineageRow): number {
  return (
    kindOrder.indexOf(a.node.kind) - kindOrder.indexOf(b.node.kind) ||
    a.node.label.localeCompare(b.node.label, undefined, { numeric: true })
  );
}

/** True when there is a further step; decides whether a row can be opened. */
export function leadsOn(graph: LineageGraph, row: LineageRow): boolean {
  return row.direction !== null && lineageStep(graph, row.path, row.direction).length > 0;
}

/** `v3 · 1,437 files · 12.3 kB · observed`. */
export function lineageDescription({ node, edge }: LineageRow, t: Translate): string {
  // The store says a folder's count in words of its own.
  const detail = node.detail === `${node.files} files` ? "" : node.detail;
  const parts = [
    node.version === null ? "" : `v${node.version}`,
    shorten(detail, 80),
    node.files === null || node.files < 2 ? "" : t("{0} files", node.files.toLocaleString()),
    node.bytes === null ? "" : formatBytes(node.bytes),
    edge === null ? "" : edgeText(edge.kind, edge.how, t),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

function edgeText(kind: EdgeKind, how: Evidence, t: Translate): string {
  const verb: Record<EdgeKind, string> = {
    read: t("read"),
    wrote: t("written"),
    kept: t("kept"),
    code: "",
    registered: t("registered"),
    environment: "",
  };
  const known = how === "snapshot" ? "" : t(evidenceText[how]);
  return [verb[kind], known].filter(Boolean).join(", ");
}
