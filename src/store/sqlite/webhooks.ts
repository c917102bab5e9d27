/** Webhooks, and how far in the registry's log each of them has been told. */

import type { AuditEntry } from "../../model/registry.ts";
import type { Webhook } from "../../model/webhook.ts";
import type { WebhookStore, WebhookTurn } from "../store.ts";
import type { Connection } from "./connection.ts";
import { type AuditRow, auditColumns, readEntry } from "./registry.ts";
import type { SecretBox } from "./secretBox.ts";

/** How far all of them had been told together, in stores of before. */
const oldMark = "webhooks_told";
export const toldMark = (id: string) => `webhook_told:${id}`;
/** Until when somebody tells this one. */
const busyMark = (id: string) => `webhook_busy:${id}`;
const entriesAtOnce = 50;

export class SqliteWebhooks implements WebhookStore {
  readonly #connection: Connection;
  readonly #box: SecretBox;

  constructor(connection: Connection, box: SecretBox) {
    this.#connection = connection;
    this.#box = box;
  }

  async list(): Promise<readonly Webhook[]> {
    return this.#connection
      .rows<{ content: string }>("select content from webhook order by time desc, id")
      .map(({ content }) => this.#opened(JSON.parse(content) as Webhook));
  }

  async put(webhook: Webhook): Promise<void> {
    const secret = webhook.secret === null ? null : this.#box.seal(webhook.secret);
    this.#connection.write(() => {
      const known = this.#connection.row("select 1 from webhook where id = ?", webhook.id);
      if (known === undefined) this.#mark(toldMark(webhook.id), this.#newest());
      this.#connection.change(
        "insert or replace into webhook (id, time, content) values (?, ?, ?)",
        ...[webhook.id, webhook.created, JSON.stringify({ ...webhook, secret })],
      );
    });
  }

  async delete(id: string): Promise<void> {
    this.#connection.write(() => {
      this.#connection.change("delete from webhook where id = ?", id);
      this.#connection.change("delete from meta where name in (?, ?)", toldMark(id), busyMark(id));
    });
  }

  async claim(id: string, now: number, until: number): Promise<WebhookTurn> {
    return this.#connection.write(() => {
      const busy = this.#value(busyMark(id)) ?? 0;
      // A clock that was set back must not keep everybody waiting for years.
      if (busy > now && busy <= until) return { entries: [], freeAt: busy };
      return { entries: this.#turn(id, until), freeAt: null };
    });
  }

  async told(id: string, sequence: number, until: number): Promise<readonly AuditEntry[]> {
    return this.#connection.write(() => {
      this.#mark(toldMark(id), sequence);
      return this.#turn(id, until);
    });
  }

  /** What is next for this webhook; nobody else gets it meanwhile, and where there is nothing the turn is over. */
  #turn(id: string, until: number): readonly AuditEntry[] {
    const newest = this.#newest();
    // A log that could not be carried over to this store begins anew.
    const told = Math.min(this.#value(toldMark(id)) ?? this.#value(oldMark) ?? newest, newest);
    const rows = this.#connection.rows<AuditRow>(
      `select ${auditColumns} from audit where sequence > ? order by sequence limit ${entriesAtOnce}`,
      told,
    );
    if (rows.length > 0) this.#mark(busyMark(id), Math.round(until));
    else this.#connection.change("delete from meta where name = ?", busyMark(id));
    return rows.map(readEntry);
  }

  /** A secret that can't be opened any more signs nothing: what would go out without it is not sent. */
  #opened(webhook: Webhook): Webhook {
    if (webhook.secret === null) return webhook;
    const secret = this.#box.open(webhook.secret);
    return secret === null ? { ...webhook, secret, status: "DISABLED" } : { ...webhook, secret };
  }

  #value(name: string): number | undefined {
    return this.#connection.row<{ value: number }>("select value from meta where name = ?", name)?.value;
  }

  #mark(name: string, value: number): void {
    this.#connection.change("insert or replace into meta (name, value) values (?, ?)", name, value);
  }

  #newest(): number {
    const sql = "select coalesce(max(sequence), 0) as value from audit";
    return this.#connection.row<{ value: number }>(sql)?.value ?? 0;
  }
}
