/** MLflow's database (`mlflow.db`, SQLite) of any version: what a table or column is not there for is simply not known. */

import { lstat } from "node:fs/promises";
import * as path from "node:path";
import type {
  ForeignExperiment,
  ForeignFile,
  ForeignLog,
  ForeignRun,
  ForeignTrouble,
} from "../../model/foreignLog.ts";
import { mlflowStatus } from "../../model/foreignMlflow.ts";
import { foreignTime } from "../../model/foreignText.ts";
import { readModels } from "./mlflowModels.ts";
import { recordsOf, runMark } from "./mlflowRunRecords.ts";
import { isSqlite, numberOf, ReadOnlyDatabase, type Row, textOf } from "./readOnlyDatabase.ts";

const atOnce = 200;

/** Files below a folder that lies in another, as whoever opens this reads them. */
type FilesBelow = (folder: string) => AsyncIterable<ForeignFile>;

/** What those who read MLflow's databases need of this engine. */
export const mlflowDatabases = {
  is: isMlflowDatabase,
  count: countRunsIn,
  open: openMlflowDatabase,
} as const;

/** Throws `fileUnreadable`. */
async function openMlflowDatabase(
  file: string,
  filesBelow: FilesBelow,
  trouble: (what: ForeignTrouble) => void,
): Promise<ForeignLog> {
  const database = await ReadOnlyDatabase.open(file);
  return {
    kind: "mlflow.db",
    path: file,
    runs: () => runsOf({ database, root: path.dirname(file), filesBelow, trouble }),
    experiments: async () => [...experimentsOf(database).values()],
    models: async () => readModels(database),
    close: () => database.close(),
  };
}

/** Is it a database of MLflow's? Its tables say so; one that is too broken to tell counts as one, so that a person hears of it. */
async function isMlflowDatabase(file: string): Promise<boolean> {
  const found = await lstat(file).catch(() => null);
  if (found === null || !found.isFile()) return false;
  const database = await ReadOnlyDatabase.open(file).catch(() => null);
  if (database === null) return isSqlite(file);
  const isOne = database.has("runs", "run_uuid") && database.has("experiments");
  await database.close();
  return isOne;
}

/** How many runs there are that were not deleted. */
async function countRunsIn(file: string): Promise<number> {
  const database = await ReadOnlyDatabase.open(file);
  try {
    const [row] = database.rows(`select count(*) as runs from runs where ${kept(database, "runs")}`);
    return numberOf(row?.runs) ?? 0;
  } finally {
    await database.close();
  }
}

function kept(database: ReadOnlyDatabase, table: string): string {
  return database.has(table, "lifecycle_stage")
    ? `coalesce(${table}.lifecycle_stage, 'active') <> 'deleted'`
    : "true";
}

function experimentsOf(database: ReadOnlyDatabase): ReadonlyMap<string, ForeignExperiment> {
  const found = new Map<string, ForeignExperiment>();
  const columns = database.pick("experiments", ["experiment_id", "name", "creation_time"]);
  for (const row of database.rows(
    `select ${columns} from experiments where ${kept(database, "experiments")} order by experiment_id`,
  )) {
    const tags = database.has("experiment_tags")
      ? database.rows(
          "select key, value from experiment_tags where experiment_id = ?",
          row.experiment_id ?? null,
        )
      : [];
    found.set(textOf(row.experiment_id), {
      name: textOf(row.name) || textOf(row.experiment_id),
      created: foreignTime(numberOf(row.creation_time) ?? 0),
      tags: Object.fromEntries(tags.map(({ key, value }) => [textOf(key), textOf(value)])),
    });
  }
  return found;
}

const runColumns = [
  "run_uuid",
  "name",
  "source_name",
  "user_id",
  "status",
  "start_time",
  "end_time",
  "artifact_uri",
  "experiment_id",
] as const;

/** Of a damaged file some runs may still be had; that others could not is told. */
async function* runsOf(place: Place): AsyncGenerator<ForeignRun> {
  const { database, trouble } = place;
  const experiments = experimentsOf(database);
  const sql = `select ${database.pick("runs", runColumns)} from runs
    where run_uuid > ? and ${kept(database, "runs")} order by run_uuid limit ${atOnce}`;
  for (let after = ""; ; ) {
    const rows = database.rows(sql, after);
    for (const row of rows) {
      const experiment = experiments.get(textOf(row.experiment_id));
      const id = textOf(row.run_uuid);
      after = id;
      if (experiment === undefined) continue;
      try {
        yield runOf(row, experiment.name, place);
      } catch (thrown) {
        trouble({ about: `run ${id}`, text: thrown instanceof Error ? thrown.message : String(thrown) });
      }
    }
    if (rows.length < atOnce) return;
  }
}

interface Place {
  readonly database: ReadOnlyDatabase;
  readonly root: string;
  readonly filesBelow: FilesBelow;
  readonly trouble: (what: ForeignTrouble) => void;
}

function runOf(row: Row, experiment: string, { database, root, filesBelow }: Place): ForeignRun {
  const id = textOf(row.run_uuid);
  const tag = (key: string) =>
    database.has("tags")
      ? textOf(database.rows("select value from tags where run_uuid = ? and key = ?", id, key)[0]?.value)
      : "";
  const { mark, last } = runMark(database, row);
  const started = foreignTime(numberOf(row.start_time) ?? last);
  const artifacts = localFolder(textOf(row.artifact_uri), root);
  return {
    ...{ id, experiment, started, mark, timed: true },
    name: textOf(row.name) || tag("mlflow.runName") || id.slice(0, 8),
    user: textOf(row.user_id) || tag("mlflow.user"),
    status: mlflowStatus(textOf(row.status)),
    ended: foreignTime(numberOf(row.end_time) ?? Math.max(started, last)),
    parent: tag("mlflow.parentRunId") || null,
    script: tag("mlflow.source.name") || textOf(row.source_name) || null,
    records: () => recordsOf(database, id, started, artifacts === null ? textOf(row.artifact_uri) : null),
    files: () => (artifacts === null ? none() : filesBelow(artifacts)),
  };
}

/** The folder of a URI when it lies beside the database: a database could name any folder of this machine. */
function localFolder(uri: string, root: string): string | null {
  const local = uri.replace(/^file:(\/\/(localhost)?(?=\/))?/, "");
  if (local === "" || /^[a-z][a-z0-9+.-]+:/i.test(local)) return null;
  const folder = path.resolve(root, local);
  return folder.startsWith(`${root}${path.sep}`) ? folder : null;
}

async function* none(): AsyncGenerator<ForeignFile> {
  yield* [];
}
