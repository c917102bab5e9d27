/** Just enough of protocol buffers to read a few known fields of a message that anybody may have written. */

/** A varint as a number, everything else as its bytes. */
export interface WireField {
  readonly number: number;
  readonly value: number | Uint8Array;
}

/** The fields of a message in their order; it stops at the first thing that is none. */
export function* fieldsOf(bytes: Uint8Array): Generator<WireField> {
  let at = 0;
  while (at < bytes.length) {
    const key = varintAt(bytes, at);
    if (key === null) return;
    at = key.end;
    const kind = key.value & 7;
    const number = Math.floor(key.value / 8);
    if (kind === 0) {
      const read = varintAt(bytes, at);
      if (read === null) return;
      at = read.end;
      yield { number, value: read.value };
      continue;
    }
    const head = kind === 2 ? varintAt(bytes, at) : { value: fixedLengths[kind] ?? -1, end: at };
    if (head === null || head.value < 0 || head.end + head.value > bytes.length) return;
    at = head.end + head.value;
    yield { number, value: bytes.subarray(head.end, at) };
  }
}

const fixedLengths: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/** Signed where it takes all 64 bits. Null for one that breaks off. */
function varintAt(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } | null {
  let value = 0;
  let scale = 1;
  for (let at = start; at < bytes.length && at < start + 7; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
    scale *= 128;
  }
  let large = 0n;
  for (let at = start; at < bytes.length && at < start + 10; at++) {
    const byte = bytes[at] ?? 0;
    large |= BigInt(byte & 0x7f) << BigInt(7 * (at - start));
    if (byte < 0x80) return { value: Number(BigInt.asIntN(64, large)), end: at + 1 };
  }
  return null;
}

const decoder = new TextDecoder();

export function textOf(value: WireField["value"]): string {
  return typeof value === "number" ? "" : decoder.decode(value);
}

export function floatOf(bytes: Uint8Array, at = 0): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat32(at, true);
}

export function doubleOf(bytes: Uint8Array, at = 0): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(at, true);
}

/** Seconds and nanoseconds of a `google.protobuf.Timestamp`, as milliseconds. */
export function timestampOf(bytes: Uint8Array): number {
  let time = 0;
  for (const { number, value } of fieldsOf(bytes))
    if (typeof value === "number") time += number === 1 ? value * 1_000 : number === 2 ? value / 1e6 : 0;
  return time;
}
