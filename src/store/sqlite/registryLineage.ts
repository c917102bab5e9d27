/** The lineage of model versions: where each came from, as far as the event that made it says. */

import type { RegistryEvent } from "../../model/registry.ts";
import { keptNode, loggedModelNode, modelVersionNode, runNode } from "../lineageNodes.ts";
import type { Connection } from "./connection.ts";
import { addEdge, addEdgeUnlessKnown, addNode, dropEdgesOf, dropIfOrphan } from "./graph.ts";

type Made = Extract<RegistryEvent, { readonly type: "version.registered" | "version.created" }>;

/**
 * The edge to a version from the nearest thing that is known of it: the logged model, the file that a run wrote, the run. Where the file
 * is not on record (an import), the event itself states that the run wrote it.
 */
export function addVersion(connection: Connection, event: Made, time: number): void {
  const { model, version, runId, digest, bytes } = event;
  const made = addNode(connection, modelVersionNode(model, version, digest, bytes));
  const used = originOf(connection, event, time);
  if (used !== null)
    addEdge(connection, { used, made, kind: "registered", how: "declared", run_id: runId, time });
}

function originOf(connection: Connection, event: Made, time: number): number | null {
  const { runId, artifact, digest, bytes } = event;
  const loggedModel = event.type === "version.created" ? event.loggedModel : null;
  const run = () => (runId === null ? null : addNode(connection, runNode(runId)));
  const stated = { how: "stated", run_id: runId, time } as const;
  if (loggedModel !== null) {
    const node = addNode(connection, loggedModelNode(loggedModel));
    const maker = run();
    if (maker !== null) addEdgeUnlessKnown(connection, { used: maker, made: node, kind: "kept", ...stated });
    return node;
  }
  if (runId === null || artifact === null || digest === null || bytes === null) return run();
  const known = connection.row<{ key: number }>(
    `select node as key from run_file join run on run.key = run_file.run
     where run.id = ? and path = ? and digest = ? and direction <> 'read' limit 1`,
    ...[runId, artifact, digest],
  );
  if (known !== undefined) return known.key;
  const file = addNode(connection, keptNode({ path: artifact, digest, bytes }));
  const maker = run();
  if (maker !== null) addEdge(connection, { used: maker, made: file, kind: "wrote", ...stated });
  return file;
}

interface VersionNode {
  readonly key: number;
  readonly id: string;
  readonly version: number;
}

/** The nodes of a model that has another name now. */
export function renameVersions(connection: Connection, from: string, to: string): void {
  for (const { key, version } of nodesOf(connection, from, to)) {
    const { id, ref, label } = modelVersionNode(to, version, null, null);
    connection.change("update node set id = ?, ref = ?, label = ? where key = ?", id, ref, label, key);
  }
}

/** Forgets the versions of a model that is about to be deleted: its name may be given to another one. */
export function dropVersions(connection: Connection, model: string): void {
  for (const { key, id } of nodesOf(connection, model, model)) {
    dropEdgesOf(connection, id);
    dropIfOrphan(connection, key);
  }
}

/** Those of versions that were deleted are among them: they are nodes by their number, up to the last one given. */
function nodesOf(connection: Connection, name: string, row: string): readonly VersionNode[] {
  const last = connection.row<{ last: number }>("select last from model where name = ?", row)?.last ?? 0;
  const found: VersionNode[] = [];
  for (let version = 1; version <= last; version++) {
    const { id } = modelVersionNode(name, version, null, null);
    const node = connection.row<{ key: number }>("select key from node where id = ?", id);
    if (node !== undefined) found.push({ key: node.key, id, version });
  }
  return found;
}
