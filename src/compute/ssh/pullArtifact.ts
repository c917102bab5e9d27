/** Bringing a kept file over: in pieces, going on where it broke off, and only believed when its digest is right. */

import { createHash, type Hash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { RunlineError } from "../../model/failure.ts";
import { shellWord } from "../../model/shellWord.ts";
import type { KeptFile } from "../compute.ts";
import { writeFailure } from "../local/boundedFile.ts";
import type { Transport } from "../transport.ts";
import { insisting } from "./hostCalls.ts";
import { readScript, sliceOf } from "./sshTransport.ts";

export interface PullParts {
  readonly transport: Transport;
  /** The run directory on the host. */
  readonly directory: string;
  /** Where copies of the run's artifacts go here. */
  readonly folder: string;
}

const pieceBytes = 8 * 1024 * 1024;
/** On their way at once: the host reads the next piece while this one travels. */
const ahead = 3;
const deadlineMs = 120_000;
const insistMs = 120_000;

/** The path of the copy here. One that is there already was checked when it was made. */
export async function pullArtifact(kept: KeptFile, parts: PullParts): Promise<string> {
  const { path } = kept;
  if (!isSafePath(path)) throw new RunlineError("artifactMissing", { run: basename(parts.directory), path });
  const target = join(parts.folder, ...path.split("/"));
  if ((await sizeOf(target)) === kept.bytes) return target;
  const draft = `${target}.part`;
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    // A beginning from before may be of a file that has changed since: then the whole is brought once more.
    if (!(await bring(kept, draft, parts))) {
      await rm(draft, { force: true });
      if (!(await bring(kept, draft, parts))) {
        await rm(draft, { force: true });
        throw new RunlineError("artifactDamaged", { path, run: basename(parts.directory) });
      }
    }
    await rename(draft, target);
    return target;
  } catch (thrown) {
    throw thrown instanceof RunlineError ? thrown : writeFailure(target, thrown);
  }
}

/** False when what is there afterwards is not what was kept. */
async function bring(kept: KeptFile, draft: string, parts: PullParts): Promise<boolean> {
  const file = await open(draft, constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0), 0o600);
  try {
    const begun = Math.min((await file.stat()).size, kept.bytes);
    // What was here before is read again; what comes now is taken as it comes.
    const hash = createHash("sha256");
    await addTo(hash, file, begun);
    const offsets: number[] = [];
    for (let at = begun; at < kept.bytes; at += pieceBytes) offsets.push(at);
    const coming: Promise<Piece>[] = [];
    for (const [at, offset] of offsets.entries()) {
      while (coming.length < ahead && at + coming.length < offsets.length)
        coming.push(hushed(pieceAt(kept.path, offsets[at + coming.length] ?? 0, parts)));
      const { bytes, size } = await (coming.shift() ?? pieceAt(kept.path, offset, parts));
      if (size !== kept.bytes) return false;
      const piece = bytes.subarray(0, kept.bytes - offset);
      if (piece.length !== Math.min(pieceBytes, kept.bytes - offset)) return false;
      hash.update(piece);
      await writeAll(file, offset, piece);
    }
    await file.truncate(kept.bytes);
    return `sha256:${hash.digest("hex")}` === kept.digest;
  } finally {
    await file.close();
  }
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly size: number;
}

/** Read by the shell's own programs, which begin sooner than a Python does. No folder on the way may be a link. */
async function pieceAt(path: string, offset: number, { transport, directory }: PullParts): Promise<Piece> {
  const names = ["artifacts", ...path.split("/")];
  const folders = names.slice(1).map((_, at) => shellWord([directory, ...names.slice(0, at + 1)].join("/")));
  const file = [directory, ...names].join("/");
  const guard = `for p in ${folders.join(" ")}; do if [ -L "$p" ]; then rl_head 2; echo 0; exit 0; fi; done\n`;
  const script = guard + readScript(file, offset, pieceBytes);
  const answer = await insisting(transport, insistMs, () =>
    transport.request({ script, stream: true, deadlineMs }),
  );
  return sliceOf(answer, transport.host, file);
}

/** One that fails while an earlier one is waited for is heard of in its turn. */
function hushed<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

async function writeAll(file: FileHandle, offset: number, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, offset + at);
    at += bytesWritten;
  }
}

async function addTo(hash: Hash, file: FileHandle, length: number): Promise<void> {
  const block = Buffer.alloc(1024 * 1024);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(block, 0, Math.min(block.length, length - at), at);
    if (bytesRead === 0) return;
    hash.update(block.subarray(0, bytesRead));
    at += bytesRead;
  }
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    (found) => found.size,
    () => null,
  );
}

const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** A path that stays inside a folder on every system: relative, of plain parts, and none that Windows takes for a device. */
export function isSafePath(path: string): boolean {
  if (path === "" || path.length > 4_096 || /[\p{Cc}\\:]/u.test(path)) return false;
  return path
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== ".." && !reserved.test(part));
}
