/**
 * Records of an offline `.wandb` file: LevelDB's log format with a header of its own. Blocks of 32 KiB; a record is whole, or in a first, middle
 * and last part; each part has a CRC-32 over its type and bytes.
 */

import { crc32 } from "node:zlib";
import { openPlain } from "./plainFiles.ts";

const blockBytes = 32 * 1024;
const headBytes = 7;
const fileHead = Buffer.from([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0x00]);
const parts = { full: 1, first: 2, middle: 3, last: 4 } as const;
/** A record that is larger is passed over: none that is read here is. */
const largestRecord = 16 * 1024 * 1024;

export interface WandbFrames {
  readonly records: AsyncGenerator<Uint8Array>;
  /** What was wrong, once all is read; a tail that is not whole yet is nothing wrong. */
  problem(): string | null;
}

export function wandbFrames(file: string): WandbFrames {
  let damaged = 0;
  let isNone = false;

  async function* records(): AsyncGenerator<Uint8Array> {
    const opened = await openPlain(file);
    if (opened === null) return;
    try {
      let held: Uint8Array[] | null = null;
      for (let offset = 0; ; offset += blockBytes) {
        const { bytesRead, buffer } = await opened.read(Buffer.alloc(blockBytes), 0, blockBytes, offset);
        const block = buffer.subarray(0, bytesRead);
        if (offset === 0 && !block.subarray(0, fileHead.length).equals(fileHead)) {
          isNone = bytesRead >= fileHead.length;
          return;
        }
        let at = offset === 0 ? fileHead.length : 0;
        while (at + headBytes <= block.length) {
          const length = block.readUInt16LE(at + 4);
          const type = block[at + 6] ?? 0;
          const end = at + headBytes + length;
          // Room at the end of a block that no head fits into is filled with zeros.
          if (type === 0 && length === 0) break;
          if (end > block.length) {
            if (bytesRead === blockBytes) damaged += 1;
            break;
          }
          const typed = block.subarray(at + 6, end);
          at = end;
          if (crc32(typed) !== block.readUInt32LE(end - length - headBytes)) {
            damaged += 1;
            held = null;
            continue;
          }
          const bytes = typed.subarray(1);
          if (type === parts.full) yield bytes;
          else if (type === parts.first) held = [bytes];
          else if (held !== null) held.push(bytes);
          if (type === parts.last && held !== null) {
            yield Buffer.concat(held);
            held = null;
          }
          if (held !== null && held.length * blockBytes > largestRecord) held = null;
        }
        if (bytesRead < blockBytes) return;
      }
    } finally {
      await opened.close();
    }
  }

  return {
    records: records(),
    problem: () =>
      isNone ? "it is no .wandb file" : damaged > 0 ? `${damaged} of its records are damaged` : null,
  };
}
