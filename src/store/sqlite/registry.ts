/** The registry: an append-only, hash-chained log, and tables that are a cache of what it folds to. */

import { createHash } from "node:crypto";
import { chainProblem, chainStart, sealed } from "../../model/auditChain.ts";
import { canonicalJson } from "../../model/canonicalJson.ts";
import { RunlineError } from "../../model/failure.ts";
import type {
  Actor,
  AuditEntry,
  AuditVerdict,
  Model,
  ModelVersion,
  RegistryEvent,
} from "../../model/registry.ts";
import { foldEvent, foldLog, registryOf } from "../../model/registryFold.ts";
import type { RegistryStore } from "../store.ts";
import type { Connection } from "./connection.ts";
import { readModels, writeEvent } from "./registryTables.ts";

export interface AuditRow {
  readonly sequence: number;
  readonly time: number;
  readonly actor: string;
  readonly event: string;
  readonly previousHash: string;
  readonly hash: string;
}

export const auditColumns = "sequence, time, actor, event, previous_hash as previousHash, hash";

export class SqliteRegistry implements RegistryStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async models(): Promise<readonly Model[]> {
    return this.#connection.read(() => readModels(this.#connection));
  }

  async model(name: string): Promise<Model | null> {
    return this.#connection.read(() => readModels(this.#connection, [name]))[0] ?? null;
  }

  async version(model: string, version: number): Promise<ModelVersion | null> {
    return (await this.model(model))?.versions.find((one) => one.version === version) ?? null;
  }

  async append(
    actor: Actor,
    time: number,
    decide: (models: readonly Model[]) => readonly RegistryEvent[],
    about?: readonly string[],
  ): Promise<readonly AuditEntry[]> {
    return this.#connection.write(() => {
      const models = readModels(this.#connection, about);
      const registry = registryOf(models);
      let previous = this.#head();
      return decide(models).map((event) => {
        const problem = foldEvent(registry, event, time, actor);
        if (problem !== null) throw new RunlineError("unexpected", { cause: problem });
        const { sequence, hash: previousHash } = previous ?? { sequence: 0, hash: chainStart };
        const entry = sealed({ sequence: sequence + 1, time, actor, event, previousHash }, sha256);
        this.#insert(entry);
        writeEvent(this.#connection, entry);
        previous = entry;
        return entry;
      });
    });
  }

  async audit(limit?: number): Promise<readonly AuditEntry[]> {
    const most = limit === undefined ? -1 : Math.max(0, limit);
    const sql = `select ${auditColumns} from audit order by sequence desc limit ?`;
    return this.#connection.rows<AuditRow>(sql, most).map(readEntry);
  }

  async restore(entries: readonly AuditEntry[]): Promise<void> {
    const inOrder = [...entries].sort((left, right) => left.sequence - right.sequence);
    this.#connection.write(() => {
      const head = this.#head();
      if (head !== undefined)
        throw new RunlineError("auditBroken", {
          sequence: head.sequence,
          cause: "this store has a log already",
        });
      const problem = chainAndFold(inOrder).problem;
      if (problem !== null)
        throw new RunlineError("auditBroken", { sequence: problem.sequence, cause: problem.text });
      for (const entry of inOrder) {
        this.#insert(entry);
        writeEvent(this.#connection, entry);
      }
    });
  }

  async verify(): Promise<AuditVerdict> {
    return this.#connection.read(() => {
      const rows = this.#connection.rows<AuditRow>(`select ${auditColumns} from audit order by sequence`);
      const head = rows.at(-1)?.hash ?? chainStart;
      return { entries: rows.length, head, problem: this.#problem(rows) };
    });
  }

  #problem(rows: readonly AuditRow[]): AuditVerdict["problem"] {
    const entries: AuditEntry[] = [];
    for (const row of rows) {
      const entry = tryEntry(row);
      if (entry === null)
        return chainAndFold(entries).problem ?? { sequence: row.sequence, text: "it can't be read" };
      entries.push(entry);
    }
    const { models, problem } = chainAndFold(entries);
    if (problem !== null) return problem;
    const differing = differingModel(models, readModels(this.#connection));
    if (differing === null) return null;
    const sequence = entries.findLast(({ event }) => event.model === differing)?.sequence ?? entries.length;
    return { sequence, text: `the table of ${differing} differs from the log` };
  }

  #head(): { readonly sequence: number; readonly hash: string } | undefined {
    return this.#connection.row("select sequence, hash from audit order by sequence desc limit 1");
  }

  #insert({ sequence, time, actor, event, previousHash, hash }: AuditEntry): void {
    this.#connection.change(
      "insert into audit (sequence, time, actor, event, previous_hash, hash) values (?, ?, ?, ?, ?, ?)",
      ...[sequence, time, canonicalJson(actor), canonicalJson(event), previousHash, hash],
    );
  }
}

/** What a log folds to, and the first entry of it that does not fit. */
function chainAndFold(entries: readonly AuditEntry[]): ReturnType<typeof foldLog> {
  for (const [at, entry] of entries.entries()) {
    const text = chainProblem(entries[at - 1] ?? null, entry, sha256);
    if (text !== null) return { models: [], problem: { sequence: entry.sequence, text } };
  }
  return foldLog(entries);
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

export function readEntry({ actor, event, ...rest }: AuditRow): AuditEntry {
  return { ...rest, actor: JSON.parse(actor) as Actor, event: JSON.parse(event) as RegistryEvent };
}

/** The entry, or null when its text is no JSON or not in the form that was hashed: then somebody wrote it by hand. */
function tryEntry(row: AuditRow): AuditEntry | null {
  try {
    const entry = readEntry(row);
    return canonicalJson(entry.event) === row.event && canonicalJson(entry.actor) === row.actor
      ? entry
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Name of the first model that is not the same in both, null when all are. */
function differingModel(left: readonly Model[], right: readonly Model[]): string | null {
  const texts = (models: readonly Model[]) =>
    new Map(models.map((model) => [model.name, canonicalJson(model)]));
  const [first, second] = [texts(left), texts(right)];
  const names = [...new Set([...first.keys(), ...second.keys()])].sort();
  return names.find((name) => first.get(name) !== second.get(name)) ?? null;
}
