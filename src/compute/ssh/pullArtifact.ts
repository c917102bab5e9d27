/** Bringing a kept file over: in pieces, going on where it broke off, and only believed when its digest is right. */

import { mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { RunlineError } from "../../model/failure.ts";
import { shellWord } from "../../model/shellWord.ts";
import type { KeptFile } from "../compute.ts";
import { writeFailure } from "../local/boundedFile.ts";
import type { Transport } from "../transport.ts";
import { type Draft, openDraft } from "./draft.ts";
import { insisting } from "./hostCalls.ts";
import { readScript } from "./sshTransport.ts";

export interface PullParts {
  readonly transport: Transport;
  /** The run directory on the host. */
  readonly directory: string;
  /** Where copies of the run's artifacts go here. */
  readonly folder: string;
}

const mebibyte = 1024 * 1024;
const firstPiece = 4 * mebibyte;
const largestPiece = 32 * mebibyte;
/** A piece that comes faster is followed by larger ones, and a slower one by smaller: whatever else is asked of the host waits for two. */
const soonMs = 200;
const lateMs = 600;
/** On their way at once: the host reads the next piece while this one travels. */
const ahead = 2;
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
async function bring(kept: KeptFile, draftPath: string, parts: PullParts): Promise<boolean> {
  const draft = await openDraft(draftPath, kept.bytes);
  try {
    for (let isSame = true; draft.length < kept.bytes; ) {
      const before = draft.length;
      // Patience begins anew with every connection that has brought something.
      isSame = await insisting(parts.transport, insistMs, () => bringMore(kept, draft, parts)).catch(
        (thrown: unknown) => {
          if (draft.length === before) throw thrown;
          return true;
        },
      );
      if (!isSame) return false;
    }
    return `sha256:${await draft.finish()}` === kept.digest;
  } finally {
    await draft.close();
  }
}

/** Over one connection, from where the draft ends. False when the host's file is another one. */
async function bringMore(kept: KeptFile, draft: Draft, parts: PullParts): Promise<boolean> {
  const flying: Promise<boolean>[] = [];
  let asked = draft.length;
  let size = firstPiece;
  let since = performance.now();
  try {
    while (asked < kept.bytes || flying.length > 0) {
      while (asked < kept.bytes && flying.length < ahead) {
        const length = nextLength(asked, kept.bytes, size);
        flying.push(hushed(bringPiece(kept, draft, asked, length, parts)));
        asked += length;
      }
      if (!(await flying.shift())) return false;
      await draft.room();
      const now = performance.now();
      if (now - since < soonMs) size = Math.min(largestPiece, size * 2);
      else if (now - since > lateMs) size = Math.max(mebibyte, size / 2);
      since = now;
    }
    return true;
  } finally {
    // None of these may go on with the draft while another connection does.
    await Promise.allSettled(flying);
  }
}

/** Whole mebibytes, which come faster: what is odd about a beginning from before, or about the end, goes by itself. */
function nextLength(asked: number, end: number, size: number): number {
  const left = end - asked;
  const odd = asked % mebibyte;
  if (odd > 0) return Math.min(left, mebibyte - odd);
  return left < size && left > mebibyte ? left - (left % mebibyte) : Math.min(left, size);
}

/** Read by the shell's own programs, which begin sooner than a Python does. No folder on the way may be a link. */
async function bringPiece(
  kept: KeptFile,
  draft: Draft,
  offset: number,
  length: number,
  { transport, directory }: PullParts,
): Promise<boolean> {
  const names = ["artifacts", ...kept.path.split("/")];
  const folders = names.slice(1).map((_, at) => shellWord([directory, ...names.slice(0, at + 1)].join("/")));
  const file = [directory, ...names].join("/");
  const guard = `for p in ${folders.join(" ")}; do if [ -L "$p" ]; then rl_head 2; echo 0; exit 0; fi; done\n`;
  let head = "";
  let at = offset;
  const end = offset + length;
  const take = (bytes: Buffer) => {
    let body = bytes;
    if (!head.endsWith("\n")) {
      // The size of the file comes before its bytes.
      const line = bytes.indexOf(10) + 1 || bytes.length;
      head = (head + bytes.toString("latin1", 0, line)).slice(-100);
      body = bytes.subarray(line);
    }
    if (Number(head) !== kept.bytes) return;
    const mine = body.subarray(0, end - at);
    draft.take(at, mine);
    at += mine.length;
  };
  const script = guard + readScript(file, offset, length);
  const { code } = await transport.request({ script, stream: true, take, deadlineMs });
  if (code !== 0 || !/^\d+\n$/.test(head))
    throw new RunlineError("fileUnreadable", {
      path: `${transport.host}:${file}`,
      cause: "permission denied, or a disk error",
    });
  return at === end;
}

/** One that fails while an earlier one is waited for is heard of in its turn. */
function hushed<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
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
