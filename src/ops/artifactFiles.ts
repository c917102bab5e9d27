/** Files that clients keep over MLflow's protocol: written and read as they flow, never held whole, and never outside their folder. */

import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import * as path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
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

/** Takes in one file; one that is there is replaced when the new one is whole. Throws `diskFull` or `pathBlocked`. */
export async function writeArtifact(place: FilePlace, from: AsyncIterable<Uint8Array>): Promise<WrittenFile> {
  const target = fullPath(place);
  const draft = path.join(place.root, `.upload-${randomBytes(8).toString("hex")}`);
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    await mkdir(place.root, { recursive: true, mode: 0o700 });
    await pipeline(
      from,
      async function* (source: AsyncIterable<Uint8Array>) {
        for await (const part of source) {
          hash.update(part);
          bytes += part.byteLength;
          yield part;
        }
      },
      createWriteStream(draft, { flags: "wx", mode: 0o600 }),
    );
    await refuseLinks(place);
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await rename(draft, target);
  } catch (thrown) {
    await rm(draft, { force: true });
    throw named(thrown, place);
  }
  return { bytes, digest: `sha256:${hash.digest("hex")}` };
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
