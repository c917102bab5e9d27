/** Protobuf's wire format, as far as OpenTelemetry's traces use it. Field numbers: opentelemetry/proto/{trace,common}/v1. */

import type { AnyValue, KeyValue } from "./anyValue.ts";
import { type OtlpEvent, type OtlpLink, type OtlpSpan, serviceName } from "./otlpSpan.ts";

/** Bytes that are no message of this kind. */
export class BadMessage extends Error {}

const deepest = 64;
const text = new TextDecoder("utf-8");

/** The spans of an `ExportTraceServiceRequest`. Throws `BadMessage`. */
export function spansInProtobuf(bytes: Uint8Array): readonly OtlpSpan[] {
  const spans: OtlpSpan[] = [];
  for (const resource of messages(bytes, 1)) {
    const fields = new Message(resource);
    const said = messages(fields.bytes(1), 1).map((each) => readPair(each, 0));
    const service = serviceName(said);
    for (const scope of fields.all(2))
      for (const span of messages(scope, 2)) spans.push(readSpan(span, service));
  }
  return spans;
}

function readSpan(bytes: Uint8Array, service: string): OtlpSpan {
  const fields = new Message(bytes);
  const status = new Message(fields.bytes(15));
  return {
    service,
    traceId: fields.bytes(1),
    spanId: fields.bytes(2),
    parentId: fields.bytes(4),
    name: fields.text(5),
    start: fields.integer(7),
    end: fields.integer(8),
    attributes: fields.all(9).map((each) => readPair(each, 0)),
    events: fields.all(11).map(readEvent),
    links: fields.all(13).map(readLink),
    status: { code: Number(status.integer(3)), message: status.text(2) },
  };
}

function readEvent(bytes: Uint8Array): OtlpEvent {
  const fields = new Message(bytes);
  const attributes = fields.all(3).map((each) => readPair(each, 0));
  return { time: fields.integer(1), name: fields.text(2), attributes };
}

function readLink(bytes: Uint8Array): OtlpLink {
  const fields = new Message(bytes);
  const attributes = fields.all(4).map((each) => readPair(each, 0));
  return { traceId: fields.bytes(1), spanId: fields.bytes(2), attributes };
}

function readPair(bytes: Uint8Array, depth: number): KeyValue {
  const fields = new Message(bytes);
  return { key: fields.text(1), value: readValue(fields.bytes(2), depth) };
}

function readValue(bytes: Uint8Array, depth: number): AnyValue {
  if (depth > deepest) throw new BadMessage("values are nested too deep");
  const fields = new Message(bytes);
  const inside = (number: number) => new Message(fields.bytes(number)).all(1);
  switch (fields.lastNumber) {
    case 1:
      return { string_value: fields.text(1) };
    case 2:
      return { bool_value: fields.integer(2) !== 0n };
    case 3:
      return { int_value: BigInt.asIntN(64, fields.integer(3)) };
    case 4:
      return { double_value: fields.double(4) };
    case 5:
      return { array_value: { values: inside(5).map((each) => readValue(each, depth + 1)) } };
    case 6:
      return { kvlist_value: { values: inside(6).map((each) => readPair(each, depth + 1)) } };
    case 7:
      return { bytes_value: Buffer.from(fields.bytes(7)).toString("base64") };
    default:
      return {};
  }
}

function messages(bytes: Uint8Array, number: number): readonly Uint8Array[] {
  return new Message(bytes).all(number);
}

const none = new Uint8Array(0);

/** The fields of one message; of a field that stands there twice the last counts, except for `all`. */
class Message {
  /** The last field that there was: which one of a choice is meant. */
  lastNumber = 0;
  readonly #parts = new Map<number, Uint8Array[]>();
  readonly #integers = new Map<number, bigint>();

  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; ) {
      const tag = varint(bytes, at);
      at = tag.next;
      const number = Number(tag.value >> 3n);
      this.lastNumber = number;
      switch (Number(tag.value & 7n)) {
        case 0: {
          const { value, next } = varint(bytes, at);
          this.#integers.set(number, value);
          at = next;
          break;
        }
        case 1:
          demand(at + 8 <= bytes.length);
          this.#integers.set(number, view.getBigUint64(at, true));
          at += 8;
          break;
        case 2: {
          const { value, next } = varint(bytes, at);
          const end = next + Number(value);
          demand(end <= bytes.length);
          const parts = this.#parts.get(number);
          if (parts === undefined) this.#parts.set(number, [bytes.subarray(next, end)]);
          else parts.push(bytes.subarray(next, end));
          at = end;
          break;
        }
        case 5:
          demand(at + 4 <= bytes.length);
          at += 4;
          break;
        default:
          throw new BadMessage("a field has an unknown kind");
      }
    }
  }

  all(number: number): readonly Uint8Array[] {
    return this.#parts.get(number) ?? [];
  }

  bytes(number: number): Uint8Array {
    return this.#parts.get(number)?.at(-1) ?? none;
  }

  text(number: number): string {
    return text.decode(this.bytes(number));
  }

  integer(number: number): bigint {
    return this.#integers.get(number) ?? 0n;
  }

  /** A double is kept as the eight bytes that it came in. */
  double(number: number): number {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, this.integer(number));
    return view.getFloat64(0);
  }
}

function varint(bytes: Uint8Array, from: number): { readonly value: bigint; readonly next: number } {
  let value = 0n;
  for (let at = from, shift = 0n; at < bytes.length && shift < 70n; at++, shift += 7n) {
    const byte = bytes[at] ?? 0;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), next: at + 1 };
  }
  throw new BadMessage("it ends in the middle of a number");
}

function demand(fits: boolean): void {
  if (!fits) throw new BadMessage("it ends in the middle of a field");
}
