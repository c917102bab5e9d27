/** Files that clients keep over MLflow's protocol: written and read as they flow, never held whole, and never outside their folder. */

import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import * as path from "node:path";
import type { Readable } from "node:stream";
import { RunlineError } from "../model/failure.ts";

/** A place below a folder; links on the way are refused, so nothing leads out of it. */
export interface FilePlace {
  /** Folder that belongs to Runline: a run directory, or that of a logged model. */
  readonly root: string;
  /** Names below it; none is the folder itself. */
  readonly parts: readonly string[];
}

export interface WrittenFile {
  readonly bytes: number;
  /** `sha256:` and hex digits. */
  readonly digest: string;
}

export interface FoundEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly bytes: number;
}

const longestName = 255;

/**
 * The names in a path with slashes, or null for one that could mean another place: absolute, with `..`, backslashes or control characters,
 * also where these are encoded once or more.
 */
export function safeParts(text: string): readonly string[] | null {
  let plain = text;
  for (let again = 0; again < 5; again++) {
    const decoded = unescaped(plain);
    if (decoded === plain) break;
    plain = decoded;
  }
  for (const form of [text, plain]) {
    const parts = form.split("/");
    if (form.startsWith("/") || /^[A-Za-z]:[/\\]|[\\#\p{Cc}]/u.test(form)) return null;
    if (parts.includes("..") || /^file:/i.test(form)) return null;
  }
  const parts = text.split("/").filter((part) => part !== "" && part !== ".");
  return parts.some((part) => Buffer.byteLength(part) > longestName) ? null : parts;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A file that was taken in whole and is not in its place yet. */
export interface Draft extends WrittenFile {
  /** Puts it there, for good; one that is there is replaced. Throws `pathBlocked`. */
  keep(): Promise<void>;
}

/** Bytes that are gathered before they are written: clients send them in pieces of a few kilobytes. */
const gathered = 256 * 1024;
const draftMark = ".upload-";
/** The writer of a draft that has not grown for so long was killed. */
export const abandonedMs = 24 * 3_600_000;

/** Takes in one file; one that is there is replaced when the new one is whole. Throws `diskFull` or `pathBlocked`. */
export async function writeArtifact(place: FilePlace, from: AsyncIterable<Uint8Array>): Promise<WrittenFile> {
  const { keep, ...written } = await draftArtifact(place, from);
  await keep();
  return written;
}

/** Takes in one file beside its place. Nothing is left of it when this throws (`diskFull`), or its `keep`. */
export async function draftArtifact(place: FilePlace, from: AsyncIterable<Uint8Array>): Promise<Draft> {
  const draft = path.join(place.root, `${draftMark}${randomBytes(8).toString("hex")}`);
  const orNothing = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      await rm(draft, { force: true });
      throw named(thrown, place);
    }
  };
  const written = await orNothing(async () => {
    await mkdir(place.root, { recursive: true, mode: 0o700 });
    await removeAbandoned(place.root);
    return writeDraft(draft, from);
  });
  const keep = () =>
    orNothing(async () => {
      const target = fullPath(place);
      await refuseLinks(place);
      await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
      await rename(draft, target);
    });
  return { ...written, keep };
}

async function removeAbandoned(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(draftMark)) continue;
    const draft = path.join(root, name);
    const found = await lstat(draft).catch(absentIsNull);
    if (found !== null && Date.now() - found.mtimeMs > abandonedMs) await rm(draft, { force: true });
  }
}

async function writeDraft(draft: string, from: AsyncIterable<Uint8Array>): Promise<WrittenFile> {
  const file = await open(draft, "wx", 0o600);
  try {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const parts of inPortions(from)) {
      const writing = writeAll(file, parts);
      // It is digested while it is written.
      for (const part of parts) hash.update(part);
      bytes += await writing;
    }
    return { bytes, digest: `sha256:${hash.digest("hex")}` };
  } finally {
    await file.close();
  }
}

async function* inPortions(from: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Uint8Array[]> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of from) {
    parts.push(part);
    length += part.byteLength;
    if (length < gathered) continue;
    yield parts;
    parts = [];
    length = 0;
  }
  if (length > 0) yield parts;
}

/** Writes until all is written: a disk that gets full takes a part first. */
async function writeAll(file: FileHandle, parts: readonly Uint8Array[]): Promise<number> {
  let bytes = 0;
  let { bytesWritten: left } = await file.writev(parts);
  for (const part of parts) {
    bytes += part.byteLength;
    const done = Math.min(left, part.byteLength);
    left -= done;
    for (let at = done; at < part.byteLength; ) at += (await file.write(part, at)).bytesWritten;
  }
  return bytes;
}

export interface OpenArtifact {
  readonly size: number;
  /** The bytes from `start` to `end`, both counted. */
  read(start: number, end: number): Readable;
  close(): Promise<void>;
}

/** A file to read from; null when there is none. */
export async function openArtifact(place: FilePlace): Promise<OpenArtifact | null> {
  await refuseLinks(place);
  const file = await open(fullPath(place), "r").catch(absentIsNull);
  if (file === null) return null;
  const found = await file.stat();
  if (!found.isFile()) {
    await file.close();
    return null;
  }
  return {
    size: found.size,
    read: (start, end) => createReadStream("", { fd: file, start, end, highWaterMark: 256 * 1024 }),
    close: () => file.close(),
  };
}

/** Entries of a folder by name; none where there is no folder. Links are not shown. */
export async function listArtifacts(place: FilePlace): Promise<readonly FoundEntry[]> {
  await refuseLinks(place);
  const folder = fullPath(place);
  const entries = (await readdir(folder, { withFileTypes: true }).catch(absentIsNull)) ?? [];
  const found: FoundEntry[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory()) found.push({ name: entry.name, isFolder: true, bytes: 0 });
    else if (entry.isFile()) {
      const { size } = await lstat(path.join(folder, entry.name));
      found.push({ name: entry.name, isFolder: false, bytes: size });
    }
  }
  return found;
}

/** Removes a file, or a folder with all in it. False when there is none. */
export async function removeArtifact(place: FilePlace): Promise<boolean> {
  await refuseLinks(place);
  const target = fullPath(place);
  if ((await lstat(target).catch(absentIsNull)) === null) return false;
  await rm(target, { recursive: true, force: true });
  return true;
}

function fullPath({ root, parts }: FilePlace): string {
  return path.join(root, ...parts);
}

async function refuseLinks({ root, parts }: FilePlace): Promise<void> {
  let at = root;
  for (const part of parts) {
    at = path.join(at, part);
    const found = await lstat(at).catch(absentIsNull);
    if (found === null) return;
    if (found.isSymbolicLink())
      throw new RunlineError("pathBlocked", { path: part, cause: "a link is in the way" });
  }
}

const absent: ReadonlySet<unknown> = new Set(["ENOENT", "ENOTDIR"]);

function absentIsNull(thrown: unknown): null {
  if (absent.has(codeOf(thrown))) return null;
  throw thrown;
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
}

const blocked: ReadonlySet<unknown> = new Set(["EISDIR", "ENOTDIR", "EEXIST", "ENOTEMPTY"]);

function named(thrown: unknown, { root, parts }: FilePlace): unknown {
  const code = codeOf(thrown);
  if (code === "ENOSPC" || code === "EDQUOT") return new RunlineError("diskFull", { path: root }, thrown);
  if (blocked.has(code))
    return new RunlineError(
      "pathBlocked",
      { path: parts.join("/"), cause: "something else is in its place" },
      thrown,
    );
  return thrown;
}
