/** The exact code of a run where git is not there or can't write: the files themselves, with a manifest of their hashes. */

import { createHash } from "node:crypto";
import { constants } from "node:fs";
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import type { KeepRequest, KeptCode } from "../code.ts";
import { nothingIgnored, rulesWithin } from "./ignoreRules.ts";
import { resultsAmong } from "./results.ts";
import { limitText, type TotalLimits, withinLimits } from "./untracked.ts";
import { leftOut } from "./warnings.ts";

/** One kept file. `link` is the target of a symbolic link; then `sha256` is that of the target's text. */
export interface ManifestEntry {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly link?: string;
}

export const manifestFile = "code.json";
/** Each run has copies of its own, so there is less room than in git. */
const inCopies: TotalLimits = { times: 3, files: 5_000 };
const mostEntries = 50_000;
const listedPaths = 500;

/** Folders that are made by tools and made again from what is kept. */
const madeFolders = new Set([
  ".git",
  ".hg",
  ".svn",
  ".runline",
  ".venv",
  "venv",
  ".conda",
  "node_modules",
  "site-packages",
  "__pycache__",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".tox",
  ".nox",
  ".ipynb_checkpoints",
  ".idea",
  ".vscode-test",
  "mlruns",
  "wandb",
  "lightning_logs",
  "tb_logs",
]);

/** Copies the workspace's code under `code/` of the run directory. Throws what the file system says when it can't. */
export async function keepWithManifest(request: KeepRequest): Promise<KeptCode> {
  const { workspace, directory, limitBytes, written, signal } = request;
  const walk = await walkCode(workspace, written, signal);
  const { kept, skipped } = withinLimits(walk.files, limitBytes, inCopies);
  const target = join(directory, "code");
  // A launch that broke off may have left some: nothing is to be written through its links.
  await dropCopies(directory);
  await mkdir(target, { recursive: true, mode: 0o700 });
  const entries: ManifestEntry[] = [];
  const unreadable: string[] = [];
  for (const path of kept) {
    signal?.throwIfAborted();
    const entry = await keepFile(join(workspace, path), join(target, path), path).catch((thrown: unknown) => {
      if (isReadTrouble(thrown)) return null;
      throw thrown;
    });
    if (entry === null) unreadable.push(path);
    else entries.push(entry);
  }
  const id = manifestId(entries);
  await writeFile(join(directory, manifestFile), `${JSON.stringify(entries)}\n`, { mode: 0o600 });
  const missing = [...skipped, ...unreadable, ...walk.odd];
  return {
    snapshot: {
      kind: "manifest",
      id,
      tree: id,
      head: null,
      branch: null,
      remote: null,
      changed: [],
      changed_count: 0,
      files: entries.length,
      skipped: missing.slice(0, listedPaths),
    },
    warnings: [
      leftOut(skipped, limitText(limitBytes, inCopies)),
      leftOut([...unreadable, ...walk.odd], "no plain readable file"),
      walk.complete
        ? null
        : `The folder has over ${mostEntries} entries; the code kept with this run is not whole.`,
    ].filter((line) => line !== null),
  };
}

/** Digest of the sorted manifest: the same files give the same id, wherever and whenever. */
export function manifestId(entries: readonly ManifestEntry[]): string {
  const hash = createHash("sha256");
  const byPath = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  for (const { path, sha256, link } of byPath)
    hash.update(`${link === undefined ? "f" : "l"} ${sha256} ${path}\0`);
  return `sha256:${hash.digest("hex")}`;
}

/** The manifest of a run directory; empty when it has none. */
export async function readManifest(directory: string): Promise<readonly ManifestEntry[]> {
  const text = await readFile(join(directory, manifestFile), "utf8").catch(() => "[]");
  const data: unknown = JSON.parse(text);
  return Array.isArray(data) ? data.filter(isEntry) : [];
}

function isEntry(value: unknown): value is ManifestEntry {
  if (typeof value !== "object" || value === null) return false;
  const { path, bytes, sha256 } = value as Partial<Record<keyof ManifestEntry, unknown>>;
  return typeof path === "string" && typeof bytes === "number" && typeof sha256 === "string";
}

async function keepFile(from: string, to: string, path: string): Promise<ManifestEntry> {
  const found = await lstat(from);
  if (found.isSymbolicLink()) {
    const link = await readlink(from);
    await mkdir(dirname(to), { recursive: true });
    // A copy without its links would not run again. Nothing here reads through them.
    await symlink(link, to);
    return { path, bytes: 0, sha256: sha256Of(link), link };
  }
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  // Hashed from the copy, so that the manifest is right about what was kept even when the file is being written.
  const bytes = await readFile(to);
  await chmod(to, found.mode & 0o100 ? 0o700 : 0o600);
  return { path, bytes: bytes.byteLength, sha256: sha256Of(bytes) };
}

export function sha256Of(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export interface Walk {
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly odd: readonly string[];
  readonly complete: boolean;
}

/**
 * Plain files and links of a folder, without what tools made, what runs have written and what a `.gitignore` names; paths relative
 * with `/`. Links are not followed.
 */
export async function walkCode(
  root: string,
  written: readonly string[],
  signal?: AbortSignal,
): Promise<Walk> {
  const isResult = resultsAmong(written);
  const files: { path: string; bytes: number }[] = [];
  const odd: string[] = [];
  const waiting = [{ folder: "", above: nothingIgnored }];
  let seen = 0;
  for (let next = waiting.pop(); next !== undefined && seen < mostEntries; next = waiting.pop()) {
    const { folder, above } = next;
    signal?.throwIfAborted();
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => null);
    if (entries === null) odd.push(folder);
    if (entries?.some((entry) => entry.name === "pyvenv.cfg")) continue;
    const ignored = await rulesWithin(root, folder, above);
    for (const entry of entries ?? []) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      seen += 1;
      if (ignored(path, entry.isDirectory()) || isResult(path)) continue;
      if (entry.isDirectory()) {
        if (!madeFolders.has(entry.name)) waiting.push({ folder: path, above: ignored });
      } else if (entry.isFile() || entry.isSymbolicLink()) {
        files.push({ path, bytes: entry.isFile() ? ((await sizeOf(join(root, path))) ?? 0) : 0 });
      } else odd.push(path);
    }
  }
  return { files, odd, complete: seen < mostEntries };
}

async function sizeOf(path: string): Promise<number | null> {
  return lstat(path).then(
    (found) => found.size,
    () => null,
  );
}

function isReadTrouble(thrown: unknown): boolean {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : "";
  return code === "EACCES" || code === "EPERM" || code === "ENOENT" || code === "EIO";
}

/** Removes a copy whose making failed half way. */
export async function dropCopies(directory: string): Promise<void> {
  await rm(join(directory, "code"), { recursive: true, force: true });
  await rm(join(directory, manifestFile), { force: true });
}
