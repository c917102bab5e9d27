/**
 * A row of the pyramid as bytes, by the codecs of chunks. Little-endian:
 *
 *     u8 version · u8 columns · u16 buckets · u32 CRC-32 of the rest
 *     per column: u8 codec · u8 layout · u16 0 · u32 bytes · f64 base or scale · f64 stride
 *     the columns, each padded to 8 bytes
 */

import { crc32 } from "node:zlib";
import { axisBytes, decodeAxis, encodeAxis } from "./axisCodec.ts";
import { type BucketColumn, type Buckets, bucketColumns } from "./pyramid.ts";
import { decodeValues, encodeValues, valueBytes } from "./valueCodec.ts";

const version = 1;
const headerBytes = 8;
const columnBytes = 24;
const codec = { axis: 0, value: 1, same: 2 } as const;
const values: ReadonlySet<BucketColumn> = new Set(["min", "max", "first", "last"]);
/** Columns that are nearly always the same as another: bad points are rare at the ends. */
const twins: Partial<Record<BucketColumn, BucketColumn>> = {
  stepFirst: "stepLow",
  stepLast: "stepHigh",
  timeFirst: "timeLow",
  timeLast: "timeHigh",
};

interface Encoded {
  readonly codec: number;
  readonly layout: number;
  readonly base: number;
  readonly stride: number;
  readonly data: Uint8Array;
}

/** At most 65,535 buckets. */
export function encodeBuckets(buckets: Buckets): Uint8Array {
  const columns = bucketColumns.map((name) => encodeColumn(buckets, name));
  const bodyAt = headerBytes + columnBytes * columns.length;
  const size = columns.reduce((sum, { data }) => sum + padded(data.length), bodyAt);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let dataAt = bodyAt;
  for (const [at, column] of columns.entries()) {
    const place = headerBytes + columnBytes * at;
    bytes[place] = column.codec;
    bytes[place + 1] = column.layout;
    view.setUint32(place + 4, column.data.length, true);
    view.setFloat64(place + 8, column.base, true);
    view.setFloat64(place + 16, column.stride, true);
    bytes.set(column.data, dataAt);
    dataAt += padded(column.data.length);
  }
  bytes[0] = version;
  bytes[1] = columns.length;
  view.setUint16(2, buckets.count.length, true);
  view.setUint32(4, crc32(bytes.subarray(headerBytes)), true);
  return bytes;
}

/** A row whose columns are decoded when they are asked for. */
export interface StoredBuckets {
  readonly length: number;
  column(name: BucketColumn): Float64Array;
}

/** Reads a row; null when the bytes are not one of ours, or not as they were written. */
export function openBuckets(stored: Uint8Array): StoredBuckets | null {
  const bytes = stored.byteOffset % 8 === 0 ? stored : stored.slice();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < headerBytes || bytes[0] !== version || bytes[1] !== bucketColumns.length) return null;
  if (view.getUint32(4, true) !== crc32(bytes.subarray(headerBytes))) return null;
  const length = view.getUint16(2, true);
  const starts: number[] = [];
  let dataAt = headerBytes + columnBytes * bucketColumns.length;
  for (let at = 0; at < bucketColumns.length; at++) {
    starts.push(dataAt);
    dataAt += padded(view.getUint32(headerBytes + columnBytes * at + 4, true));
  }
  const column = (name: BucketColumn): Float64Array => {
    const at = bucketColumns.indexOf(name);
    const place = headerBytes + columnBytes * at;
    const kind = bytes[place];
    const twin = twins[name];
    if (kind === codec.same && twin !== undefined) return column(twin);
    const layout = bytes[place + 1] ?? 0;
    const base = view.getFloat64(place + 8, true);
    const start = starts[at] ?? 0;
    const size = (kind === codec.value ? valueBytes(layout, length) : axisBytes(layout, length)) ?? 0;
    const data = bytes.subarray(start, start + size);
    return kind === codec.value
      ? decodeValues(layout, base, data, length)
      : decodeAxis(layout, base, view.getFloat64(place + 16, true), data, length);
  };
  return { length, column };
}

function encodeColumn(buckets: Buckets, name: BucketColumn): Encoded {
  const twin = twins[name];
  if (twin !== undefined && isSame(buckets[name], buckets[twin]))
    return { codec: codec.same, layout: 0, base: 0, stride: 0, data: new Uint8Array(0) };
  if (!values.has(name)) return { codec: codec.axis, ...encodeAxis(buckets[name]) };
  const { layout, scale, data } = encodeValues(buckets[name]);
  return { codec: codec.value, layout, base: scale, stride: 0, data };
}

function isSame(left: Float64Array, right: Float64Array): boolean {
  for (let at = 0; at < left.length; at++) if (!Object.is(left[at], right[at])) return false;
  return true;
}

function padded(size: number): number {
  return Math.ceil(size / 8) * 8;
}
