/** One open SQLite file: typed queries compiled by Kysely, hand-written ones, and the one transaction idiom. */

import type Database from "better-sqlite3";
import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { failureOf } from "../../model/failure.ts";
import type { Tables } from "../schema.ts";
import { sqliteFailure } from "./sqliteFailure.ts";

/** Builds queries and runs none: execution is synchronous, by `Connection`. */
export const tables = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

type Value = number | string | Uint8Array | null;
interface Query<Row> {
  compile(): CompiledQuery<Row>;
}

export class Connection {
  readonly #database: Database.Database;
  readonly #file: string;
  readonly #statements = new Map<string, Database.Statement<unknown[]>>();

  constructor(database: Database.Database, file: string) {
    this.#database = database;
    this.#file = file;
  }

  /** Rows of a built query. */
  all<Row>(query: Query<Row>): Row[] {
    const { sql, parameters } = query.compile();
    return this.#named(() => this.#statement(sql).all(...parameters)) as Row[];
  }

  /** The first row of a built query. */
  first<Row>(query: Query<Row>): Row | undefined {
    const { sql, parameters } = query.compile();
    return this.#named(() => this.#statement(sql).get(...parameters)) as Row | undefined;
  }

  /** Runs a built change; answers how many rows it touched. */
  run(query: Query<unknown>): number {
    const { sql, parameters } = query.compile();
    return this.#statement(sql).run(...parameters).changes;
  }

  /** Rows of a hand-written query; the caller names their shape. */
  rows<Row>(sql: string, ...values: readonly Value[]): Row[] {
    return this.#named(() => this.#statement(sql).all(...values)) as Row[];
  }

  /** The first row of a hand-written query. */
  row<Row>(sql: string, ...values: readonly Value[]): Row | undefined {
    return this.#named(() => this.#statement(sql).get(...values)) as Row | undefined;
  }

  /** One row after the other, without holding all of them. */
  each<Row>(sql: string, ...values: readonly Value[]): IterableIterator<Row> {
    return this.#statement(sql).iterate(...values) as IterableIterator<Row>;
  }

  /** Runs a hand-written change; answers the row id of an insert. */
  change(sql: string, ...values: readonly Value[]): number {
    return Number(this.#statement(sql).run(...values).lastInsertRowid);
  }

  /** A transaction over several reads that must see one state. */
  read<T>(work: () => T): T {
    return this.#named(() => this.#database.transaction(work).deferred());
  }

  /**
   * A writing transaction: it waits for other writers, commits on return and rolls back on throw. The revision moves by one
   * when something was changed.
   */
  write<T>(work: () => T): T {
    const whole = this.#database.transaction(() => {
      const before = this.#changes();
      const result = work();
      if (this.#changes() !== before)
        this.change("update meta set value = value + 1 where name = 'revision'");
      return result;
    });
    return this.#named(() => whole.immediate());
  }

  /**
   * A writing transaction for what is only kept to be found sooner: nobody sees it, so the revision stays, and it is no matter when
   * the disk is full or others write.
   */
  keep(work: () => void): void {
    try {
      this.#named(() => this.#database.transaction(work).immediate());
    } catch (error) {
      const { code } = failureOf(error);
      if (code !== "diskFull" && code !== "storeBusy" && code !== "workspaceReadOnly") throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #changes(): number {
    return this.row<{ changes: number }>("select total_changes() as changes")?.changes ?? 0;
  }

  #named<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw sqliteFailure(this.#file, error);
    }
  }

  #statement(sql: string): Database.Statement<unknown[]> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    // Texts are few by construction; the bound only keeps a mistake from growing without end.
    if (this.#statements.size >= 500) this.#statements.clear();
    const statement = this.#database.prepare<unknown[]>(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
