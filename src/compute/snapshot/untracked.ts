/** Which files that git does not follow yet belong to the code of a run. */

import { constants } from "node:fs";
import { access, lstat } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "./gitCommand.ts";
import type { Repository } from "./repository.ts";
import { isCodeFile } from "./results.ts";

/** Limits of all files together, in limits of one and in number. */
export interface TotalLimits {
  readonly times: number;
  readonly files: number;
}

/** Git keeps equal contents once, whatever the number of runs. */
export const inGit: TotalLimits = { times: 10, files: 20_000 };

export interface Untracked {
  readonly kept: readonly string[];
  /** Over the limit, alone or together. */
  readonly skipped: readonly string[];
  /** Repositories of their own, unreadable files, pipes and the like. */
  readonly odd: readonly string[];
}

interface Candidate {
  readonly path: string;
  readonly bytes: number;
}

/** Untracked and not ignored. */
export async function untrackedFiles(git: Git, { top }: Repository, limitBytes: number): Promise<Untracked> {
  const listed = (await git(["ls-files", "--others", "--exclude-standard", "-z"])).split("\0");
  const candidates: Candidate[] = [];
  const odd: string[] = [];
  for (const path of listed) {
    if (path === "" || isOwn(path)) continue;
    const bytes = await bytesOf(join(top, path));
    if (bytes === null) odd.push(path);
    else candidates.push({ path, bytes });
  }
  return { ...withinLimits(candidates, limitBytes, inGit), odd };
}

/**
 * Splits files by the limits of one and of all. Code comes first, then the smallest: data that nobody ignored, however much and however
 * small, must not push the script itself out.
 */
export function withinLimits(
  candidates: readonly Candidate[],
  limitBytes: number,
  most: TotalLimits,
): { readonly kept: readonly string[]; readonly skipped: readonly string[] } {
  const kept: string[] = [];
  const skipped: string[] = [];
  let total = 0;
  for (const { path, bytes } of candidates.toSorted(codeFirst)) {
    const fits = bytes <= limitBytes && total + bytes <= limitBytes * most.times && kept.length < most.files;
    if (fits) total += bytes;
    (fits ? kept : skipped).push(path);
  }
  return { kept: kept.sort(), skipped: skipped.sort() };
}

function codeFirst(a: Candidate, b: Candidate): number {
  return Number(isCodeFile(b.path)) - Number(isCodeFile(a.path)) || a.bytes - b.bytes;
}

/** What went over the limits, in words. */
export function limitText(limitBytes: number, { times, files }: TotalLimits): string {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const all = `${megabytes(limitBytes * times)} and ${files} files`;
  return `over the size limit of ${megabytes(limitBytes)} a file, or of ${all} in all`;
}

/** Our own records are no code, even where the user's ignore rules do not know them. */
function isOwn(path: string): boolean {
  return path.split("/").includes(".runline");
}

/** Size of a readable plain file or link; null for anything that can't be kept. */
async function bytesOf(path: string): Promise<number | null> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return 0;
    if (!found.isFile()) return null;
    await access(path, constants.R_OK);
    return found.size;
  } catch {
    return null;
  }
}
