/**
 * A chunk: up to 4,096 points of one series as columns of bytes. Little-endian:
 *
 *     u8 version · u8 step layout · u8 time layout · u8 value layout · u32 count
 *     f64 step base · f64 step stride · f64 time base · f64 time stride · f64 value scale
 *     steps · times · values, each padded to 8 bytes
 *
 * Points stay in the order of arrival; steps may come in any order.
 */

import { axisBytes, decodeAxis, encodeAxis } from "./axisCodec.ts";
import { decodeValues, encodeValues, valueBytes } from "./valueCodec.ts";

/** A chunk is closed when it holds this many points. */
export const chunkPoints = 4096;

const version = 1;
const headerBytes = 48;

/** Points in order of arrival; arrays of one length. Steps and times are finite, values any double. */
export interface Points {
  readonly steps: Float64Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Points as bytes. */
export function encodeChunk({ steps, times, values }: Points): Uint8Array {
  const step = encodeAxis(steps);
  const time = encodeAxis(times);
  const value = encodeValues(values);
  const stepsAt = headerBytes;
  const timesAt = stepsAt + padded(step.data.length);
  const valuesAt = timesAt + padded(time.data.length);
  const bytes = new Uint8Array(valuesAt + padded(value.data.length));
  const view = new DataView(bytes.buffer);
  bytes.set([version, step.layout, time.layout, value.layout]);
  view.setUint32(4, steps.length, true);
  for (const [at, number] of [step.base, step.stride, time.base, time.stride, value.scale].entries())
    view.setFloat64(8 + 8 * at, number, true);
  bytes.set(step.data, stepsAt);
  bytes.set(time.data, timesAt);
  bytes.set(value.data, valuesAt);
  return bytes;
}

/** The three columns of a chunk, each decoded when it is asked for. */
export interface ChunkColumns {
  readonly count: number;
  steps(): Float64Array;
  times(): Float64Array;
  values(): Float64Array;
}

/** Reads a chunk; null when the bytes are not one of ours (a damaged file). */
export function openChunk(stored: Uint8Array): ChunkColumns | null {
  const bytes = stored.byteOffset % 8 === 0 ? stored : stored.slice();
  if (bytes.length < headerBytes || bytes[0] !== version) return null;
  const [, stepLayout = 0, timeLayout = 0, valueLayout = 0] = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(4, true);
  const [stepBase, stepStride, timeBase, timeStride, scale] = [8, 16, 24, 32, 40].map((at) =>
    view.getFloat64(at, true),
  ) as [number, number, number, number, number];
  const sizes = [axisBytes(stepLayout, count), axisBytes(timeLayout, count), valueBytes(valueLayout, count)];
  const [stepSize, timeSize, valueSize] = sizes;
  if (stepSize == null || timeSize == null || valueSize == null) return null;
  const timesAt = headerBytes + padded(stepSize);
  const valuesAt = timesAt + padded(timeSize);
  if (bytes.length < valuesAt + valueSize) return null;
  const part = (at: number, size: number) => bytes.subarray(at, at + size);
  return {
    count,
    steps: () => decodeAxis(stepLayout, stepBase, stepStride, part(headerBytes, stepSize), count),
    times: () => decodeAxis(timeLayout, timeBase, timeStride, part(timesAt, timeSize), count),
    values: () => decodeValues(valueLayout, scale, part(valuesAt, valueSize), count),
  };
}

function padded(size: number): number {
  return Math.ceil(size / 8) * 8;
}
