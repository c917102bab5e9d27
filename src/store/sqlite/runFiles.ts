/** Files of a run: rows for its page, nodes and edges for lineage, kept in step. */

import type { ArtifactRecord, FileRecord } from "../../model/journal.ts";
import { dataNode, keptNode, runNode } from "../lineageNodes.ts";
import type { Connection } from "./connection.ts";
import { addEdge, addEdgeUnlessKnown, addNode, dropEdge, dropIfOrphan } from "./graph.ts";

/**
 * Takes in one record. A later record for the same path and direction replaces the earlier one and its edge; one of no files takes
 * it back.
 */
export function takeFile(
  connection: Connection,
  run: { readonly key: number; readonly id: string },
  record: FileRecord | ArtifactRecord,
): void {
  const kept = record.kind === "artifact";
  const direction = kept ? "kept" : record.kind;
  const edgeKind = direction === "read" ? "read" : "wrote";
  const runKey = addNode(connection, runNode(run.id));
  const before = connection.row<{ node: number }>(
    "select node from run_file where run = ? and direction = ? and path = ?",
    ...[run.key, direction, record.path],
  );
  const leave = (former: number) => {
    if (direction !== "read" && isMade(connection, run.key, former)) return;
    if (direction === "read") dropEdge(connection, former, runKey, edgeKind);
    else dropEdge(connection, runKey, former, edgeKind);
    dropIfOrphan(connection, former);
  };
  if (!kept && record.files === 0) {
    if (before === undefined) return;
    const sql = "delete from run_file where run = ? and direction = ? and path = ?";
    connection.change(sql, run.key, direction, record.path);
    leave(before.node);
    return;
  }
  const node = addNode(
    connection,
    kept ? keptNode({ ...record, path: record.origin }) : dataNode(record, run.id),
  );
  const [used, made] = direction === "read" ? [node, runKey] : [runKey, node];
  const how = kept ? "snapshot" : record.how;
  const file = kept ? { ...record, type: "file", files: 1 } : record;
  const reason = "reason" in record ? (record.reason ?? null) : null;
  const changed = "changed" in record && record.changed === true ? 1 : 0;
  connection.change(
    `insert or replace into run_file (run, direction, path, type, files, bytes, digest, reason, changed, how, time, node)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[run.key, direction, file.path, file.type, file.files, file.bytes, file.digest],
    ...[reason, changed, how, record.time, node],
  );
  const edge = { used, made, kind: edgeKind, how, run_id: run.id, time: record.time };
  if (kept) addEdgeUnlessKnown(connection, edge);
  else addEdge(connection, edge);
  if (before !== undefined && before.node !== node) leave(before.node);
}

/** Does the run still list this node as written or kept? */
function isMade(connection: Connection, run: number, node: number): boolean {
  const sql = "select 1 from run_file where run = ? and node = ? and direction <> 'read'";
  return connection.row(sql, run, node) !== undefined;
}
