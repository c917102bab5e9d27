/** The files of a kept snapshot by their digests, and their bytes: what a host that lacks some of them is sent. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { RunlineError } from "../../model/failure.ts";
import type { CodePlace } from "../code.ts";
import { gitIn } from "../snapshot/gitCommand.ts";
import { readManifest } from "../snapshot/manifest.ts";
import { repositoryOf } from "../snapshot/repository.ts";

export interface CodeEntry {
  readonly mode: "100644" | "100755" | "120000";
  /** `git-<blob id>` or `sha256-<hex>`. */
  readonly key: string;
  readonly path: string;
}

export interface CodeFiles {
  /** Names the whole: the same files give the same name. */
  readonly tree: string;
  readonly entries: readonly CodeEntry[];
  /** Where the workspace lies in it, "" for its top. */
  readonly prefix: string;
  /** The bytes of some of the files, in the order of the keys. */
  bytes(keys: readonly string[]): AsyncIterable<readonly [key: string, bytes: Buffer]>;
}

/** Throws `hostCode` when the snapshot can't be read any more. */
export async function codeFiles(place: CodePlace, host: string): Promise<CodeFiles> {
  try {
    return place.snapshot.kind === "git" ? await ofCommit(place) : await ofManifest(place);
  } catch (thrown) {
    const cause = thrown instanceof Error ? (thrown.message.split("\n")[0] ?? "") : String(thrown);
    throw new RunlineError("hostCode", { host, cause }, thrown);
  }
}

async function ofCommit({ workspace, snapshot }: CodePlace): Promise<CodeFiles> {
  const repository = await repositoryOf(workspace);
  if (repository === null) throw new Error("its repository is gone");
  const git = gitIn(repository.top);
  const listed = await git(["ls-tree", "-r", "-z", "--full-tree", snapshot.id]);
  const entries: CodeEntry[] = [];
  for (const line of listed.split("\0")) {
    const [, mode, blob, path] = /^(\d+) blob ([0-9a-f]+)\t([\s\S]+)$/.exec(line) ?? [];
    if (blob === undefined || path === undefined) continue;
    entries.push({
      mode: mode === "100755" || mode === "120000" ? mode : "100644",
      key: `git-${blob}`,
      path,
    });
  }
  return {
    tree: snapshot.tree,
    entries,
    prefix: repository.prefix.replace(/\/$/, ""),
    bytes: (keys) => blobsOf(repository.top, keys),
  };
}

/** One git for all blobs. It answers in the order it is asked: a header line with the size, the bytes, a line break. */
async function* blobsOf(top: string, keys: readonly string[]): AsyncIterable<readonly [string, Buffer]> {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^GIT_/i.test(name)),
  );
  const git = spawn("git", ["cat-file", "--batch"], {
    cwd: top,
    env: { ...environment, GIT_NO_LAZY_FETCH: "1", GIT_NO_REPLACE_OBJECTS: "1", LC_ALL: "C" },
    stdio: ["pipe", "pipe", "ignore"],
  });
  git.stdin.on("error", () => undefined);
  git.stdin.end(keys.map((key) => `${key.slice("git-".length)}\n`).join(""));
  const failed = once(git, "error").then(([error]) => Promise.reject(error));
  failed.catch(() => undefined);
  let held: Buffer = Buffer.alloc(0);
  let at = 0;
  try {
    for await (const piece of git.stdout as AsyncIterable<Buffer>) {
      held = held.length === 0 ? piece : Buffer.concat([held, piece]);
      for (let key = keys[at]; key !== undefined; key = keys[at]) {
        const end = held.indexOf(10);
        if (end < 0) break;
        const [, kind, size] = held.subarray(0, end).toString("latin1").split(" ");
        if (kind !== "blob") throw new Error(`${key} is not in the repository any more`);
        const from = end + 1;
        const to = from + Number(size);
        if (held.length < to + 1) break;
        yield [key, held.subarray(from, to)];
        held = held.subarray(to + 1);
        at += 1;
      }
    }
    if (at < keys.length) throw new Error("git ended before it had given every file");
  } finally {
    git.kill();
  }
}

async function ofManifest({ directory, snapshot }: CodePlace): Promise<CodeFiles> {
  const manifest = await readManifest(directory);
  if (manifest.length !== (snapshot.files ?? manifest.length)) throw new Error("its copy is not whole");
  const byKey = new Map(manifest.map((entry) => [`sha256-${entry.sha256}`, entry]));
  return {
    tree: snapshot.tree.replace(/^sha256:/, ""),
    entries: await Promise.all(
      manifest.map(async ({ path, sha256, link }) => ({
        mode: link === undefined ? await modeOf(join(directory, "code", path)) : "120000",
        key: `sha256-${sha256}`,
        path,
      })),
    ),
    prefix: "",
    async *bytes(keys) {
      for (const key of keys) {
        const entry = byKey.get(key);
        if (entry === undefined) throw new Error(`${key} is not in the copy`);
        const file = join(directory, "code", entry.path);
        yield [key, entry.link === undefined ? await readFile(file) : Buffer.from(await readlink(file))];
      }
    },
  };
}

async function modeOf(file: string): Promise<CodeEntry["mode"]> {
  return (await stat(file)).mode & 0o100 ? "100755" : "100644";
}
