/** Opens a store file with the SQLite engine. */

import * as fs from "node:fs";
import * as path from "node:path";
import type Database from "better-sqlite3";
import { type Failure, RunlineError } from "../../model/failure.ts";
import type { Store } from "../store.ts";
import { Connection } from "./connection.ts";
import { SqliteEvaluations } from "./evaluations.ts";
import { SqliteExperiments } from "./experiments.ts";
import { type FilesystemProbe, storePlace, thisMachine } from "./filesystem.ts";
import { SqliteJournal } from "./journal.ts";
import { SqliteKept } from "./keptRows.ts";
import { SqliteLineage } from "./lineage.ts";
import { SqliteLoggedModels } from "./loggedModels.ts";
import { SqliteMetrics } from "./metrics.ts";
import { migrate, schemaOf } from "./migrate.ts";
import { isLikePattern } from "./patternFunction.ts";
import { SqliteRegistry } from "./registry.ts";
import { SqliteRuns } from "./runs.ts";
import { SecretBox } from "./secretBox.ts";
import { folderFailure, plainCause, sqliteFailure } from "./sqliteFailure.ts";
import { SqliteTraces } from "./traces.ts";
import { SqliteTrackedRuns } from "./trackedRuns.ts";
import { SqliteWebhooks } from "./webhooks.ts";

export interface OpenOptions {
  /** Memory for pages of the file; 64 unless told otherwise. */
  readonly cacheMegabytes?: number;
  /** For tests of the choice of place. */
  readonly probe?: FilesystemProbe;
  /** For tests of migrations: all of them in order, as SQL. */
  readonly migrations?: readonly string[];
  /** For tests of the pyramid: points in view from which it is read. */
  readonly rawPoints?: number;
}

/** How long a writer waits for another process before it gives up, in milliseconds. */
const busyTimeout = 10_000;

/**
 * Opens a store, making file and folder where they are missing. `file` is an absolute path; on a network file system the store is
 * kept locally instead and `notice` says so. Throws RunlineError `nodeTooOld`, `storeNewer`, `storeUnreadable` or `workspaceReadOnly`;
 * a file that can't be used is never changed.
 */
export async function openSqliteStore(file: string, options: OpenOptions = {}): Promise<Store> {
  requireNode(process.versions.node);
  // Loaded only now: on an older Node the native part crashes the process when it is loaded.
  const { default: Sqlite } = await import("better-sqlite3");
  const place = storePlace(file, options.probe ?? thisMachine);
  makeFolder(place.path);
  const database = await openFile(Sqlite, place.path, options);
  const connection = new Connection(database, place.path);
  return sqliteStore(connection, place.path, place.moved, options.rawPoints);
}

/** Throws `nodeTooOld` where better-sqlite3 would crash instead of failing. */
export function requireNode(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 14)) throw new RunlineError("nodeTooOld", { found: version });
}

function sqliteStore(
  connection: Connection,
  location: string,
  notice: Failure | null,
  rawPoints: number | undefined,
): Store {
  return {
    location,
    notice,
    async revision() {
      return connection.row<{ value: number }>("select value from meta where name = 'revision'")?.value ?? 0;
    },
    runs: new SqliteRuns(connection),
    journal: new SqliteJournal(connection),
    metrics: new SqliteMetrics(connection, rawPoints),
    lineage: new SqliteLineage(connection),
    registry: new SqliteRegistry(connection),
    experiments: new SqliteExperiments(connection),
    trackedRuns: new SqliteTrackedRuns(connection),
    loggedModels: new SqliteLoggedModels(connection),
    webhooks: new SqliteWebhooks(connection, new SecretBox(`${location}.key`)),
    traces: new SqliteTraces(connection),
    evaluations: new SqliteEvaluations(connection),
    kept: new SqliteKept(connection),
    async close() {
      connection.close();
    },
  };
}

async function openFile(
  Sqlite: typeof Database,
  file: string,
  { migrations, cacheMegabytes = 64 }: OpenOptions,
): Promise<Database.Database> {
  let database: Database.Database | null = null;
  try {
    database = new Sqlite(file, { timeout: busyTimeout });
    // Before any setting that writes: a file that is not ours stays as it is.
    schemaOf(database, file, migrations?.length);
    database.pragma("page_size = 4096");
    await enterWal(database);
    database.pragma("synchronous = normal");
    database.pragma("foreign_keys = on");
    database.pragma(`cache_size = -${Math.round(cacheMegabytes * 1024)}`);
    // A page that is written again and again, as those of open chunks are, then reaches the file once: 16 MB of log.
    database.pragma("wal_autocheckpoint = 4000");
    database.function("regexp", { deterministic: true }, isLikePattern());
    migrate(database, file, migrations);
    return database;
  } catch (error) {
    database?.close();
    const known = sqliteFailure(file, error);
    throw known instanceof RunlineError
      ? known
      : new RunlineError("storeUnreadable", { path: file, cause: plainCause(error) }, error);
  }
}

/** Two windows that make one file at the same time lock each other out here, and SQLite does not wait: so this does. */
async function enterWal(database: Database.Database): Promise<void> {
  for (const end = Date.now() + busyTimeout; ; ) {
    try {
      database.pragma("journal_mode = wal");
      return;
    } catch (error) {
      const isBusy = error instanceof Error && "code" in error && error.code === "SQLITE_BUSY";
      if (!isBusy || Date.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function makeFolder(file: string): void {
  const folder = path.dirname(file);
  try {
    fs.mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw folderFailure(folder, error);
  }
}
