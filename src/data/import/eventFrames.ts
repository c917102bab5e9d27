/** Frames of a TensorBoard event file: length, its checksum, payload, its checksum (CRC-32C, masked). */

import type { FileHandle } from "node:fs/promises";
import { openPlain } from "./plainFiles.ts";

/** A graph or an image may be larger; no scalar is. Such frames are passed over. */
const largestFrame = 8 * 1024 * 1024;
const chunkBytes = 4 * 1024 * 1024;
const headBytes = 12;
const tailBytes = 4;

export interface Frames {
  readonly payloads: AsyncGenerator<Uint8Array>;
  /** Why reading stopped before the end, once it has. A tail that is not whole yet is no reason. */
  problem(): string | null;
}

/** A frame whose payload does not fit its checksum is left out and counted; after a length that does not fit nothing can be read. */
export function framesOf(file: string): Frames {
  let damaged = 0;
  let stopped: string | null = null;

  async function* payloads(): AsyncGenerator<Uint8Array> {
    const opened = await openPlain(file);
    if (opened === null) return;
    try {
      for (let offset = 0; ; ) {
        const chunk = await chunkAt(opened, offset);
        let at = 0;
        while (at + headBytes <= chunk.length) {
          const length = lengthAt(chunk, at);
          if (length === null) {
            stopped = `it is damaged from byte ${offset + at} on`;
            return;
          }
          const end = at + headBytes + length + tailBytes;
          if (length > largestFrame) {
            at = end;
            break;
          }
          if (end > chunk.length) break;
          const payload = chunk.subarray(at + headBytes, end - tailBytes);
          if (maskedCrc(payload) === chunk.readUInt32LE(end - tailBytes)) yield payload;
          else damaged += 1;
          at = end;
        }
        if (at === 0) return;
        offset += at;
      }
    } finally {
      await opened.close();
    }
  }

  return {
    payloads: payloads(),
    problem: () => stopped ?? (damaged > 0 ? `${damaged} of its records are damaged` : null),
  };
}

async function chunkAt(file: FileHandle, offset: number): Promise<Buffer> {
  const left = (await file.stat()).size - offset;
  const chunk = Buffer.allocUnsafe(Math.max(0, Math.min(left, chunkBytes + largestFrame)));
  const { bytesRead } = await file.read(chunk, 0, chunk.length, offset);
  return chunk.subarray(0, bytesRead);
}

/** Null when the length does not fit its checksum. */
function lengthAt(chunk: Buffer, at: number): number | null {
  if (maskedCrc(chunk.subarray(at, at + 8)) !== chunk.readUInt32LE(at + 8)) return null;
  const length = Number(chunk.readBigUInt64LE(at));
  return length > Number.MAX_SAFE_INTEGER / 2 ? null : length;
}

const table = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0x82f63b78 : 0);
  return value;
});

function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
