/** Takes batches of journal records in: data and cursor in one transaction. */

import { createHash } from "node:crypto";
import { canonicalJson } from "../../model/canonicalJson.ts";
import { RunlineError } from "../../model/failure.ts";
import type { EnvironmentRecord, JournalRecord, ParameterRecord, TagRecord } from "../../model/journal.ts";
import { keyMetric } from "../../model/keyMetric.ts";
import type { Finding } from "../../model/run.ts";
import { type Batch, sortBatch } from "../batch.ts";
import { ChunkEncoder } from "../chunk.ts";
import { environmentNode, runNode } from "../lineageNodes.ts";
import type { JournalCursor, JournalStore } from "../store.ts";
import { takeClientRecord, takeModelMetric } from "./clientRecords.ts";
import type { Connection } from "./connection.ts";
import { addEdge, addNode, dropIfOrphan } from "./graph.ts";
import { addPointsTo } from "./points.ts";
import { takeFile } from "./runFiles.ts";
import { isSourceTag, takeSource } from "./sourceTags.ts";

/** Findings of a run that are kept; all are counted. */
const mostFindings = 200;

interface RunAt {
  readonly key: number;
  readonly id: string;
}
type StoredCursor = JournalCursor & { readonly attempt: number };

export class SqliteJournal implements JournalStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async cursor(runId: string): Promise<JournalCursor | null> {
    const { attempt: _, ...cursor } = this.#cursor(runId) ?? { attempt: 0 };
    return "offset" in cursor ? cursor : null;
  }

  async append(
    runId: string,
    from: JournalCursor | null,
    to: JournalCursor,
    records: readonly JournalRecord[],
    findings: readonly Finding[],
  ): Promise<boolean> {
    // Looked at before the transaction as well: a window that lost the race must not make writers wait.
    if (!isSame(this.#cursor(runId), from)) return false;
    return this.#connection.write(() => {
      const stored = this.#cursor(runId);
      if (!isSame(stored, from)) return false;
      const key = this.#connection.row<{ key: number }>("select key from run where id = ?", runId)?.key;
      if (key === undefined) throw new RunlineError("runUnknown", { run: runId });
      const batch = sortBatch(records, stored?.attempt ?? 1);
      this.#take({ key, id: runId }, batch, findings);
      this.#connection.change(
        "insert or replace into cursor (run, offset, line, identity, attempt) values (?, ?, ?, ?, ?)",
        ...[key, to.offset, to.line, to.identity, batch.attempt],
      );
      return true;
    });
  }

  #take(run: RunAt, batch: Batch, findings: readonly Finding[]): void {
    this.#addMetrics(run, batch);
    for (const record of batch.parameters) this.#setParameter(run, record);
    for (const record of batch.tags) this.#setTag(run, record);
    const source = batch.tags.findLast(({ key }) => isSourceTag(key));
    if (source !== undefined) takeSource(this.#connection, run, source.time);
    for (const record of batch.files) takeFile(this.#connection, run, record);
    for (const record of batch.client) takeClientRecord(this.#connection, run, record);
    for (const record of batch.measured) takeModelMetric(this.#connection, run, record);
    if (batch.environment !== null) this.#setEnvironment(run, batch.environment);
    const found = [...findings, ...batch.findings];
    if (found.length > 0) this.#addFindings(run, found);
  }

  #addMetrics(run: RunAt, { series }: Batch): void {
    const added: string[] = [];
    const encoder = new ChunkEncoder();
    for (const [attempt, metrics] of series)
      for (const [name, points] of metrics)
        if (addPointsTo(this.#connection, encoder, { run: run.key, attempt, name }, points)) added.push(name);
    if (added.length > 0) this.#chooseKeyMetric(run, added);
  }

  /** The best of many is the best of the new ones and the best so far; a run may have 100,000 names. */
  #chooseKeyMetric({ key }: RunAt, added: readonly string[]): void {
    const now = this.#connection.row<{ name: string }>(
      `select metric_name.name from run join series on series.id = run.key_series
       join metric_name on metric_name.id = series.metric where run.key = ?`,
      key,
    );
    const chosen = keyMetric([...(now === undefined ? [] : [now.name]), ...added]);
    this.#connection.change(
      `update run set key_series = (
         select series.id from series join metric_name on metric_name.id = series.metric
         where series.run = run.key and metric_name.name = ? order by attempt desc limit 1
       ) where key = ?`,
      ...[chosen, key],
    );
  }

  #setParameter({ key }: RunAt, { key: name, value, source }: ParameterRecord): void {
    const sql = "insert or replace into parameter (run, name, value, source) values (?, ?, ?, ?)";
    this.#connection.change(sql, key, name, value, source);
  }

  /** What a person has set stays, whatever the script says. */
  #setTag({ key }: RunAt, { key: name, value }: TagRecord): void {
    this.#connection.change(
      `insert into tag (run, name, value, personal) values (?, ?, ?, 0)
       on conflict (run, name) do update set value = excluded.value where personal = 0`,
      ...[key, name, value],
    );
  }

  #setEnvironment(run: RunAt, record: EnvironmentRecord): void {
    const { kind: _, time, ...environment } = record;
    const text = canonicalJson(environment);
    this.#connection.change("update run set environment = ? where key = ?", text, run.key);
    const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
    const made = addNode(this.#connection, runNode(run.id));
    const old = this.#connection.rows<{ used: number }>(
      "select used from edge where made = ? and kind = 'environment'",
      made,
    );
    this.#connection.change("delete from edge where made = ? and kind = 'environment'", made);
    const used = addNode(this.#connection, environmentNode(record, digest));
    addEdge(this.#connection, { used, made, kind: "environment", how: "snapshot", run_id: run.id, time });
    for (const { used: before } of old) dropIfOrphan(this.#connection, before);
  }

  #addFindings({ key }: RunAt, found: readonly Finding[]): void {
    const sql = "select findings as count from run where key = ?";
    const before = this.#connection.row<{ count: number }>(sql, key)?.count ?? 0;
    for (const [at, { code, text, time, line }] of found
      .slice(0, Math.max(0, mostFindings - before))
      .entries())
      this.#connection.change(
        "insert into finding (run, number, code, text, time, line) values (?, ?, ?, ?, ?, ?)",
        ...[key, before + at + 1, code, text, time, line],
      );
    this.#connection.change("update run set findings = ? where key = ?", before + found.length, key);
  }

  #cursor(runId: string): StoredCursor | undefined {
    return this.#connection.row<StoredCursor>(
      `select offset, line, identity, cursor.attempt from cursor join run on run.key = cursor.run where run.id = ?`,
      runId,
    );
  }
}

function isSame(stored: StoredCursor | undefined, from: JournalCursor | null): boolean {
  if (stored === undefined || from === null) return stored === undefined && from === null;
  return stored.offset === from.offset && stored.line === from.line && stored.identity === from.identity;
}
