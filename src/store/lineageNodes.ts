/** What a record says about lineage: the nodes it names. Pure, for every engine. */

import type { CodeSnapshot, EnvironmentRecord, FileRecord } from "../model/journal.ts";
import { type LineageNode, nodeId } from "../model/lineage.ts";

/** A node before it is stored; which version of its path it is, the store finds out. */
export type NewNode = Omit<LineageNode, "version">;

const noFile = { digest: null, bytes: null, files: null } as const;

/** The label of a run is its name, which a person may change: it is read from the run. */
export function runNode(id: string): NewNode {
  return { id: nodeId("run", id), kind: "run", label: id, detail: "", ref: id, ...noFile };
}

/** A script as it is in a snapshot. Two scripts of one snapshot are two nodes: what was run is a part of what made the result. */
export function codeNode(
  { id, head, branch, changed_count }: Pick<CodeSnapshot, "id" | "head" | "branch" | "changed_count">,
  script: string | null,
): NewNode {
  const commit = (head ?? id.replace(/^sha256:/, "")).slice(0, 7);
  const changes =
    changed_count === 0 ? "" : ` + ${changed_count} changed ${changed_count === 1 ? "file" : "files"}`;
  return {
    id: nodeId("code", script ?? "code", id),
    kind: "code",
    label: `${script ?? "code"} @ ${commit}${changes}`,
    detail: branch ?? "",
    ref: id,
    ...noFile,
  };
}

/**
 * The data of a file record. Contents that are unknown, or that changed between the read and the digest, get a node of their own
 * for this run and direction: they must never join with another run by mistake.
 */
export function dataNode(record: FileRecord, runId: string): NewNode {
  const { kind, path, digest, bytes, files, type, reason } = record;
  const known = digest !== null && !(kind === "read" && record.changed === true);
  return {
    id: nodeId("data", path, known ? digest : `${kind}:${runId}`),
    kind: "data",
    label: path,
    detail: known ? (type === "folder" ? `${files} files` : "") : (reason ?? "contents not known"),
    ref: path,
    digest: known ? digest : null,
    bytes,
    files,
  };
}

/**
 * A file that was kept is the file that the run wrote: one node, so that a run that reads it later joins the chain. `path` is where
 * the run wrote it.
 */
export function keptNode({
  path,
  digest,
  bytes,
}: {
  readonly path: string;
  readonly digest: string;
  readonly bytes: number;
}): NewNode {
  const id = nodeId("data", path, digest);
  return { id, kind: "data", label: path, detail: "", ref: path, digest, bytes, files: 1 };
}

/** A data set that a script declared. Its digest is of a kind of its own, so it never joins with a file by mistake. */
export function datasetNode(name: string, digest: string, sourceType: string): NewNode {
  const id = nodeId("data", name, digest);
  return { id, kind: "data", label: name, detail: sourceType, ref: name, ...noFile, digest };
}

/** The environment as a whole; `digest` is that of its canonical JSON, so equal environments are one node. */
export function environmentNode(record: EnvironmentRecord, digest: string): NewNode {
  const packages = Object.keys(record.packages).length;
  return {
    id: nodeId("environment", digest),
    kind: "environment",
    label: `python ${record.version}, ${packages} ${packages === 1 ? "package" : "packages"}`,
    detail: record.platform,
    ref: digest,
    digest,
    bytes: null,
    files: null,
  };
}

/** A logged model of MLflow 3: a folder of files under an id of its own. The label is its id until somebody knows its name. */
export function loggedModelNode(id: string, name = id): NewNode {
  return { id: nodeId("artifact", id), kind: "artifact", label: name, detail: "", ref: id, ...noFile };
}

/** `digest` and `bytes` are null where the files are out of reach. */
export function modelVersionNode(
  model: string,
  version: number,
  digest: string | null,
  bytes: number | null,
): NewNode {
  const ref = `${model}@${version}`;
  const id = nodeId("modelVersion", ref);
  return {
    id,
    kind: "modelVersion",
    label: `${model} v${version}`,
    detail: "",
    ref,
    digest,
    bytes,
    files: null,
  };
}
