/** What can be seen of a model's files where they lie: their digest as a whole, and what MLflow's `MLmodel` says of them. */

import { createHash } from "node:crypto";
import { lstat, readdir, readFile } from "node:fs/promises";
import * as path from "node:path";
import { parse } from "yaml";
import type { ModelSignature } from "../model/registry.ts";
import { signatureOf } from "../model/registrySignature.ts";
import { fileDigest } from "./fileDigest.ts";

export interface SeenFiles {
  /** "sha256:<hex>" of a file, or of a folder's manifest: a line `<hex>  <path>` for each file, by path. Null when they can't be read. */
  readonly digest: string | null;
  readonly bytes: number | null;
  readonly signature: ModelSignature | null;
}

/** A client waits for the answer, so that a folder that is larger is not read. */
const mostBytes = 16 * 2 ** 30;
const mostFiles = 10_000;
const longestMlmodel = 4 * 2 ** 20;

const nothing: SeenFiles = { digest: null, bytes: null, signature: null };

/** Looks at a file or folder below `folder`. Never throws: what can't be read is not known. Links are not followed. */
export async function modelFiles(folder: string, below: string): Promise<SeenFiles> {
  const parts = below.split("/").filter(Boolean);
  if (parts.some((part) => part === ".." || part === "." || part.includes("\0"))) return nothing;
  try {
    const place = await confined(folder, parts);
    if (place === null) return nothing;
    if (place.isFile) return { ...((await fileDigest(place.path, "refused")) ?? nothing), signature: null };
    const files = await filesBelow(place.path);
    return {
      ...(await manifestDigest(place.path, files)),
      signature: await readSignature(place.path, files),
    };
  } catch (error) {
    if (error instanceof Error && "code" in error) return nothing;
    throw error;
  }
}

/** The path, when no part of it is a link; null when there is nothing. */
async function confined(
  folder: string,
  parts: readonly string[],
): Promise<{ readonly path: string; readonly isFile: boolean } | null> {
  let at = folder;
  let found = await lstat(at);
  for (const part of parts) {
    at = path.join(at, part);
    found = await lstat(at);
    if (found.isSymbolicLink()) return null;
  }
  return found.isFile() || found.isDirectory() ? { path: at, isFile: found.isFile() } : null;
}

interface Found {
  readonly path: string;
  readonly bytes: number;
}

/** Plain files below a folder, by path. */
async function filesBelow(root: string): Promise<readonly Found[]> {
  const files: Found[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const whole = path.join(entry.parentPath, entry.name);
    const { size } = await lstat(whole);
    files.push({ path: path.relative(root, whole).split(path.sep).join("/"), bytes: size });
    if (files.length > mostFiles) break;
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function manifestDigest(
  root: string,
  files: readonly Found[],
): Promise<{ readonly digest: string | null; readonly bytes: number | null }> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (files.length === 0 || files.length > mostFiles || bytes > mostBytes)
    return { digest: null, bytes: null };
  const manifest = createHash("sha256");
  for (const file of files) {
    const found = await fileDigest(path.join(root, file.path), "refused");
    if (found === null) return { digest: null, bytes: null };
    manifest.update(`${found.digest.slice("sha256:".length)}  ${file.path}\n`);
  }
  return { digest: `sha256:${manifest.digest("hex")}`, bytes };
}

async function readSignature(root: string, files: readonly Found[]): Promise<ModelSignature | null> {
  const file = files.find((each) => each.path === "MLmodel");
  if (file === undefined || file.bytes > longestMlmodel) return null;
  return mlmodelSignature(await readFile(path.join(root, "MLmodel"), "utf8"));
}

/** What the text of a file `MLmodel` says; null for any other text, as anybody can upload a file of that name. */
export function mlmodelSignature(text: string): ModelSignature | null {
  if (text.length > longestMlmodel) return null;
  try {
    return signatureOf(parse(text, { maxAliasCount: 20 }));
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}
