/** Sending the files of a snapshot: only those that the host has not got, in pieces that can be sent again. */

import { RunlineError } from "../../model/failure.ts";
import type { SentCode } from "../compute.ts";
import type { CodeFiles } from "./codeFiles.ts";
import type { HostCalls } from "./hostCalls.ts";

export interface SendParts {
  readonly root: string;
  /** The run whose working copy is made. */
  readonly id: string;
  readonly folders: Readonly<Record<string, string>>;
  readonly calls: HostCalls;
  readonly host: string;
  readonly signal: AbortSignal | null;
}

/** What is asked of the host meanwhile waits for a piece, and a line that breaks loses one: a slow line has small ones. */
const smallestPiece = 256 * 1024;
const firstPiece = 512 * 1024;
const largestPiece = 2 * 1024 * 1024;
const soonMs = 300;
const lateMs = 2_000;
/** Copying thousands of files takes a slow disk a while. */
const patience = { deadlineMs: 180_000, insistMs: 120_000 };

/** One request when the host knows the tree already. */
export async function sendFiles(files: CodeFiles, parts: SendParts): Promise<SentCode> {
  const { root, id, folders, calls, host } = parts;
  const asked = { root, id, tree: files.tree, prefix: files.prefix, folders };
  const work = async () => (await calls.call("work", asked, patience)).fields;
  let made = await work();
  let sent = { files: 0, bytes: 0 };
  if (!made.flag("there")) {
    sent = await sendMissing(files, parts);
    const entries = files.entries.map(({ mode, key, path }) => [mode, key, path]);
    await calls.call("make_tree", { root, tree: files.tree, entries }, patience);
    made = await work();
  }
  if (!made.flag("there"))
    throw new RunlineError("hostCode", { host, cause: "the host does not find it again" });
  return { workspace: made.text("workspace", 10_000, 1), ...sent };
}

/** Small files together, a large one in parts; a part that has arrived before the line broke is not sent again. */
async function sendMissing(files: CodeFiles, { root, calls, signal }: SendParts) {
  const keys = [...new Set(files.entries.map(({ key }) => key))];
  const asked = performance.now();
  const { fields } = await calls.call("missing", { root, keys }, patience);
  // What a request costs that brings nothing: a far or busy host must not be taken for a slow line.
  const bareMs = performance.now() - asked;
  const missing = fields.texts("missing", keys.length, 100);
  const begun = fields.members("begun", keys.length, (_key, size) => Number(size));
  const sent = { files: 0, bytes: 0 };
  let items: [string, number][] = [];
  let bodies: Buffer[] = [];
  let held = 0;
  let pieceBytes = firstPiece;

  async function send(verb: string, ask: object, body: Buffer): Promise<void> {
    signal?.throwIfAborted();
    const start = performance.now();
    await calls.call(verb, { root, ...ask }, { ...patience, body });
    const took = performance.now() - start - bareMs;
    if (took < soonMs) pieceBytes = Math.min(largestPiece, pieceBytes * 2);
    else if (took > lateMs) pieceBytes = Math.max(smallestPiece, pieceBytes / 2);
    sent.bytes += body.length;
  }

  async function flush(): Promise<void> {
    if (items.length === 0) return;
    const [batch, body] = [items, Buffer.concat(bodies)];
    [items, bodies, held] = [[], [], 0];
    await send("put", { items: batch }, body);
  }

  async function sendParts(key: string, bytes: Buffer): Promise<void> {
    const { length: total } = bytes;
    const here = begun[key] ?? 0;
    // The last byte at least: with it the whole is checked.
    let offset = here > 0 ? Math.min(Math.floor(here), total - 1) : 0;
    while (offset < total) {
      const body = bytes.subarray(offset, offset + pieceBytes);
      await send("put_part", { key, offset, total }, body);
      offset += body.length;
    }
  }

  for await (const [key, bytes] of files.bytes(missing)) {
    sent.files += 1;
    if (bytes.length > pieceBytes) {
      await sendParts(key, bytes);
      continue;
    }
    items.push([key, bytes.length]);
    bodies.push(bytes);
    held += bytes.length;
    if (held >= pieceBytes) await flush();
  }
  await flush();
  return sent;
}
