/** The file that something grows in on its way here: what comes is hashed while it is at hand, and written in large steps. */

import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

export interface Draft {
  /** Bytes that are there, from the start, without a gap. */
  readonly length: number;
  /** Goes on with bytes that belong at `offset`; any that do not come next are passed over. */
  take(offset: number, bytes: Buffer): void;
  /** Resolves when little enough waits for the disk. Throws what a write threw. */
  room(): Promise<void>;
  /** The SHA-256 of everything, as hex, once it is written; the file ends there then. */
  finish(): Promise<string>;
  close(): Promise<void>;
}

const stepBytes = 1024 * 1024;
const mostWaiting = 16 * stepBytes;

/** Goes on with what is there from before, as far as `most`. Never through a link. Throws like `open`. */
export async function openDraft(path: string, most: number): Promise<Draft> {
  const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
  const file = await open(path, flags, 0o600);
  try {
    return await draftIn(file, most);
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

async function draftIn(file: FileHandle, most: number): Promise<Draft> {
  const hash = createHash("sha256");
  const begun = Math.min((await file.stat()).size, most);
  let length = 0;
  while (length < begun) {
    const block = Buffer.alloc(Math.min(stepBytes, begun - length));
    const { bytesRead } = await file.read(block, 0, block.length, length);
    if (bytesRead === 0) break;
    hash.update(block.subarray(0, bytesRead));
    length += bytesRead;
  }
  let held: Buffer[] = [];
  let heldBytes = 0;
  /** Handed to the disk and not there yet. */
  let waiting = 0;
  let writing: Promise<void> = Promise.resolve();

  function flush(): void {
    const bytes = held;
    const count = heldBytes;
    const offset = length - count;
    held = [];
    heldBytes = 0;
    waiting += count;
    writing = writing.then(async () => {
      await writeAll(file, offset, bytes, count);
      waiting -= count;
    });
    // Who asks for room, or for the end, hears of it.
    writing.catch(() => undefined);
  }

  return {
    get length() {
      return length;
    },
    take(offset, bytes) {
      if (offset !== length || bytes.length === 0) return;
      hash.update(bytes);
      held.push(bytes);
      heldBytes += bytes.length;
      length += bytes.length;
      if (heldBytes >= stepBytes) flush();
    },
    async room() {
      if (waiting > mostWaiting) await writing;
    },
    async finish() {
      flush();
      await writing;
      await file.truncate(length);
      return hash.digest("hex");
    },
    async close() {
      // What is under way still has the file; whether it worked is known by now or does not matter any more.
      await writing.catch(() => undefined);
      await file.close();
    },
  };
}

async function writeAll(
  file: FileHandle,
  offset: number,
  parts: readonly Buffer[],
  length: number,
): Promise<void> {
  if (length === 0) return;
  const { bytesWritten } = await file.writev([...parts], offset);
  if (bytesWritten === length) return;
  // A disk that is nearly full takes a part of some; the plain way finds out where it ends, and why.
  const whole = Buffer.concat(parts, length);
  for (let at = 0; at < length; ) at += (await file.write(whole, at, length - at, offset + at)).bytesWritten;
}
