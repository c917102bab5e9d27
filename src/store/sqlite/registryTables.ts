/** Tables of models, versions and aliases: what the log folds to, kept so that reading needs no folding. */

import type { Actor, Alias, AuditEntry, Model, ModelVersion, RegistryEvent } from "../../model/registry.ts";
import { modelsOf, type Registry } from "../../model/registryFold.ts";
import { keptNode, modelVersionNode, runNode } from "../lineageNodes.ts";
import type { Connection } from "./connection.ts";
import { addEdge, addNode } from "./graph.ts";

type Stored<T> = Omit<T, "actor"> & { readonly actor: string };

/** The models as the tables have them. */
export function readModels(connection: Connection): readonly Model[] {
  const models: Registry["models"] = new Map();
  for (const { name, created } of connection.rows<{ name: string; created: number }>("select * from model"))
    models.set(name, { created, versions: [], aliases: new Map() });
  const versions = connection.rows<Stored<Omit<ModelVersion, "aliases">>>(
    `select model, version, run_id as runId, artifact, digest, bytes, created, actor
     from model_version order by model, version`,
  );
  for (const { actor, ...version } of versions)
    models.get(version.model)?.versions.push({ ...version, actor: JSON.parse(actor) as Actor });
  const aliases = connection.rows<Stored<Alias> & { model: string }>(
    "select model, alias, version, since, actor, reason, previous from alias",
  );
  for (const { model, actor, ...alias } of aliases)
    models.get(model)?.aliases.set(alias.alias, { ...alias, actor: JSON.parse(actor) as Actor });
  return modelsOf({ models });
}

/** Brings the tables, and the lineage of a registered version, forward by one entry that is known to fold. */
export function writeEvent(connection: Connection, { event, time, actor }: AuditEntry): void {
  const by = JSON.stringify(actor);
  switch (event.type) {
    case "model.created":
      connection.change("insert into model (name, created) values (?, ?)", event.model, time);
      return;
    case "version.registered":
      connection.change(
        `insert into model_version (model, version, run_id, artifact, digest, bytes, created, actor)
         values (?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[event.model, event.version, event.runId, event.artifact, event.digest, event.bytes, time, by],
      );
      addRegistered(connection, event, time);
      return;
    case "alias.set":
      connection.change(
        `insert or replace into alias (model, alias, version, since, actor, reason, previous)
         values (?, ?, ?, ?, ?, ?, ?)`,
        ...[event.model, event.alias, event.version, time, by, event.reason, event.previous],
      );
      return;
    case "alias.removed":
      connection.change("delete from alias where model = ? and alias = ?", event.model, event.alias);
      return;
    default:
      event satisfies never;
  }
}

/**
 * The edge from the file that was registered to its version. Where the file is not on record (an import), the event itself states
 * that the run wrote it.
 */
function addRegistered(
  connection: Connection,
  event: Extract<RegistryEvent, { type: "version.registered" }>,
  time: number,
): void {
  const { model, version, runId, artifact, digest, bytes } = event;
  const made = addNode(connection, modelVersionNode(model, version, digest, bytes));
  const known = connection.row<{ key: number }>(
    `select node as key from run_file join run on run.key = run_file.run
     where run.id = ? and path = ? and digest = ? and direction <> 'read' limit 1`,
    ...[runId, artifact, digest],
  );
  const used = known?.key ?? addNode(connection, keptNode({ path: artifact, digest, bytes }));
  if (known === undefined) {
    const run = addNode(connection, runNode(runId));
    addEdge(connection, { used: run, made: used, kind: "wrote", how: "stated", run_id: runId, time });
  }
  addEdge(connection, { used, made, kind: "registered", how: "declared", run_id: runId, time });
}
