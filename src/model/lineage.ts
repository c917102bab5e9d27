/** Lineage: data → code → run → artifact → model version, each edge with how it is known. */

import type { Evidence } from "./journal.ts";

const nodeKinds = ["data", "code", "run", "artifact", "environment", "modelVersion"] as const;
export type NodeKind = (typeof nodeKinds)[number];

/**
 * A thing in the graph. Ids are stable and made by `nodeId`: `data:<path>@<digest>`, `code:<script>@<snapshot id>`, `run:<run id>`,
 * `artifact:<path>@<digest>`, `model:<name>@<version>`. A file that one run wrote and another read with the same path and digest is one node of
 * kind `data`, so chains of runs join by themselves.
 */
export interface LineageNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly label: string;
  readonly detail: string;
  /** Path for data and artifacts, run id for runs, snapshot id for code, `name@version` for model versions. */
  readonly ref: string;
  readonly digest: string | null;
  readonly bytes: number | null;
  readonly files: number | null;
  /** Which of the known versions of this path it is, counted from 1 in order of first sight; null where it makes no sense. */
  readonly version: number | null;
}

/** Directed from what was used to what was made: data → run, code → run, run → artifact, artifact → model version. */
const edgeKinds = ["read", "code", "wrote", "kept", "registered", "environment"] as const;
export type EdgeKind = (typeof edgeKinds)[number];

export interface LineageEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  readonly how: Evidence;
  readonly runId: string | null;
  readonly time: number;
}

export type Direction = "upstream" | "downstream";

/** What a walk found. `truncated` says that the limit was reached. */
export interface LineageGraph {
  readonly root: string;
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  readonly truncated: boolean;
}

/** One file or folder that a run read, wrote or kept, as its page lists it. */
export interface RunFile {
  readonly direction: "read" | "write" | "kept";
  readonly path: string;
  readonly type: "file" | "folder";
  readonly files: number;
  readonly bytes: number;
  readonly digest: string | null;
  readonly reason: string | null;
  readonly changed: boolean;
  readonly how: Evidence;
  readonly time: number;
  /** Id of its lineage node. */
  readonly node: string;
  /** Which known version of this path it is, from 1. */
  readonly version: number | null;
}

/** Stable id of a node. Colons and at-signs in `ref` are harmless: ids are compared whole, never split. */
export function nodeId(kind: NodeKind, ref: string, digest: string | null = null): string {
  const prefix = kind === "modelVersion" ? "model" : kind;
  return digest === null ? `${prefix}:${ref}` : `${prefix}:${ref}@${digest}`;
}
