/** Spans of OpenTelemetry → spans and traces of the store. */

import type { Tags } from "../../model/registry.ts";
import {
  numbersIn,
  type Span,
  type SpanBatch,
  type Trace,
  type TraceState,
  traceKeys,
  usageOf,
} from "../../model/trace.ts";
import { type SpanUsage, summedUsage, usageAttributes } from "../../model/traceUsage.ts";
import { type AnyValue, exactJson, plainValue } from "./anyValue.ts";
import type { OtlpEvent, OtlpLink, OtlpSpan } from "./otlpSpan.ts";
import { inOwnWords } from "./traceConventions.ts";

const statuses = ["UNSET", "OK", "ERROR"] as const;
const longestPreview = 1_000;

/** Spans by the trace that they belong to, each with what they say of it. */
export function batchesOf(experimentId: string, spans: readonly OtlpSpan[]): readonly SpanBatch[] {
  const traces = new Map<string, OtlpSpan[]>();
  for (const span of spans.map(inOwnWords)) {
    const id = traceIdOf(span);
    const known = traces.get(id);
    if (known === undefined) traces.set(id, [span]);
    else known.push(span);
  }
  return [...traces].map(([id, found]) => ({
    trace: traceOf(id, experimentId, found),
    spans: found.map(storedSpan),
  }));
}

/** Traces that are complete: their first span is there. */
export function endedTraces(spans: readonly OtlpSpan[]): readonly string[] {
  return spans.filter(isRoot).map(traceIdOf);
}

function isRoot({ parentId }: OtlpSpan): boolean {
  return parentId.length === 0;
}

function traceIdOf(span: OtlpSpan): string {
  return attribute(span, "mlflow.traceRequestId") || `tr-${hex(span.traceId)}`;
}

function traceOf(id: string, experimentId: string, spans: readonly OtlpSpan[]): Trace {
  const root = spans.find(isRoot);
  const time = Math.min(...spans.map(({ start }) => milliseconds(start)));
  const end = Math.max(...spans.map((span) => milliseconds(span.end)));
  const inputs = root === undefined ? "" : attributeJson(root, "mlflow.spanInputs");
  const outputs = root === undefined ? "" : attributeJson(root, "mlflow.spanOutputs");
  const metadata: Tags = {
    ...summedUsage(spans.map(usageIn)),
    ...some(traceKeys.session, first(spans, "session.id", "gen_ai.conversation.id")),
    ...some(traceKeys.user, first(spans, "user.id")),
    ...some(traceKeys.inputs, inputs.slice(0, longestPreview)),
    ...some(traceKeys.outputs, outputs.slice(0, longestPreview)),
    [traceKeys.schema]: "3",
  };
  return {
    id,
    experimentId,
    time,
    duration: root === undefined || root.end === 0n ? null : Math.max(0, end - time),
    state: stateOf(root),
    requestPreview: inputs === "" ? null : inputs.slice(0, longestPreview),
    responsePreview: outputs === "" ? null : outputs.slice(0, longestPreview),
    clientRequestId: null,
    metadata,
    tags: {
      ...some(traceKeys.name, root?.name ?? ""),
      ...(root === undefined ? {} : ownTags(root)),
      [traceKeys.spansLocation]: "TRACKING_STORE",
    },
    usage: usageOf(metadata),
  };
}

function stateOf(root: OtlpSpan | undefined): TraceState {
  if (root === undefined || root.end === 0n) return "IN_PROGRESS";
  return root.status.code === 2 ? "ERROR" : "OK";
}

/** Tags that a client puts into the first span, because it sends nothing else. */
function ownTags(root: OtlpSpan): Tags {
  const prefix = "mlflow.traceTag.";
  const found = root.attributes.filter(({ key }) => key.startsWith(prefix));
  return Object.fromEntries(found.map(({ key, value }) => [key.slice(prefix.length), plainText(value)]));
}

function usageIn(span: OtlpSpan): SpanUsage {
  const tokens = numbersIn(attribute(span, usageAttributes.tokens));
  const cost = numbersIn(attribute(span, usageAttributes.cost));
  return { id: hex(span.spanId), parentId: isRoot(span) ? null : hex(span.parentId), tokens, cost };
}

function storedSpan(span: OtlpSpan): Span {
  const status = statuses[span.status.code] ?? "UNSET";
  return {
    id: hex(span.spanId),
    parentId: isRoot(span) ? null : hex(span.parentId),
    name: span.name,
    type: attribute(span, "mlflow.spanType") || "UNKNOWN",
    status,
    start: milliseconds(span.start),
    end: span.end === 0n ? null : milliseconds(span.end),
    content: exactJson(spanMessage(span, status)),
  };
}

function spanMessage(span: OtlpSpan, status: Span["status"]): object {
  const { parentId, name, start, end, attributes, events, links } = span;
  return {
    trace_id: base64(span.traceId),
    span_id: base64(span.spanId),
    parent_span_id: isRoot(span) ? undefined : base64(parentId),
    name,
    start_time_unix_nano: start,
    end_time_unix_nano: end,
    attributes,
    events: events.length === 0 ? undefined : events.map(eventMessage),
    links: links.length === 0 ? undefined : links.map(linkMessage),
    status: { code: `STATUS_CODE_${status}`, message: span.status.message || undefined },
  };
}

function eventMessage({ time, name, attributes }: OtlpEvent): object {
  return { time_unix_nano: time, name, attributes };
}

function linkMessage({ traceId, spanId, attributes }: OtlpLink): object {
  return { trace_id: base64(traceId), span_id: base64(spanId), attributes };
}

/** The text of the first of some attributes that a span has; "" where none has any. */
function first(spans: readonly OtlpSpan[], ...keys: readonly string[]): string {
  for (const span of spans)
    for (const key of keys) {
      const found = attribute(span, key);
      if (found !== "") return found;
    }
  return "";
}

function attribute({ attributes }: OtlpSpan, key: string): string {
  const found = attributes.find((each) => each.key === key);
  return found === undefined ? "" : plainText(found.value);
}

function attributeJson({ attributes }: OtlpSpan, key: string): string {
  const found = attributes.find((each) => each.key === key);
  const plain = found === undefined ? undefined : plainValue(found.value);
  return plain === undefined ? "" : exactJson(plain);
}

/** A text as it stands, anything else as JSON. */
function plainText(value: AnyValue): string {
  if ("string_value" in value) return String(value.string_value);
  const plain = plainValue(value);
  return plain === undefined ? "" : exactJson(plain);
}

function some(key: string, value: string): Tags {
  return value === "" ? {} : { [key]: value };
}

function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000n);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
