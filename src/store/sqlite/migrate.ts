/** Brings a store file to the schema that this program knows: forward only, in one transaction, an older file copied first. */

import * as fs from "node:fs";
import type Database from "better-sqlite3";
import { RunlineError } from "../../model/failure.ts";
import { migrations as known } from "./migrations/all.ts";

/** "RUNL": tells a store of ours from any other SQLite file. */
const applicationId = 0x52554e4c;

/**
 * Checks and migrates. `user_version` is the schema number. Throws RunlineError `storeNewer` (file unchanged) or `storeUnreadable`
 * (another program's database).
 */
export function migrate(
  database: Database.Database,
  path: string,
  migrations: readonly string[] = known,
): void {
  const found = schemaOf(database, path, migrations.length);
  if (found === migrations.length) return;
  if (found > 0) backUp(database, `${path}.schema${found}.bak`);
  database
    .transaction(() => {
      // Another window may have been faster, so the schema is read again now that nobody else can write.
      const from = schemaOf(database, path, migrations.length);
      for (const sql of migrations.slice(from)) database.exec(sql);
      database.pragma(`application_id = ${applicationId}`);
      database.pragma(`user_version = ${migrations.length}`);
    })
    .immediate();
}

/** The schema number of a file, 0 for an empty one. Changes nothing. */
export function schemaOf(database: Database.Database, path: string, newest = known.length): number {
  // One snapshot: another window may be making the file right now.
  const look = database.transaction(() => ({
    schema: Number(database.pragma("user_version", { simple: true })),
    owner: Number(database.pragma("application_id", { simple: true })),
    isEmpty: database.prepare("select 1 from sqlite_master limit 1").get() === undefined,
  }));
  const { schema, owner, isEmpty } = look();
  if (!isEmpty && owner !== applicationId)
    throw new RunlineError("storeUnreadable", { path, cause: "it is a database of another program" });
  if (schema > newest) throw new RunlineError("storeNewer", { path, found: schema, known: newest });
  return schema;
}

/** Copies the file as it stands, whatever is still in its log. A backup of the same schema that is already there is kept. */
function backUp(database: Database.Database, backup: string): void {
  if (fs.existsSync(backup)) return;
  const partial = `${backup}.${process.pid}`;
  fs.rmSync(partial, { force: true });
  database.prepare("vacuum into ?").run(partial);
  try {
    fs.linkSync(partial, backup);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    fs.rmSync(partial, { force: true });
  }
}
