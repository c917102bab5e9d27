/**
 * Figures of one metric of 512 runs with neighboring keys as bytes, so that a column of 10,000 runs is twenty reads. Little-endian:
 *
 *     u8 version · u8 columns · u16 0 · u32 CRC-32 of all other bytes
 *     64 bytes: a bit for each run that has the metric
 *     per column: u8 layout · 7 × 0 · f64 scale
 *     the figures of those runs, column by column, each padded to 8 bytes
 */

import { crc32 } from "node:zlib";
import { decodeValues, encodeValues, valueBytes } from "./valueCodec.ts";

/** Runs of a tile: run `key` is at `key % tileRuns` of tile `floor(key / tileRuns)`. */
export const tileRuns = 512;

const version = 1;
const checksumAt = 4;
const bitsAt = 8;
const columnsAt = bitsAt + tileRuns / 8;
const columnBytes = 16;

/** Columns of figures of the runs at the given places, by ascending place. */
export interface Tile {
  readonly places: readonly number[];
  readonly columns: readonly Float64Array[];
}

export function encodeTile({ places, columns }: Tile): Uint8Array {
  const encoded = columns.map(encodeValues);
  const dataAt = columnsAt + columnBytes * columns.length;
  const bytes = new Uint8Array(encoded.reduce((sum, { data }) => sum + padded(data.length), dataAt));
  const view = new DataView(bytes.buffer);
  bytes.set([version, columns.length]);
  for (const place of places) {
    const at = bitsAt + (place >> 3);
    bytes[at] = (bytes[at] ?? 0) | (1 << (place & 7));
  }
  let from = dataAt;
  for (const [at, { layout, scale, data }] of encoded.entries()) {
    bytes[columnsAt + columnBytes * at] = layout;
    view.setFloat64(columnsAt + columnBytes * at + 8, scale, true);
    bytes.set(data, from);
    from += padded(data.length);
  }
  view.setUint32(checksumAt, checksum(bytes), true);
  return bytes;
}

/** Reads a tile; null when the bytes are not one of ours, or not as they were written. */
export function openTile(stored: Uint8Array): Tile | null {
  const bytes = stored.byteOffset % 8 === 0 ? stored : stored.slice();
  if (bytes.length < columnsAt || bytes[0] !== version) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(checksumAt, true) !== checksum(bytes)) return null;
  const places: number[] = [];
  for (let at = 0; at < tileRuns / 8; at++)
    for (let bits = bytes[bitsAt + at] as number, place = 8 * at; bits > 0; bits >>= 1, place++)
      if ((bits & 1) === 1) places.push(place);
  const count = bytes[1] as number;
  let from = columnsAt + columnBytes * count;
  const columns = Array.from({ length: count }, (_, at) => {
    const layout = bytes[columnsAt + columnBytes * at] as number;
    const size = valueBytes(layout, places.length) ?? 0;
    const data = bytes.subarray(from, from + size);
    from += padded(size);
    return decodeValues(layout, view.getFloat64(columnsAt + columnBytes * at + 8, true), data, places.length);
  });
  return { places, columns };
}

function checksum(bytes: Uint8Array): number {
  return crc32(bytes.subarray(bitsAt), crc32(bytes.subarray(0, checksumAt)));
}

function padded(size: number): number {
  return Math.ceil(size / 8) * 8;
}
