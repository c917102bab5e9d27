/** Lineage as rows of a tree: what a thing was made from, and what was made with it. Pure. */

import { formatBytes } from "../model/format.ts";
import type { Evidence } from "../model/journal.ts";
import type {
  Direction,
  EdgeKind,
  LineageEdge,
  LineageGraph,
  LineageNode,
  NodeKind,
} from "../model/lineage.ts";
import { evidenceText } from "../model/lineageTree.ts";
import { escapeMarkdown, shorten } from "./markdown.ts";
import type { Translate } from "./translate.ts";

/** One node at one place of the tree; `path` are the ids from the root to it, so that a place has a stable id. */
export interface LineageRow {
  readonly node: LineageNode;
  readonly path: readonly string[];
  readonly direction: Direction | null;
  readonly edge: Pick<LineageEdge, "kind" | "how" | "runId" | "time"> | null;
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

/** What a run read is data to it; what it wrote is a file that it made. */
export function lineageIcon({ node, edge }: LineageRow): string {
  const isWritten = node.kind === "data" && (edge?.kind === "wrote" || edge?.kind === "kept");
  return isWritten ? (isFolder(node) ? "folder" : "file") : nodeIcons[node.kind];
}

export function isFolder({ files }: LineageNode): boolean {
  return files !== null && files > 1;
}

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
  for (const { from: source, to, kind, how, runId, time } of graph.edges) {
    const [near, far] = direction === "upstream" ? [to, source] : [source, to];
    const node = nodes.get(far);
    if (near !== from || node === undefined || path.includes(far) || rows.has(far)) continue;
    rows.set(far, { node, path: [...path, far], direction, edge: { kind, how, runId, time } });
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

/** The model versions that a file became, as they are named now; for a row of what was made. */
export function registeredAs(graph: LineageGraph, { path, direction }: LineageRow): readonly LineageNode[] {
  if (direction !== "downstream") return [];
  return lineageStep(graph, path, direction).flatMap(({ node, edge }) =>
    edge?.kind === "registered" && node.kind === "modelVersion" ? [node] : [],
  );
}

// Where a client of MLflow's protocol put it: what follows is the path that its script gave.
const clientsPlace = /^mlflow-artifacts:\/+[0-9a-f]{32}\/artifacts\/(?=.)/;

/** The name of a node as a person knows it. */
export function lineageLabel({ label }: Pick<LineageNode, "label">): string {
  return label.replace(clientsPlace, "");
}

/** `→ digits v4 @champion · v3 · written, observed · 12.3 kB`: what matters first, as views are narrow. */
export function lineageDescription(
  { node, edge }: LineageRow,
  registered: readonly LineageNode[],
  t: Translate,
): string {
  // The store says a folder's count in words of its own.
  const detail = node.detail === `${node.files} files` ? "" : node.detail;
  const parts = [
    ...registered.map(({ label, detail: aliases }) => shorten(["→", label, aliases].join(" ").trim(), 80)),
    node.version === null ? "" : `v${node.version}`,
    shorten(detail, 80),
    edge === null ? "" : edgeText(edge.kind, edge.how, t),
    isFolder(node) ? t("{0} files", (node.files ?? 0).toLocaleString()) : "",
    node.bytes === null ? "" : formatBytes(node.bytes),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

/** All of it as Markdown: the name in full, how it is known, the digest. */
export function lineageTooltip(row: LineageRow, t: Translate): string {
  const { node, edge } = row;
  const digest = node.digest === null ? "" : `\`${shorten(node.digest.replaceAll("`", ""), 80)}\``;
  return [
    `**${escapeMarkdown(shorten(lineageLabel(node), 200))}**`,
    escapeMarkdown(lineageDescription({ ...row, edge: null }, [], t)),
    edge === null ? "" : escapeMarkdown(evidenceSentence(edge.how, t)),
    digest,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** How an edge is known, for who wants to know it exactly. */
function evidenceSentence(how: Evidence, t: Translate): string {
  switch (how) {
    case "audit":
      return t("Observed: Python was seen opening it.");
    case "wrapped":
      return t("Observed: a native reader was seen opening it.");
    case "inotify":
      return t("Observed: the file system reported it while the run was going.");
    case "snapshot":
      return t("Kept by Runline when the run was started.");
    case "declared":
      return t("Declared: it was registered from this run.");
    case "stated":
      return t("Stated by the script or by a person; nobody saw it happen.");
  }
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
