/** Traces, their spans, and what was said of them. */

import type { FilterTree } from "../../model/filterTree.ts";
import type { Tags } from "../../model/registry.ts";
import {
  type Assessment,
  type Span,
  type SpanBatch,
  type Trace,
  traceKeys,
  usageOf,
} from "../../model/trace.ts";
import type { TraceMetricPoint, TraceMetricQuery } from "../../model/traceMetrics.ts";
import type { TraceClause, TraceQuery } from "../../model/traceSearch.ts";
import { summedUsage, usageAttributes, usageInContent } from "../../model/traceUsage.ts";
import type { TraceDeletion, TraceStore } from "../traces.ts";
import type { Connection } from "./connection.ts";
import { traceMetricSql } from "./traceMetrics.ts";
import { conditionSql, searchSql } from "./traceSearch.ts";

interface TraceRow extends Omit<Trace, "metadata" | "tags" | "usage"> {
  readonly key: number;
  readonly metadata: string;
  readonly tags: string;
  readonly told: number;
}

const columns = `trace.key, trace.id, experiment as experimentId, trace.time, duration, state, request_preview as requestPreview,
  response_preview as responsePreview, client_request_id as clientRequestId, metadata, tags, told`;

export class SqliteTraces implements TraceStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(ids: readonly string[]): Promise<readonly Trace[]> {
    const rows = this.#connection.rows<TraceRow>(
      `select ${columns} from json_each(?) as asked cross join trace on trace.id = asked.value order by asked.key`,
      JSON.stringify(ids),
    );
    return rows.map(readTrace);
  }

  async put(trace: Trace): Promise<void> {
    this.#connection.write(() => {
      const known = this.#row(trace.id);
      const metadata = { ...tagsIn(known?.metadata), ...trace.metadata };
      const tags = { ...tagsIn(known?.tags), ...trace.tags };
      this.#write({ ...trace, metadata, tags }, true);
    });
  }

  async addSpans(batches: readonly SpanBatch[]): Promise<void> {
    this.#connection.write(() => {
      for (const { trace, spans } of batches) {
        const known = this.#row(trace.id);
        const whole = extended(trace, known);
        const key = this.#write(whole, known?.told === 1);
        for (const span of spans) this.#writeSpan(key, span);
        const says = trace.metadata[traceKeys.tokens] ?? trace.metadata[traceKeys.cost];
        if (known === undefined || known.told === 1 || says === undefined) continue;
        // Calls may come one by one, and what one says may be within what its caller says.
        this.#write({ ...whole, metadata: { ...whole.metadata, ...this.#usage(key) } }, false);
      }
    });
  }

  #usage(trace: number): Tags {
    const rows = this.#connection.rows<{ id: string; parent: string | null; content: string | null }>(
      `select id, parent, iif(instr(content, ?) or instr(content, ?), content, null) as content
       from span where trace = ? order by start, id`,
      ...[usageAttributes.tokens, usageAttributes.cost, trace],
    );
    return summedUsage(
      rows.map(({ id, parent, content }) => ({ id, parentId: parent, ...usageInContent(content ?? "") })),
    );
  }

  async spans(traceId: string): Promise<readonly string[]> {
    return this.#connection
      .rows<{ content: string }>(
        // A call may begin in the millisecond of another: their order is in the nanoseconds, which only the content has.
        `select content from span join trace on trace.key = span.trace where trace.id = ?
         order by start, json_extract(content, '$.start_time_unix_nano'), end desc, span.id`,
        traceId,
      )
      .map(({ content }) => content);
  }

  async setTag(id: string, key: string, value: string | null): Promise<void> {
    this.#connection.write(() => {
      const { [key]: _, ...others } = tagsIn(this.#row(id)?.tags);
      const tags = value === null ? others : { ...others, [key]: value };
      this.#connection.change("update trace set tags = ? where id = ?", JSON.stringify(tags), id);
    });
  }

  async link(ids: readonly string[], runId: string): Promise<void> {
    const asked = JSON.stringify(ids);
    this.#connection.write(() => {
      this.#connection.change(
        `insert or ignore into trace_run (trace, run_id)
         select trace.key, ? from json_each(?) as asked join trace on trace.id = asked.value`,
        ...[runId, asked],
      );
      // Clients send traces in the background, so the word of a run may be here before them.
      this.#connection.change(
        `insert or ignore into awaited_trace (id, run_id)
         select asked.value, ? from json_each(?) as asked where asked.value not in (select id from trace)`,
        ...[runId, asked],
      );
    });
  }

  async delete(experimentId: string, which: TraceDeletion): Promise<number> {
    const [condition, values] =
      "ids" in which
        ? ["id in (select value from json_each(?))", [JSON.stringify(which.ids)]]
        : ["time <= ? order by time limit ?", [which.until, which.most ?? -1]];
    return this.#connection.write(() => {
      const keys = this.#connection
        .rows<{ key: number }>(
          `select key from trace where experiment = ? and ${condition}`,
          experimentId,
          ...values,
        )
        .map(({ key }) => key);
      this.#connection.change(
        "delete from trace where key in (select value from json_each(?))",
        JSON.stringify(keys),
      );
      return keys.length;
    });
  }

  async search(query: TraceQuery): Promise<readonly Trace[]> {
    const { sql, values } = searchSql(query);
    return this.#connection
      .rows<TraceRow>(
        `select ${columns} from trace ${sql} limit ? offset ?`,
        ...[...values, query.limit + 1, query.offset],
      )
      .map(readTrace);
  }

  async counts(
    experimentIds: readonly string[],
    lists: readonly (readonly FilterTree<TraceClause>[])[],
  ): Promise<readonly number[]> {
    return this.#connection.read(() =>
      lists.map((filters) => {
        const { sql, values } = conditionSql(experimentIds, filters);
        const row = this.#connection.row<{ count: number }>(
          `select count(*) as count from trace ${sql}`,
          ...values,
        );
        return row?.count ?? 0;
      }),
    );
  }

  async metrics(query: TraceMetricQuery): Promise<readonly TraceMetricPoint[]> {
    const { sql, values } = traceMetricSql(query);
    const rows = this.#connection.rows<Record<string, string | number | null>>(sql, ...values);
    return rows
      .map((row) => ({
        bucket: row.bucket as number | null,
        dimensions: query.dimensions.map((_, at) => String(row[`d${at}`])),
        values: query.aggregations.map((_, at) => (row[`a${at}`] ?? null) as number | null),
      }))
      .filter((point) => point.values.some((value) => value !== null));
  }

  async assessments(traceIds: readonly string[]): Promise<ReadonlyMap<string, readonly Assessment[]>> {
    const rows = this.#connection.rows<Omit<Assessment, "isValid"> & { readonly valid: number }>(
      `select assessment.id, trace.id as traceId, name, kind, assessment.value, assessment.time, valid, content
       from json_each(?) as asked cross join trace on trace.id = asked.value
         cross join assessment on assessment.trace = trace.key order by assessment.time, assessment.id`,
      JSON.stringify(traceIds),
    );
    const found = new Map<string, Assessment[]>();
    for (const { valid, ...assessment } of rows) {
      const of = found.get(assessment.traceId) ?? [];
      of.push({ ...assessment, isValid: valid === 1 });
      found.set(assessment.traceId, of);
    }
    return found;
  }

  async putAssessment({ traceId, id, name, kind, value, time, isValid, content }: Assessment): Promise<void> {
    this.#connection.write(() =>
      this.#connection.change(
        // Those of one moment keep the order in which they came, by a part of a millisecond.
        `insert into assessment (trace, id, name, kind, value, time, valid, content)
         select key, ?, ?, ?, ?,
           coalesce((select max(time) + 0.001 from assessment where trace = key and time >= ? and time < ? + 1), ?),
           ?, ? from trace where id = ?
         on conflict do update set name = excluded.name, kind = excluded.kind, value = excluded.value,
           time = iif(floor(time) = floor(excluded.time), time, excluded.time), valid = excluded.valid,
           content = excluded.content`,
        ...[id, name, kind, value, time, time, time, isValid ? 1 : 0, content, traceId],
      ),
    );
  }

  async deleteAssessment(traceId: string, id: string): Promise<void> {
    this.#connection.write(() =>
      this.#connection.change(
        "delete from assessment where id = ? and trace = (select key from trace where id = ?)",
        ...[id, traceId],
      ),
    );
  }

  #row(id: string): TraceRow | undefined {
    return this.#connection.row<TraceRow>(`select ${columns} from trace where id = ?`, id);
  }

  /** Answers the key. */
  #write(trace: Trace, told: boolean): number {
    const { inputTokens, outputTokens, totalTokens, cost } = usageOf(trace.metadata);
    this.#connection.change(
      `insert into trace (id, experiment, time, duration, state, request_preview, response_preview, client_request_id,
         metadata, tags, told, input_tokens, output_tokens, total_tokens, cost)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (id) do update set experiment = excluded.experiment, time = excluded.time, duration = excluded.duration,
         state = excluded.state, request_preview = excluded.request_preview, response_preview = excluded.response_preview,
         client_request_id = excluded.client_request_id, metadata = excluded.metadata, tags = excluded.tags,
         told = excluded.told, input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
         total_tokens = excluded.total_tokens, cost = excluded.cost`,
      ...[trace.id, trace.experimentId, trace.time, trace.duration, trace.state],
      ...[trace.requestPreview, trace.responsePreview, trace.clientRequestId],
      ...[JSON.stringify(trace.metadata), JSON.stringify(trace.tags), told ? 1 : 0],
      ...[inputTokens, outputTokens, totalTokens, cost],
    );
    const key =
      this.#connection.row<{ key: number }>("select key from trace where id = ?", trace.id)?.key ?? 0;
    this.#connection.change(
      "insert or ignore into trace_run (trace, run_id) select ?, run_id from awaited_trace where id = ?",
      ...[key, trace.id],
    );
    this.#connection.change("delete from awaited_trace where id = ?", trace.id);
    return key;
  }

  #writeSpan(trace: number, { id, parentId, name, type, status, start, end, content }: Span): void {
    this.#connection.change(
      `insert or replace into span (trace, id, parent, name, type, status, start, end, content)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[trace, id, parentId, name, type, status, start, end, content],
    );
  }
}

/** What spans say of a trace, over what is known of it: a client's word stands, and spans of an earlier batch count too. */
function extended(trace: Trace, known: TraceRow | undefined): Trace {
  if (known === undefined) return trace;
  const before = readTrace(known);
  const metadata = { ...trace.metadata, ...before.metadata };
  const tags = { ...trace.tags, ...before.tags, [traceKeys.spansLocation]: "TRACKING_STORE" };
  if (known.told === 1) return { ...before, metadata, tags };
  const time = Math.min(before.time, trace.time);
  const ends = [before, trace].map((each) => each.time + (each.duration ?? 0));
  const state = trace.state === "IN_PROGRESS" ? before.state : trace.state;
  const duration = state === "IN_PROGRESS" ? null : Math.max(...ends) - time;
  return {
    ...before,
    ...{ time, duration, state, metadata, tags },
    requestPreview: before.requestPreview ?? trace.requestPreview,
    responsePreview: before.responsePreview ?? trace.responsePreview,
  };
}

function readTrace({ key: _, told: __, metadata, tags, ...row }: TraceRow): Trace {
  const read = tagsIn(metadata);
  return { ...row, metadata: read, tags: tagsIn(tags), usage: usageOf(read) };
}

function tagsIn(text: string | undefined): Tags {
  return JSON.parse(text ?? "{}") as Tags;
}
