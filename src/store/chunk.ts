/**
 * A chunk: up to 4,096 points of one series as columns of bytes. Little-endian:
 *
 *     u8 version · u8 step layout · u8 time layout · u8 value layout · u32 count
 *     f64 step base · f64 step stride · f64 time base · f64 time stride · f64 value scale
 *     u32 CRC-32 of all other bytes · u32 0 (neither is in version 1)
 *     steps · times · values, each padded to 8 bytes
 *
 * Points stay in the order of arrival; steps may come in any order.
 */

import { crc32 } from "node:zlib";
import { axisAscends, axisBytes, decodeAxis, type EncodedAxis, encodeAxis } from "./axisCodec.ts";
import { decodeValues, type EncodedValues, encodeValues, valueBytes } from "./valueCodec.ts";

/** A chunk is closed when it holds this many points. */
export const chunkPoints = 4096;

const version = 2;
const headerBytes = 56;
const checksumAt = 48;
/** Version 1 had no checksum. */
const firstHeaderBytes = 48;

/** Points in order of arrival; arrays of one length. Steps and times are finite, values any double. */
export interface Points {
  readonly steps: Float64Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Range of the points of a chunk or of a row of the pyramid. */
export interface Extent {
  readonly step0: number;
  readonly step1: number;
  readonly time0: number;
  readonly time1: number;
}

export interface EncodedChunk extends Extent {
  readonly data: Uint8Array;
}

/**
 * Joins and encodes chunks one after the other. Metrics that are logged together share their steps and times; those are joined and
 * encoded once.
 */
export class ChunkEncoder {
  readonly #step = new AxisEncoder();
  readonly #time = new AxisEncoder();

  /** The arrays are kept until the next chunk: they must not change meanwhile. */
  encode({ steps, times, values }: Points): EncodedChunk {
    const step = this.#step.encode(steps);
    const time = this.#time.encode(times);
    const data = toBytes(steps.length, step.encoded, time.encoded, encodeValues(values));
    return { data, step0: step.low, step1: step.high, time0: time.low, time1: time.high };
  }

  /** Points behind those of an open chunk; the arrays are kept as above. */
  joined(before: Points, after: Points): Points {
    return {
      steps: this.#step.joined(before.steps, after.steps),
      times: this.#time.joined(before.times, after.times),
      values: joinedColumn(before.values, after.values),
    };
  }
}

interface RangedAxis {
  readonly encoded: EncodedAxis;
  readonly low: number;
  readonly high: number;
}

class AxisEncoder {
  #join: { readonly before: Float64Array; readonly after: Float64Array; readonly all: Float64Array } | null =
    null;
  #last: { readonly values: Float64Array; readonly axis: RangedAxis } | null = null;

  encode(values: Float64Array): RangedAxis {
    if (this.#last !== null && isSame(this.#last.values, values)) return this.#last.axis;
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = 0; at < values.length; at++) {
      const value = values[at] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    const axis = { encoded: encodeAxis(values), low, high };
    this.#last = { values, axis };
    return axis;
  }

  joined(before: Float64Array, after: Float64Array): Float64Array {
    const last = this.#join;
    if (last !== null && isSame(last.after, after) && isSame(last.before, before)) return last.all;
    const all = joinedColumn(before, after);
    this.#join = { before, after, all };
    return all;
  }
}

function joinedColumn(before: Float64Array, after: Float64Array): Float64Array {
  const all = new Float64Array(before.length + after.length);
  all.set(before);
  all.set(after, before.length);
  return all;
}

/** To the bit: -0 is not 0 here. */
function isSame(left: Float64Array, right: Float64Array): boolean {
  if (left.length !== right.length) return false;
  if (left.buffer === right.buffer && left.byteOffset === right.byteOffset) return true;
  for (let at = 0; at < left.length; at++) if (!Object.is(left[at], right[at])) return false;
  return true;
}

/** Points as bytes. */
export function encodeChunk(points: Points): Uint8Array {
  return new ChunkEncoder().encode(points).data;
}

function toBytes(count: number, step: EncodedAxis, time: EncodedAxis, value: EncodedValues): Uint8Array {
  const stepsAt = headerBytes;
  const timesAt = stepsAt + padded(step.data.length);
  const valuesAt = timesAt + padded(time.data.length);
  const bytes = new Uint8Array(valuesAt + padded(value.data.length));
  const view = new DataView(bytes.buffer);
  bytes.set([version, step.layout, time.layout, value.layout]);
  view.setUint32(4, count, true);
  for (const [at, number] of [step.base, step.stride, time.base, time.stride, value.scale].entries())
    view.setFloat64(8 + 8 * at, number, true);
  bytes.set(step.data, stepsAt);
  bytes.set(time.data, timesAt);
  bytes.set(value.data, valuesAt);
  view.setUint32(checksumAt, checksum(bytes), true);
  return bytes;
}

/** The three columns of a chunk, each decoded when it is asked for, at the start of `into` where it is given. */
export interface ChunkColumns {
  readonly count: number;
  /** Whether it is known without a look at them that steps, or times, never fall. */
  readonly ascends: { readonly step: boolean; readonly time: boolean };
  steps(into?: Float64Array): Float64Array;
  times(into?: Float64Array): Float64Array;
  values(into?: Float64Array): Float64Array;
}

/** Reads a chunk; null when the bytes are not one of ours, or not as they were written (a damaged file). */
export function openChunk(stored: Uint8Array): ChunkColumns | null {
  const bytes = stored.byteOffset % 8 === 0 ? stored : stored.slice();
  const [written = 0, stepLayout = 0, timeLayout = 0, valueLayout = 0] = bytes;
  const dataAt = written === version ? headerBytes : firstHeaderBytes;
  if (bytes.length < dataAt || written < 1 || written > version) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (written === version && view.getUint32(checksumAt, true) !== checksum(bytes)) return null;
  const count = view.getUint32(4, true);
  const number = (at: number) => view.getFloat64(at, true);
  const [stepBase, stepStride, timeBase, timeStride] = [number(8), number(16), number(24), number(32)];
  const scale = number(40);
  const sizes = [axisBytes(stepLayout, count), axisBytes(timeLayout, count), valueBytes(valueLayout, count)];
  const [stepSize, timeSize, valueSize] = sizes;
  if (stepSize == null || timeSize == null || valueSize == null) return null;
  const timesAt = dataAt + padded(stepSize);
  const valuesAt = timesAt + padded(timeSize);
  if (bytes.length < valuesAt + valueSize) return null;
  const part = (at: number, size: number) => bytes.subarray(at, at + size);
  return {
    count,
    ascends: { step: axisAscends(stepLayout, stepStride), time: axisAscends(timeLayout, timeStride) },
    steps: (into) => decodeAxis(stepLayout, stepBase, stepStride, part(dataAt, stepSize), count, into),
    times: (into) => decodeAxis(timeLayout, timeBase, timeStride, part(timesAt, timeSize), count, into),
    values: (into) => decodeValues(valueLayout, scale, part(valuesAt, valueSize), count, into),
  };
}

function checksum(bytes: Uint8Array): number {
  return crc32(bytes.subarray(headerBytes), crc32(bytes.subarray(0, checksumAt)));
}

function padded(size: number): number {
  return Math.ceil(size / 8) * 8;
}
