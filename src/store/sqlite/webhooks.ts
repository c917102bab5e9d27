/** Webhooks, and how far in the registry's log they have been told. */

import type { AuditEntry } from "../../model/registry.ts";
import type { Webhook } from "../../model/webhook.ts";
import type { WebhookStore } from "../store.ts";
import type { Connection } from "./connection.ts";
import { type AuditRow, auditColumns, readEntry } from "./registry.ts";

const mark = "webhooks_told";

export class SqliteWebhooks implements WebhookStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async list(): Promise<readonly Webhook[]> {
    return this.#connection
      .rows<{ content: string }>("select content from webhook order by time desc, id")
      .map(({ content }) => JSON.parse(content) as Webhook);
  }

  async put(webhook: Webhook): Promise<void> {
    this.#connection.write(() => {
      if (this.#isEmpty()) this.#tell();
      this.#connection.change(
        "insert or replace into webhook (id, time, content) values (?, ?, ?)",
        ...[webhook.id, webhook.created, JSON.stringify(webhook)],
      );
    });
  }

  async delete(id: string): Promise<void> {
    this.#connection.write(() => this.#connection.change("delete from webhook where id = ?", id));
  }

  async untold(): Promise<readonly AuditEntry[]> {
    if (this.#isEmpty()) return [];
    return this.#connection.write(() => {
      const told =
        this.#connection.row<{ value: number }>("select value from meta where name = ?", mark)?.value ?? 0;
      const rows = this.#connection.rows<AuditRow>(
        `select ${auditColumns} from audit where sequence > ? order by sequence`,
        told,
      );
      if (rows.length > 0) this.#tell();
      return rows.map(readEntry);
    });
  }

  #isEmpty(): boolean {
    return this.#connection.row("select 1 from webhook limit 1") === undefined;
  }

  /** Sets the mark at the end of the log. */
  #tell(): void {
    this.#connection.change(
      "insert or replace into meta (name, value) select ?, coalesce(max(sequence), 0) from audit",
      mark,
    );
  }
}
