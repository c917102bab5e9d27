/**
 * A row of the pyramid as bytes, by the codecs of chunks. Little-endian:
 *
 *     u8 version · u8 columns · u16 buckets · u32 CRC-32 of all other bytes
 *     per column: u8 codec · u8 layout · u16 0 · u32 bytes · f64 base or scale · f64 stride
 *     the columns, each padded to 8 bytes
 */

import { crc32 } from "node:zlib";
import { axisBytes, decodeAxis, encodeAxis } from "./axisCodec.ts";
import { type BucketColumn, type Buckets, bucketColumns } from "./pyramid.ts";
import { decodeValues, encodeValues, valueBytes } from "./valueCodec.ts";

const version = 2;
const headerBytes = 8;
const checksumAt = 4;
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
  view.setUint32(checksumAt, checksum(bytes), true);
  return bytes;
}

/** A row whose columns are decoded when they are asked for. */
export interface StoredBuckets {
  readonly length: number;
  /** Decodes a column, at the start of `into` where it is given. */
  column(name: BucketColumn, into?: Float64Array): Float64Array;
  /** The number that all of a column are, null where they differ: counts of points nearly always are one number. */
  constant(name: "count" | "nan" | "inf"): number | null;
  /** Whether a column is the same as another one (`twins`), and so need not be decoded for itself. */
  isTwin(name: BucketColumn): boolean;
}

const places = Object.fromEntries(bucketColumns.map((name, at) => [name, at])) as Record<
  BucketColumn,
  number
>;

/** Reads a row; null when the bytes are not one of ours, or not as they were written. */
export function openBuckets(stored: Uint8Array): StoredBuckets | null {
  const bytes = stored.byteOffset % 8 === 0 ? stored : stored.slice();
  if (bytes.length < headerBytes || bytes[0] !== version || bytes[1] !== bucketColumns.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(checksumAt, true) !== checksum(bytes)) return null;
  return new OpenedBuckets(bytes, view);
}

class OpenedBuckets implements StoredBuckets {
  readonly length: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #starts: readonly number[];

  constructor(bytes: Uint8Array, view: DataView) {
    this.#bytes = bytes;
    this.#view = view;
    this.length = view.getUint16(2, true);
    const starts: number[] = [];
    let dataAt = headerBytes + columnBytes * bucketColumns.length;
    for (let at = 0; at < bucketColumns.length; at++) {
      starts.push(dataAt);
      dataAt += padded(view.getUint32(headerBytes + columnBytes * at + 4, true));
    }
    this.#starts = starts;
  }

  column(name: BucketColumn, into: Float64Array = new Float64Array(this.length)): Float64Array {
    const twin = twins[name];
    if (twin !== undefined && this.isTwin(name)) return this.column(twin, into);
    const [bytes, view, length] = [this.#bytes, this.#view, this.length];
    const at = places[name];
    const place = headerBytes + columnBytes * at;
    const isValue = bytes[place] === codec.value;
    const layout = bytes[place + 1] as number;
    const base = view.getFloat64(place + 8, true);
    const start = this.#starts[at] as number;
    const size = (isValue ? valueBytes(layout, length) : axisBytes(layout, length)) ?? 0;
    const data = bytes.subarray(start, start + size);
    return isValue
      ? decodeValues(layout, base, data, length, into)
      : decodeAxis(layout, base, view.getFloat64(place + 16, true), data, length, into);
  }

  constant(name: "count" | "nan" | "inf"): number | null {
    const place = headerBytes + columnBytes * places[name];
    const isOne =
      this.#view.getUint32(place + 4, true) === 0 && this.#view.getFloat64(place + 16, true) === 0;
    return isOne ? this.#view.getFloat64(place + 8, true) : null;
  }

  isTwin(name: BucketColumn): boolean {
    return this.#bytes[headerBytes + columnBytes * places[name]] === codec.same;
  }
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

function checksum(bytes: Uint8Array): number {
  return crc32(bytes.subarray(headerBytes), crc32(bytes.subarray(0, checksumAt)));
}

function padded(size: number): number {
  return Math.ceil(size / 8) * 8;
}
