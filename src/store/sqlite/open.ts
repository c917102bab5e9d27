/** Opens a store file with the SQLite engine. */

import * as fs from "node:fs";
import * as path from "node:path";
import type Database from "better-sqlite3";
import { type Failure, RunlineError } from "../../model/failure.ts";
import type { Store } from "../store.ts";
import { Connection } from "./connection.ts";
import { type FilesystemProbe, storePlace, thisMachine } from "./filesystem.ts";
import { SqliteJournal } from "./journal.ts";
import { SqliteLineage } from "./lineage.ts";
import { SqliteMetrics } from "./metrics.ts";
import { migrate, schemaOf } from "./migrate.ts";
import { SqliteRegistry } from "./registry.ts";
import { SqliteRuns } from "./runs.ts";

export interface OpenOptions {
  /** For tests of the choice of place. */
  readonly probe?: FilesystemProbe;
  /** For tests of migrations: all of them in order, as SQL. */
  readonly migrations?: readonly string[];
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
  const database = openFile(Sqlite, place.path, options.migrations);
  return sqliteStore(new Connection(database), place.path, place.moved);
}

/** Throws `nodeTooOld` where better-sqlite3 would crash instead of failing. */
export function requireNode(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 14)) throw new RunlineError("nodeTooOld", { found: version });
}

function sqliteStore(connection: Connection, location: string, notice: Failure | null): Store {
  return {
    location,
    notice,
    async revision() {
      return connection.row<{ value: number }>("select value from meta where name = 'revision'")?.value ?? 0;
    },
    runs: new SqliteRuns(connection),
    journal: new SqliteJournal(connection),
    metrics: new SqliteMetrics(connection),
    lineage: new SqliteLineage(connection),
    registry: new SqliteRegistry(connection),
    async close() {
      connection.close();
    },
  };
}

function openFile(Sqlite: typeof Database, file: string, migrations?: readonly string[]): Database.Database {
  let database: Database.Database | null = null;
  try {
    database = new Sqlite(file, { timeout: busyTimeout });
    // Before any setting that writes: a file that is not ours stays as it is.
    schemaOf(database, file, migrations?.length);
    database.pragma("page_size = 4096");
    database.pragma("journal_mode = wal");
    database.pragma("synchronous = normal");
    database.pragma("foreign_keys = on");
    database.pragma("cache_size = -65536");
    migrate(database, file, migrations);
    return database;
  } catch (error) {
    database?.close();
    throw openFailure(file, error);
  }
}

function makeFolder(file: string): void {
  const folder = path.dirname(file);
  try {
    fs.mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new RunlineError("workspaceReadOnly", { path: folder, cause: plainCause(error) }, error);
  }
}

function openFailure(file: string, error: unknown): RunlineError {
  if (error instanceof RunlineError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/^SQLITE_(?:READONLY|CANTOPEN)/.test(code) && !fs.existsSync(file))
    return new RunlineError(
      "workspaceReadOnly",
      { path: path.dirname(file), cause: plainCause(error) },
      error,
    );
  if (code.startsWith("SQLITE_READONLY"))
    return new RunlineError("workspaceReadOnly", { path: file, cause: plainCause(error) }, error);
  if (code === "SQLITE_FULL") return new RunlineError("diskFull", { path: file }, error);
  return new RunlineError("storeUnreadable", { path: file, cause: plainCause(error) }, error);
}

function plainCause(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const known: Readonly<Record<string, string>> = {
    SQLITE_NOTADB: "it is not a database",
    SQLITE_CORRUPT: "it is damaged",
    SQLITE_CANTOPEN: "it can't be opened",
    SQLITE_BUSY: "another program keeps it locked",
    EACCES: "permission denied",
    EPERM: "permission denied",
    EROFS: "the file system is read-only",
    ENOTDIR: "a part of the path is a file",
    EEXIST: "a file is in the place of the folder",
    ENOSPC: "the disk is full",
  };
  return known[code] ?? (error instanceof Error ? error.message : String(error));
}
