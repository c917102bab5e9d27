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

/** Columns of figures, at most two, of the runs at the given places, by ascending place. */
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

/** A tile as it is read, into arrays that are used again for the next one: neighbors nearly always are of the same runs. */
export class TileReader {
  /** How many runs have the metric, and where they are in the tile, ascending. */
  count = 0;
  readonly places = new Uint16Array(tileRuns);
  /** The first `count` figures of each column. */
  readonly columns = [new Float64Array(tileRuns), new Float64Array(tileRuns)] as const;
  readonly #bits = new Uint8Array(tileRuns / 8);

  /** Takes the next one; false when the bytes are not one of ours, or not as they were written. */
  read(stored: Uint8Array): boolean {
    const bytes = stored.byteOffset % 8 === 0 ? stored : stored.slice();
    const [written, columns = 0] = bytes;
    if (bytes.length < columnsAt || written !== version || columns > this.columns.length) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint32(checksumAt, true) !== checksum(bytes)) return false;
    this.#readPlaces(bytes);
    let from = columnsAt + columnBytes * columns;
    for (let at = 0; at < columns; at++) {
      const layout = bytes[columnsAt + columnBytes * at] as number;
      const size = valueBytes(layout, this.count) ?? 0;
      const scale = view.getFloat64(columnsAt + columnBytes * at + 8, true);
      decodeValues(layout, scale, bytes.subarray(from, from + size), this.count, this.columns[at]);
      from += padded(size);
    }
    return true;
  }

  #readPlaces(bytes: Uint8Array): void {
    const bits = this.#bits;
    let isSame = true;
    for (let at = 0; at < bits.length; at++) if (bits[at] !== bytes[bitsAt + at]) isSame = false;
    if (isSame) return;
    this.count = 0;
    for (let at = 0; at < bits.length; at++) {
      bits[at] = bytes[bitsAt + at] as number;
      for (let rest = bits[at] as number, place = 8 * at; rest > 0; rest >>= 1, place++)
        if ((rest & 1) === 1) this.places[this.count++] = place;
    }
  }
}

function checksum(bytes: Uint8Array): number {
  return crc32(bytes.subarray(bitsAt), crc32(bytes.subarray(0, checksumAt)));
}

function padded(size: number): number {
  return Math.ceil(size / 8) * 8;
}
