/** The registry of models in MLflow's database. */

import type { ForeignModel, ForeignVersion } from "../../model/foreignLog.ts";
import { deletedStage, mlflowSource, mlflowStage } from "../../model/foreignMlflow.ts";
import { numberOf, type ReadOnlyDatabase, type Row, textOf } from "./readOnlyDatabase.ts";

/** By name; of workspaces with models of one name, those of the first. */
export function readModels(database: ReadOnlyDatabase): readonly ForeignModel[] {
  if (!database.has("registered_models")) return [];
  const columns = database.pick("registered_models", ["name", "description", "workspace"]);
  const models = new Map<string, ForeignModel>();
  for (const row of database.rows(`select ${columns} from registered_models order by name, workspace`)) {
    const name = textOf(row.name);
    if (!models.has(name)) models.set(name, modelOf(database, row));
  }
  return [...models.values()];
}

function modelOf(database: ReadOnlyDatabase, row: Row): ForeignModel {
  const of = (table: string, columns: readonly string[]) => rowsOf(database, table, columns, row);
  const versionTags = of("model_version_tags", ["version", "key", "value"]);
  const versions = of("model_versions", versionColumns)
    .filter((each) => textOf(each.current_stage) !== deletedStage)
    .map((each) =>
      versionOf(
        each,
        versionTags.filter((tag) => tag.version === each.version),
      ),
    );
  return {
    name: textOf(row.name),
    description: textOf(row.description),
    tags: tagsOf(of("registered_model_tags", ["key", "value"])),
    versions: versions.sort((left, right) => left.version - right.version),
    aliases: of("registered_model_aliases", ["alias", "version"]).map((each) => ({
      alias: textOf(each.alias),
      version: numberOf(each.version) ?? 0,
    })),
  };
}

const versionColumns = [
  "version",
  "description",
  "current_stage",
  "source",
  "run_id",
  "run_link",
  "storage_location",
] as const;

/** Rows about a model; databases of MLflow 3.10 and later keep models of one name apart by workspace. */
function rowsOf(
  database: ReadOnlyDatabase,
  table: string,
  columns: readonly string[],
  model: Row,
): readonly Row[] {
  if (!database.has(table)) return [];
  const hasWorkspace = database.has(table, "workspace");
  const sql = `select ${database.pick(table, columns)} from ${table} where name = ?`;
  const name = model.name ?? null;
  return hasWorkspace
    ? database.rows(`${sql} and workspace is ?`, name, model.workspace ?? null)
    : database.rows(sql, name);
}

function versionOf(row: Row, tags: readonly Row[]): ForeignVersion {
  const source = textOf(row.source);
  const runId = textOf(row.run_id) || null;
  return {
    ...{ source, runId, ...mlflowSource(source, runId), tags: tagsOf(tags) },
    version: numberOf(row.version) ?? 0,
    description: textOf(row.description),
    stage: mlflowStage(textOf(row.current_stage)),
    storage: textOf(row.storage_location) || null,
    runLink: textOf(row.run_link) || null,
  };
}

function tagsOf(rows: readonly Row[]): Readonly<Record<string, string>> {
  return Object.fromEntries(rows.map(({ key, value }) => [textOf(key), textOf(value)]));
}
