/** Writing nodes and edges of lineage, inside the transaction of whoever learned of them. */

import type { NewNode } from "../lineageNodes.ts";
import type { EdgeTable } from "../schema.ts";
import type { Connection } from "./connection.ts";

/** Adds a node, or finds the one that is there; answers its key. Distinct digests of one path are counted as versions. */
export function addNode(connection: Connection, node: NewNode): number {
  const known = connection.row<{ key: number }>("select key from node where id = ?", node.id);
  if (known !== undefined) return known.key;
  const { id, kind, label, detail, ref, digest, bytes, files } = node;
  const counted = (kind === "data" || kind === "artifact") && digest !== null;
  const version = counted ? nextVersion(connection, kind, ref) : null;
  return connection.change(
    `insert into node (id, kind, label, detail, ref, digest, bytes, files, version)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[id, kind, label, detail, ref, digest, bytes, files, version],
  );
}

/** Adds an edge; one that is there is renewed. */
export function addEdge(connection: Connection, { used, made, kind, how, run_id, time }: EdgeTable): void {
  connection.change(
    `insert into edge (used, made, kind, how, run_id, time) values (?, ?, ?, ?, ?, ?)
     on conflict (used, made, kind) do update set how = excluded.how, time = excluded.time`,
    ...[used, made, kind, how, run_id, time],
  );
}

/** Adds an edge that says less than one that is there: seeing a file written is better evidence than having kept it. */
export function addEdgeUnlessKnown(connection: Connection, edge: EdgeTable): void {
  const { used, made, kind, how, run_id, time } = edge;
  connection.change(
    `insert into edge (used, made, kind, how, run_id, time) values (?, ?, ?, ?, ?, ?)
     on conflict (used, made, kind) do nothing`,
    ...[used, made, kind, how, run_id, time],
  );
}

export function dropEdge(connection: Connection, used: number, made: number, kind: string): void {
  connection.change("delete from edge where used = ? and made = ? and kind = ?", used, made, kind);
}

/** Removes every edge of a node. */
export function dropEdgesOf(connection: Connection, id: string): void {
  connection.change("delete from edge where used = (select key from node where id = ?)", id);
  connection.change("delete from edge where made = (select key from node where id = ?)", id);
}

/** Removes a node of a file that nothing refers to any more. */
export function dropIfOrphan(connection: Connection, key: number): void {
  connection.change(`delete from node where key = ? and ${orphan}`, key);
}

/** Removes all such nodes. */
export function dropOrphans(connection: Connection): void {
  connection.change(`delete from node where ${orphan}`);
}

const orphan = `not exists (select 1 from edge where used = node.key)
  and not exists (select 1 from edge where made = node.key)
  and not exists (select 1 from run_file where node = node.key)
  and not exists (select 1 from run where node.kind = 'run' and run.id = node.ref)`;

function nextVersion(connection: Connection, kind: string, ref: string): number {
  const sql = "select coalesce(max(version), 0) + 1 as next from node where kind = ? and ref = ?";
  return connection.row<{ next: number }>(sql, kind, ref)?.next ?? 1;
}
