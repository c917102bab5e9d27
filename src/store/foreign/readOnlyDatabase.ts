/** A SQLite file of another program: read in short steps that hold up nobody who writes to it, and never written to. */

import { copyFile, mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type Database from "better-sqlite3";
import { RunlineError } from "../../model/failure.ts";

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** Where the header says which kind of log the file has: 2 for one beside it (WAL). */
const formatAt = 18;
const walFormat = 2;

export class ReadOnlyDatabase {
  readonly #database: Database.Database;
  readonly #copy: string | null;
  readonly #columns = new Map<string, ReadonlySet<string>>();

  private constructor(database: Database.Database, copy: string | null) {
    this.#database = database;
    this.#copy = copy;
  }

  /**
   * Reading a file in WAL mode would leave files beside it: such a one is read from a copy. Throws `fileUnreadable` for what is no database,
   * or is just being mended by its own program.
   */
  static async open(file: string): Promise<ReadOnlyDatabase> {
    const { default: Sqlite } = await import("better-sqlite3");
    let copy: string | null = null;
    try {
      if ((await formatOf(file)) === walFormat) copy = await copyOf(file);
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
    const rows = this.rows("select name from pragma_table_info(?)", table);
    const columns = new Set(rows.map(({ name }) => String(name)));
    this.#columns.set(table, columns);
    return columns;
  }
}

async function formatOf(file: string): Promise<number> {
  const opened = await open(file, "r");
  try {
    const { buffer } = await opened.read(Buffer.alloc(1), 0, 1, formatAt);
    return buffer[0] ?? 0;
  } finally {
    await opened.close();
  }
}

async function copyOf(file: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "runline-import-"));
  const log = `${file}-wal`;
  await copyFile(file, path.join(folder, "mlflow.db"));
  const hasLog = await stat(log).then(
    () => true,
    () => false,
  );
  if (hasLog) await copyFile(log, path.join(folder, "mlflow.db-wal"));
  return folder;
}

/** A text; "" where there is none. */
export function textOf(value: Value | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}

/** A number; null where there is none. */
export function numberOf(value: Value | undefined): number | null {
  return typeof value === "number" ? value : null;
}
