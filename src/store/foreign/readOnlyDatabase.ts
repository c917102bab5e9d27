/** A SQLite file of another program: read in short steps that hold up nobody who writes to it, and never written to. */

import { constants } from "node:fs";
import { copyFile, mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type Database from "better-sqlite3";
import { RunlineError } from "../../model/failure.ts";

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

const headBytes = 100;
const magic = Buffer.from("SQLite format 3\0");
/** Where the head says which kind of log the file has: 2 for one beside it (WAL). */
const formatAt = 18;
const walFormat = 2;
/** A file that is written to all the time is copied so often before it is taken as it came. */
const mostCopies = 5;

export class ReadOnlyDatabase {
  readonly #database: Database.Database;
  readonly #copy: string | null;
  readonly #columns = new Map<string, ReadonlySet<string>>();

  private constructor(database: Database.Database, copy: string | null) {
    this.#database = database;
    this.#copy = copy;
  }

  /**
   * Reading a file in WAL mode would leave files beside it: such a one is read from a copy, unless its own program has it open and they are
   * there. Throws `fileUnreadable` for what is no database, or is just being mended by its own program.
   */
  static async open(file: string): Promise<ReadOnlyDatabase> {
    const { default: Sqlite } = await import("better-sqlite3");
    let copy: string | null = null;
    try {
      const isWal = (await headOf(file))[formatAt] === walFormat;
      if (isWal && (await stat(`${file}-shm`).catch(absent)) === null) copy = await copyOf(file);
      const place = copy === null ? file : path.join(copy, "mlflow.db");
      const database = new Sqlite(place, { readonly: copy === null, fileMustExist: true, timeout: 10_000 });
      database.pragma("trusted_schema = off");
      database.prepare("select count(*) from sqlite_schema").get();
      return new ReadOnlyDatabase(database, copy);
    } catch (thrown) {
      if (copy !== null) await rm(copy, { recursive: true, force: true });
      const cause = thrown instanceof Error ? thrown.message : String(thrown);
      throw new RunlineError("fileUnreadable", { path: file, cause }, thrown);
    }
  }

  has(table: string, column?: string): boolean {
    const columns = this.#columnsOf(table);
    return column === undefined ? columns.size > 0 : columns.has(column);
  }

  /** Columns for a `select`: those that the table lacks are null. */
  pick(table: string, columns: readonly string[], alias = table): string {
    const has = this.#columnsOf(table);
    return columns
      .map((column) => (has.has(column) ? `${alias}.${column} as ${column}` : `null as ${column}`))
      .join(", ");
  }

  rows(sql: string, ...values: readonly Value[]): readonly Row[] {
    return this.#database.prepare(sql).all(...values) as Row[];
  }

  async close(): Promise<void> {
    this.#database.close();
    if (this.#copy !== null) await rm(this.#copy, { recursive: true, force: true });
  }

  #columnsOf(table: string): ReadonlySet<string> {
    const known = this.#columns.get(table);
    if (known !== undefined) return known;
    // No views: reading one runs whatever its author has written, for as long as he likes.
    const rows = this.rows(
      "select c.name from sqlite_schema as t, pragma_table_info(t.name) as c where t.type = 'table' and t.name = ?",
      table,
    );
    const columns = new Set(rows.map(({ name }) => String(name)));
    this.#columns.set(table, columns);
    return columns;
  }
}

/** Does a file begin as SQLite's do? What is wrong behind that is for whoever opens it to say. */
export async function isSqlite(file: string): Promise<boolean> {
  return (await headOf(file)).subarray(0, magic.length).equals(magic);
}

async function headOf(file: string): Promise<Buffer> {
  const opened = await open(file, "r");
  try {
    const { buffer, bytesRead } = await opened.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await opened.close();
  }
}

/** File and log as they were at one time: what is moved from the one to the other between two copies would be in neither, or in both. */
async function copyOf(file: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "runline-import-"));
  const copy = path.join(folder, "mlflow.db");
  for (let left = mostCopies; left > 0; left--) {
    const before = await stateOf(file);
    await copyFile(file, copy, constants.COPYFILE_FICLONE);
    await rm(`${copy}-wal`, { force: true });
    await copyFile(`${file}-wal`, `${copy}-wal`, constants.COPYFILE_FICLONE).catch(absent);
    if ((await stateOf(file)) === before) break;
  }
  return folder;
}

async function stateOf(file: string): Promise<string> {
  const states = [file, `${file}-wal`].map(async (each) => {
    const found = await stat(each, { bigint: true }).catch(absent);
    return found === null ? "none" : `${found.mtimeNs} ${found.size}`;
  });
  return (await Promise.all(states)).join(", ");
}

function absent(thrown: unknown): null {
  if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return null;
  throw thrown;
}

/** A text; "" where there is none. */
export function textOf(value: Value | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}

/** A number; null where there is none. */
export function numberOf(value: Value | undefined): number | null {
  return typeof value === "number" ? value : null;
}
