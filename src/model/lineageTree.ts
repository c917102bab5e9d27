/** A walk through lineage as a tree, for everything that shows one by indentation. */

import type { Evidence } from "./journal.ts";
import type { Direction, EdgeKind, LineageEdge, LineageGraph, LineageNode } from "./lineage.ts";

export interface LineageBranch {
  readonly node: LineageNode;
  /** How the node is tied to its parent. */
  readonly kind: EdgeKind;
  readonly how: Evidence;
  readonly children: readonly LineageBranch[];
  /** The node's own branches are shown where it came first. */
  readonly repeated: boolean;
}

/** The branches below the root of a walk: what it is made from (upstream) or what was made of it (downstream). */
export function lineageTree(graph: LineageGraph, direction: Direction): readonly LineageBranch[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const edges = new Map<string, LineageEdge[]>();
  for (const edge of graph.edges) {
    const near = direction === "upstream" ? edge.to : edge.from;
    edges.set(near, [...(edges.get(near) ?? []), edge]);
  }
  const shown = new Set<string>([graph.root]);

  function below(id: string): readonly LineageBranch[] {
    const far = (edge: LineageEdge) => (direction === "upstream" ? edge.from : edge.to);
    const once = new Map((edges.get(id) ?? []).map((edge) => [far(edge), edge]));
    return [...once].flatMap(([next, { kind, how }]) => {
      const node = nodes.get(next);
      if (node === undefined) return [];
      const repeated = shown.has(next);
      shown.add(next);
      return [{ node, kind, how, repeated, children: repeated ? [] : below(next) }];
    });
  }
  return below(graph.root);
}

/** How a fact came to be known, in words. */
export const evidenceText: Readonly<Record<Evidence, string>> = {
  audit: "observed",
  wrapped: "observed",
  inotify: "seen while it ran",
  snapshot: "kept",
  declared: "declared",
  stated: "stated",
};
