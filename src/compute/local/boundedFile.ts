/** Reads of files that somebody else writes: bounded, never through a link, never a device or a pipe. */

import { constants, type FileHandle, open } from "node:fs/promises";
import { RunlineError } from "../../model/failure.ts";
import type { FileSlice } from "../compute.ts";

/** A link, a pipe, a socket or a missing file must not be opened, and opening must not wait for a writer. */
const readPlainly = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const absent = new Set(["ENOENT", "ENOTDIR", "ELOOP", "EISDIR", "ENXIO"]);
const nothing: FileSlice = { bytes: new Uint8Array(), size: 0 };

/** At most `length` bytes from `offset` of a plain file; nothing where there is none. */
export async function readSlice(path: string, offset: number, length: number): Promise<FileSlice> {
  return (await withFile(path, (file) => slice(file, offset, length))) ?? nothing;
}

/** A whole small file as text, null where there is none or it is longer than `limit`. */
export async function readSmall(path: string, limit = 65_536): Promise<string | null> {
  const found = await withFile(path, (file) => slice(file, 0, limit));
  return found === null || found.size > limit ? null : new TextDecoder().decode(found.bytes);
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T | null>): Promise<T | null> {
  let file: FileHandle;
  try {
    file = await open(path, readPlainly);
  } catch (thrown) {
    if (absent.has(errorCode(thrown))) return null;
    throw readFailure(path, thrown);
  }
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function slice(file: FileHandle, offset: number, length: number): Promise<FileSlice | null> {
  const stat = await file.stat();
  if (!stat.isFile()) return null;
  const wanted = Math.max(0, Math.min(length, stat.size - offset));
  const bytes = new Uint8Array(wanted);
  let filled = 0;
  while (filled < wanted) {
    const { bytesRead } = await file.read(bytes, filled, wanted - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return { bytes: bytes.subarray(0, filled), size: stat.size };
}

/** The system's code of a thrown thing, e.g. "ENOENT"; "" where it has none. */
export function errorCode(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return typeof code === "string" ? code : "";
}

/** What a failed write means to a person. */
export function writeFailure(path: string, thrown: unknown): RunlineError {
  const code = errorCode(thrown);
  if (code === "ENOSPC" || code === "EDQUOT") return new RunlineError("diskFull", { path }, thrown);
  return new RunlineError("workspaceReadOnly", { path, cause: causeOf(thrown) }, thrown);
}

/** What a failed read of something that is there means to a person. */
function readFailure(path: string, thrown: unknown): RunlineError {
  return new RunlineError("fileUnreadable", { path, cause: causeOf(thrown) }, thrown);
}

const causes: Readonly<Record<string, string>> = {
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "the system does not allow it",
  ENOTDIR: "a file is in the way",
  ENAMETOOLONG: "the path is too long",
  EIO: "the disk reports an error",
  ESTALE: "the network file system lost it",
};

function causeOf(thrown: unknown): string {
  return causes[errorCode(thrown)] ?? (thrown instanceof Error ? thrown.message : String(thrown));
}
