/** Rows of which the store is the only truth: they move to a store that is made anew as they are. */

import type { KeptBatch, KeptStore } from "../store.ts";
import type { Connection } from "./connection.ts";
import { toldMark } from "./webhooks.ts";

/** Parents before their children. */
const tables = [
  "webhook",
  "trace",
  "span",
  "trace_run",
  "assessment",
  "evaluation_dataset",
  "dataset_record",
  "scorer",
  "issue",
  "awaited_trace",
] as const;

/** Of the marks of a store only how far webhooks have been told: without it they would not hear of anything any more. */
const marks = { table: "meta", of: `${toldMark("")}*` };

const batchRows = 1_000;

export class SqliteKept implements KeptStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async *read(): AsyncIterable<KeptBatch> {
    const sql = `select * from ${marks.table} where name glob ?`;
    yield { table: marks.table, rows: this.#connection.rows<KeptBatch["rows"][number]>(sql, marks.of) };
    for (const table of tables) {
      let rows: KeptBatch["rows"][number][] = [];
      for (const row of this.#connection.each<KeptBatch["rows"][number]>(`select * from ${table}`)) {
        rows.push(row);
        if (rows.length < batchRows) continue;
        yield { table, rows };
        rows = [];
      }
      if (rows.length > 0) yield { table, rows };
    }
  }

  async restore(batches: AsyncIterable<KeptBatch>): Promise<void> {
    for await (const { table, rows } of batches) {
      if (table !== marks.table && !tables.some((known) => known === table)) continue;
      this.#connection.write(() => {
        for (const row of rows) {
          const names = Object.keys(row).filter((name) => /^\w+$/.test(name));
          const values = names.map((name) => row[name] ?? null);
          this.#connection.change(
            `insert or replace into ${table} (${names.map((name) => `"${name}"`).join(", ")}) values (${names.map(() => "?").join(", ")})`,
            ...values,
          );
        }
      });
    }
  }
}
