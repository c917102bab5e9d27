/** Looking back at a snapshot that is a copy with a manifest. */

import { readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { CodeChange } from "../code.ts";
import { readSlice } from "../local/boundedFile.ts";
import { mostChanges } from "./gitRead.ts";
import { readManifest, sha256Of, walkCode } from "./manifest.ts";

const largestFile = 16 * 1024 * 1024;

/** Bytes of a kept file. Only what the manifest names is read, so no path leads out of the copy. */
export async function fileOfManifest(directory: string, path: string): Promise<Uint8Array | null> {
  const entry = (await readManifest(directory)).find((candidate) => candidate.path === path);
  if (entry === undefined || entry.link !== undefined || entry.bytes > largestFile) return null;
  if (path.split("/").includes("..")) return null;
  const { bytes, size } = await readSlice(join(directory, "code", path), 0, entry.bytes);
  return size === entry.bytes && sha256Of(bytes) === entry.sha256 ? bytes : null;
}

/** What differs between the manifest and the folder now. */
export async function changesSinceManifest(
  directory: string,
  workspace: string,
  skipped: readonly string[],
  written: readonly string[],
): Promise<readonly CodeChange[]> {
  const manifest = new Map((await readManifest(directory)).map((entry) => [entry.path, entry]));
  const left = new Set(skipped);
  const changes: CodeChange[] = [];
  const { files } = await walkCode(workspace, written);
  const now = new Set(files.map((file) => file.path));
  for (const { path, bytes } of files) {
    const entry = manifest.get(path);
    if (entry === undefined) {
      if (!left.has(path)) changes.push({ path, change: "added" });
    } else if (
      bytes !== entry.bytes ||
      (await digestNow(join(workspace, path), entry.link)) !== entry.sha256
    ) {
      changes.push({ path, change: "modified" });
    }
    if (changes.length >= mostChanges) return changes;
  }
  for (const path of manifest.keys()) if (!now.has(path)) changes.push({ path, change: "deleted" });
  return changes.slice(0, mostChanges);
}

async function digestNow(path: string, link: string | undefined): Promise<string | null> {
  const content = link === undefined ? readFile(path) : readlink(path);
  return content.then(sha256Of, () => null);
}
