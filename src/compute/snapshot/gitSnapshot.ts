/** The exact code of a run as a commit under a private ref, made with an index of its own. */

import { copyFile, mkdtemp, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CodeSnapshot } from "../../model/journal.ts";
import { redactUrls } from "../../model/redact.ts";
import type { KeepRequest, KeptCode } from "../code.ts";
import { type Git, gitIn } from "./gitCommand.ts";
import { type Repository, shownPath } from "./repository.ts";
import { untrackedFiles } from "./untracked.ts";
import { snapshotWarnings } from "./warnings.ts";

/** At most this many paths are listed in a snapshot; the full number is kept beside them. */
const listedPaths = 500;

export function snapshotRef(runId: string): string {
  return `refs/runline/runs/${runId}`;
}

/**
 * Keeps the working tree as it is, uncommitted and untracked-not-ignored files included. The user's index, working tree, branches,
 * hooks and configuration are not touched. Throws what git says when it can't (a read-only repository, a full disk).
 */
export async function keepWithGit(repository: Repository, request: KeepRequest): Promise<KeptCode> {
  return withIndex(repository, request.signal, async (git) => {
    // What does not depend on each other is asked at once: a person waits for this between the click and the start.
    const about = Promise.all([
      oneLine(git, ["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]),
      oneLine(git, ["symbolic-ref", "--quiet", "--short", "HEAD"]),
      remoteOf(git).catch(() => null),
    ]);
    await showHiddenChanges(git, repository);
    await git(["add", "--update", "--", "."]);
    const untracked = await untrackedFiles(git, repository, request.limitBytes);
    if (untracked.kept.length > 0)
      // Not by "add": that gives up when one of them is gone by now, as temporary files of other runs are.
      await git(["update-index", "--add", "--remove", "-z", "--stdin"], terminated(untracked.kept));
    const tree = (await git(["write-tree"])).trim();
    const [head, branch, remote] = await about;
    const parent = head === null ? [] : ["-p", head];
    const id = (await git(["commit-tree", tree, ...parent, "-m", "Runline snapshot"])).trim();
    const [changed, warnings] = await Promise.all([
      changedPaths(git, repository, head, tree),
      snapshotWarnings(git, repository, request, untracked),
      git(["update-ref", snapshotRef(request.runId), id]),
    ]);
    const skipped = [...untracked.skipped, ...untracked.odd].map((path) => shownPath(repository, path));
    const snapshot: CodeSnapshot = {
      ...{ kind: "git", id, tree, head, branch, remote },
      changed: changed.slice(0, listedPaths),
      changed_count: changed.length,
      skipped: skipped.slice(0, listedPaths),
    };
    return { snapshot, warnings };
  });
}

/**
 * Runs git with a copy of the user's index: what it knows of unchanged files makes the snapshot quick. The copy's time is set back
 * to the original's, because git trusts an entry only when the index is newer than the file.
 */
export async function withIndex<T>(
  { gitFolder, top }: Repository,
  signal: AbortSignal | undefined,
  use: (git: Git) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "runline-index-"));
  try {
    const index = join(folder, "index");
    const original = join(gitFolder, "index");
    const found = await stat(original).catch(() => null);
    if (found !== null) {
      await copyFile(original, index);
      const seconds = Math.floor(found.mtimeMs / 1000);
      await utimes(index, seconds, seconds);
    }
    return await use(gitIn(top, signal === undefined ? { index } : { index, signal }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Files that the user told git to look away from may have changed all the same; only what sparse checkout left out stays hidden. */
export async function showHiddenChanges(git: Git, { top }: Repository): Promise<void> {
  const listed = (await git(["ls-files", "-v", "-z"])).split("\0");
  const assumed = listed.filter((line) => /^[a-z] /.test(line)).map((line) => line.slice(2));
  const skipped: string[] = [];
  for (const line of listed) {
    if (!/^[Ss] /.test(line)) continue;
    const path = line.slice(2);
    if (await stat(join(top, path)).catch(() => null)) skipped.push(path);
  }
  for (const [flag, paths] of [
    ["--no-assume-unchanged", assumed],
    ["--no-skip-worktree", skipped],
  ] as const)
    if (paths.length > 0) await git(["update-index", flag, "-z", "--stdin"], terminated(paths));
}

function terminated(paths: readonly string[]): string {
  return paths.map((path) => `${path}\0`).join("");
}

async function changedPaths(
  git: Git,
  repository: Repository,
  head: string | null,
  tree: string,
): Promise<string[]> {
  const listed =
    head === null
      ? await git(["ls-tree", "-r", "-z", "--name-only", tree])
      : await git(["diff-tree", "-r", "-z", "--name-only", "--no-renames", head, tree]);
  return listed
    .split("\0")
    .filter((path) => path !== "")
    .map((path) => shownPath(repository, path));
}

async function remoteOf(git: Git): Promise<string | null> {
  const names = (await git(["remote"])).split("\n").filter((name) => name !== "");
  const name = names.includes("origin") ? "origin" : names[0];
  if (name === undefined) return null;
  const url = await oneLine(git, ["config", "--get", `remote.${name}.url`]);
  return url === null ? null : redactUrls(url);
}

/** Output of a quiet question, null when git has no answer. */
async function oneLine(git: Git, args: readonly string[]): Promise<string | null> {
  const text = (await git(args).catch(() => "")).trim();
  return text === "" ? null : text;
}
