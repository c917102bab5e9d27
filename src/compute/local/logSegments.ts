/**
 * A run's output as one file: `output.log`, and the segments `output.log.1`, `output.log.2` … that follow it. Offsets run on over
 * all of them; a segment is begun when the one before is full, and only the last one grows.
 */

import { lstat } from "node:fs/promises";
import type { FileSlice } from "../compute.ts";
import { errorCode, readSlice } from "./boundedFile.ts";

/** More than any run writes (a million segments of 256 MB), so that a hostile folder can't keep us busy. */
const mostSegments = 1_000_000;

/** Path of a segment; `path` is that of the first. */
function segmentPath(path: string, number: number): string {
  return number === 0 ? path : `${path}.${number}`;
}

/** Size of all segments together; null where there is none. Throws what the system says but "not there". */
export async function segmentedSize(path: string): Promise<number | null> {
  const sizes = await segmentSizes(path);
  return sizes.length === 0 ? null : sum(sizes);
}

/** At most `length` bytes from an offset of the whole; `size` is the size of the whole. Nothing where there is no file. */
export async function readSegmented(path: string, offset: number, length: number): Promise<FileSlice> {
  const sizes = await segmentSizes(path);
  if (sizes.length <= 1) return readSlice(path, offset, length);
  const size = sum(sizes);
  const pieces: Uint8Array[] = [];
  let base = 0;
  let at = offset;
  let left = Math.min(length, Math.max(0, size - offset));
  for (const [number, own] of sizes.entries()) {
    if (left <= 0) break;
    if (at < base + own) {
      const { bytes } = await readSlice(
        segmentPath(path, number),
        at - base,
        Math.min(left, base + own - at),
      );
      pieces.push(bytes);
      at += bytes.byteLength;
      left -= bytes.byteLength;
      // Shorter than it was a moment ago: what follows it can't be placed.
      if (at < base + own) break;
    }
    base += own;
  }
  return { bytes: joined(pieces), size };
}

async function segmentSizes(path: string): Promise<readonly number[]> {
  const sizes: number[] = [];
  while (sizes.length < mostSegments) {
    const size = await plainSize(segmentPath(path, sizes.length));
    if (size === null) break;
    sizes.push(size);
  }
  return sizes;
}

/** Null for what is not there and for what is no plain file: neither is a part of the output. */
async function plainSize(path: string): Promise<number | null> {
  try {
    const found = await lstat(path);
    return found.isFile() ? found.size : null;
  } catch (thrown) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(thrown))) return null;
    throw thrown;
  }
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const all = new Uint8Array(pieces.reduce((total, { byteLength }) => total + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  return all;
}
