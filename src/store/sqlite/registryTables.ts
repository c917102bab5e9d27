/** Tables of models, versions and aliases: what the log folds to, kept so that reading needs no folding. */

import type {
  Actor,
  Alias,
  AuditEntry,
  Model,
  ModelStage,
  ModelVersion,
  Tags,
  VersionOrigin,
} from "../../model/registry.ts";
import { foldedVersion, modelsOf, type Registry, retagged } from "../../model/registryFold.ts";
import type { Connection } from "./connection.ts";
import { addVersion, dropVersions, renameVersions } from "./registryLineage.ts";

interface ModelRow extends Omit<Model, "versions" | "aliases" | "tags"> {
  readonly tags: string;
}

interface VersionRow extends Omit<ModelVersion, "aliases" | "actor" | "tags" | "origin"> {
  readonly actor: string;
  readonly tags: string;
  readonly stage: ModelStage;
  readonly origin: string | null;
}

type AliasRow = Omit<Alias, "actor"> & { readonly actor: string; readonly model: string };

const versionColumns =
  "model, version, run_id as runId, artifact, digest, bytes, created, updated, actor, description, tags, stage, origin";

/** The models as the tables have them: all of them, or those of the given names that there are. */
export function readModels(connection: Connection, names?: readonly string[]): readonly Model[] {
  const asked = names === undefined ? [] : [JSON.stringify(names)];
  const of = (column: string) =>
    names === undefined ? "" : `where ${column} in (select value from json_each(?))`;
  const models: Registry["models"] = new Map();
  const found = connection.rows<ModelRow>(
    `select name, created, updated, description, tags, last from model ${of("name")}`,
    ...asked,
  );
  for (const { name, tags, ...model } of found)
    models.set(name, {
      ...model,
      tags: JSON.parse(tags) as Tags,
      versions: new Map(),
      aliases: new Map(),
    });
  for (const { model, ...row } of connection.rows<VersionRow>(
    `select ${versionColumns} from model_version ${of("model")} order by model, version`,
    ...asked,
  ))
    models.get(model)?.versions.set(row.version, {
      ...row,
      actor: JSON.parse(row.actor) as Actor,
      tags: JSON.parse(row.tags) as Tags,
      origin: row.origin === null ? null : (JSON.parse(row.origin) as VersionOrigin),
    });
  for (const { model, actor, ...alias } of connection.rows<AliasRow>(
    `select model, alias, version, since, actor, reason, previous from alias ${of("model")}`,
    ...asked,
  ))
    models.get(model)?.aliases.set(alias.alias, { ...alias, actor: JSON.parse(actor) as Actor });
  return modelsOf({ models });
}

/** Brings the tables, and the lineage of versions, forward by one entry that is known to fold. */
export function writeEvent(connection: Connection, entry: AuditEntry): void {
  const { event, time, actor } = entry;
  const { model } = event;
  switch (event.type) {
    case "model.created":
      connection.change(
        "insert into model (name, created, updated, description, tags) values (?, ?, ?, ?, ?)",
        ...[model, time, time, event.description ?? "", JSON.stringify(event.tags ?? {})],
      );
      return;
    case "model.renamed":
      connection.change("update model set name = ?, updated = ? where name = ?", event.name, time, model);
      connection.change("update model_version set updated = ? where model = ?", time, event.name);
      renameVersions(connection, model, event.name);
      return;
    case "model.described":
      connection.change(
        "update model set description = ?, updated = ? where name = ?",
        ...[event.description, time, model],
      );
      return;
    case "model.tagged":
      retag(connection, event, "model where name = ?", [model]);
      return;
    case "model.deleted":
      dropVersions(connection, model);
      connection.change("delete from model where name = ?", model);
      return;
    case "alias.set":
      connection.change(
        `insert or replace into alias (model, alias, version, since, actor, reason, previous)
         values (?, ?, ?, ?, ?, ?, ?)`,
        ...[model, event.alias, event.version, time, JSON.stringify(actor), event.reason, event.previous],
      );
      return;
    case "alias.removed":
      connection.change("delete from alias where model = ? and alias = ?", model, event.alias);
      return;
    case "team.alias":
    case "team.failed":
      return;
    default:
      writeVersionEvent(connection, event, time, actor);
  }
}

function writeVersionEvent(
  connection: Connection,
  event: Extract<AuditEntry["event"], { readonly type: `version.${string}` }>,
  time: number,
  actor: Actor,
): void {
  const { model, version } = event;
  const touch = () => connection.change("update model set updated = ? where name = ?", time, model);
  switch (event.type) {
    case "version.registered":
    case "version.created":
      addRow(connection, event, time, actor);
      connection.change("update model set updated = ?, last = ? where name = ?", time, version, model);
      addVersion(connection, event, time);
      return;
    case "version.described":
      connection.change(
        "update model_version set description = ?, updated = ? where model = ? and version = ?",
        ...[event.description, time, model, version],
      );
      return;
    case "version.tagged":
      retag(connection, event, "model_version where model = ? and version = ?", [model, version]);
      return;
    case "version.staged":
      connection.change(
        "update model_version set stage = ?, updated = ? where model = ? and version = ?",
        ...[event.stage, time, model, version],
      );
      touch();
      return;
    case "version.deleted":
      connection.change("delete from model_version where model = ? and version = ?", model, version);
      touch();
      return;
    default:
      event satisfies never;
  }
}

function addRow(
  connection: Connection,
  event: Parameters<typeof foldedVersion>[0],
  time: number,
  actor: Actor,
): void {
  const row = foldedVersion(event, time, actor);
  const { version, runId, artifact, digest, bytes, description, tags, stage, origin } = row;
  connection.change(
    `insert into model_version (model, version, run_id, artifact, digest, bytes, created, updated, actor,
       description, tags, stage, origin) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[event.model, version, runId, artifact, digest, bytes, time, time, JSON.stringify(actor)],
    ...[description, JSON.stringify(tags), stage, origin === null ? null : JSON.stringify(origin)],
  );
}

/** `where` is the table and the row of it. */
function retag(
  connection: Connection,
  change: { readonly tag: string; readonly value: string | null },
  where: string,
  key: readonly (string | number)[],
): void {
  const row = connection.row<{ tags: string }>(`select tags from ${where}`, ...key);
  const tags = retagged(JSON.parse(row?.tags ?? "{}") as Tags, change);
  connection.change(`update ${where.replace(" where", " set tags = ? where")}`, JSON.stringify(tags), ...key);
}
