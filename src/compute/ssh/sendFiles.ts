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

/** What is asked of the host meanwhile waits for a piece, so a slow line has small ones. */
const smallestPiece = 256 * 1024;
const firstPiece = 1024 * 1024;
const largestPiece = 8 * 1024 * 1024;
const soonMs = 300;
const lateMs = 1_000;
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

async function sendMissing(files: CodeFiles, { root, calls, signal }: SendParts) {
  const keys = [...new Set(files.entries.map(({ key }) => key))];
  const { fields } = await calls.call("missing", { root, keys }, patience);
  const missing = fields.texts("missing", keys.length, 100);
  const sent = { files: 0, bytes: 0 };
  let items: [string, number][] = [];
  let bodies: Buffer[] = [];
  let held = 0;
  let pieceBytes = firstPiece;
  async function flush(): Promise<void> {
    if (items.length === 0) return;
    const began = performance.now();
    await calls.call("put", { root, items }, { ...patience, body: Buffer.concat(bodies) });
    const took = performance.now() - began;
    if (took < soonMs) pieceBytes = Math.min(largestPiece, pieceBytes * 2);
    else if (took > lateMs) pieceBytes = Math.max(smallestPiece, pieceBytes / 2);
    items = [];
    bodies = [];
    held = 0;
  }
  for await (const [key, bytes] of files.bytes(missing)) {
    signal?.throwIfAborted();
    items.push([key, bytes.length]);
    bodies.push(bytes);
    held += bytes.length;
    sent.files += 1;
    sent.bytes += bytes.length;
    if (held >= pieceBytes) await flush();
  }
  await flush();
  return sent;
}
