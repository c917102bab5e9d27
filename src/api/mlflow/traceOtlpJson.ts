/** OpenTelemetry's traces as JSON: names in camel case, ids in hex, integers of 64 bits as texts. */

import { isObject } from "../../model/fields.ts";
import type { AnyValue, KeyValue } from "./anyValue.ts";
import { type OtlpSpan, serviceName } from "./otlpSpan.ts";
import { BadMessage } from "./traceProtobuf.ts";

type Members = Readonly<Record<string, unknown>>;
const deepest = 64;

/** The spans of a parsed `ExportTraceServiceRequest`. Throws `BadMessage`. */
export function spansInJson(request: unknown): readonly OtlpSpan[] {
  if (!isObject(request)) throw new BadMessage("it is no object");
  return list(request, "resourceSpans").flatMap((resource) => {
    const service = serviceName(isObject(resource.resource) ? pairs(resource.resource, 0) : []);
    return list(resource, "scopeSpans")
      .flatMap((scope) => list(scope, "spans"))
      .map((span) => readSpan(span, service));
  });
}

function readSpan(span: Members, service: string): OtlpSpan {
  const status = isObject(span.status) ? span.status : {};
  return {
    service,
    traceId: id(span.traceId),
    spanId: id(span.spanId),
    parentId: id(span.parentSpanId),
    name: text(span.name),
    start: integer(span.startTimeUnixNano),
    end: integer(span.endTimeUnixNano),
    attributes: pairs(span, 0),
    events: list(span, "events").map((event) => ({
      time: integer(event.timeUnixNano),
      name: text(event.name),
      attributes: pairs(event, 0),
    })),
    links: list(span, "links").map((link) => ({
      traceId: id(link.traceId),
      spanId: id(link.spanId),
      attributes: pairs(link, 0),
    })),
    status: { code: statusCode(status.code), message: text(status.message) },
  };
}

function pairs(of: Members, depth: number, name = "attributes"): readonly KeyValue[] {
  return list(of, name).map((pair) => ({ key: text(pair.key), value: value(pair.value, depth) }));
}

function value(of: unknown, depth: number): AnyValue {
  if (depth > deepest) throw new BadMessage("values are nested too deep");
  if (!isObject(of)) return {};
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = of;
  if (stringValue !== undefined) return { string_value: text(stringValue) };
  if (boolValue !== undefined) return { bool_value: boolValue === true };
  if (intValue !== undefined) return { int_value: integer(intValue) };
  if (doubleValue !== undefined) return { double_value: Number(doubleValue) };
  if (isObject(arrayValue))
    return { array_value: { values: list(arrayValue, "values").map((each) => value(each, depth + 1)) } };
  if (isObject(kvlistValue)) return { kvlist_value: { values: pairs(kvlistValue, depth + 1, "values") } };
  return bytesValue === undefined ? {} : { bytes_value: text(bytesValue) };
}

function list(of: Members, name: string): readonly Members[] {
  const items = of[name];
  if (items === undefined || items === null) return [];
  if (!Array.isArray(items) || !items.every(isObject)) throw new BadMessage(`${name} is no list of objects`);
  return items;
}

function text(of: unknown): string {
  if (of === undefined || of === null) return "";
  if (typeof of === "string") return of;
  throw new BadMessage("a text was expected");
}

function integer(of: unknown): bigint {
  if (of === undefined || of === null) return 0n;
  if (typeof of === "number" && Number.isInteger(of)) return BigInt(of);
  if (typeof of === "string" && /^-?\d{1,20}$/.test(of)) return BigInt(of);
  throw new BadMessage("a whole number was expected");
}

function id(of: unknown): Uint8Array {
  const digits = text(of);
  if (digits.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(digits)) return Buffer.from(digits, "hex");
  throw new BadMessage("an id must be hex digits");
}

/** By number or by name. */
function statusCode(of: unknown): number {
  const at = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"].indexOf(String(of));
  return at >= 0 ? at : Number(of ?? 0);
}
