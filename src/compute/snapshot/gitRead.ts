/** Looking back at a snapshot that git keeps: one file of it, and what is different now. */

import type { CodeChange } from "../code.ts";
import { showHiddenChanges, withIndex } from "./gitSnapshot.ts";
import { type Repository, repositoryPath, shownPath } from "./repository.ts";

const largestFile = 16 * 1024 * 1024;
export const mostChanges = 1_000;

/** Bytes of a file of a commit; null when it is not there, too large, or no plain file. */
export async function fileOfCommit(
  repository: Repository,
  commit: string,
  shown: string,
): Promise<Uint8Array | null> {
  const path = repositoryPath(repository, shown);
  if (path === null) return null;
  const { git } = repository;
  const listed = await git(["ls-tree", "-z", "--long", "--full-tree", commit, "--", path]);
  const [, mode, blob, bytes] = /^(\d+) blob ([0-9a-f]+) +(\d+)\t/.exec(listed) ?? [];
  if (blob === undefined || mode === "120000" || Number(bytes) > largestFile) return null;
  return git.blob(blob);
}

/** Files of the commit that are different or gone in the working tree, and files that came since. Writes nothing. */
export async function changesSinceCommit(
  repository: Repository,
  commit: string,
  skipped: readonly string[],
): Promise<readonly CodeChange[]> {
  return withIndex(repository, undefined, async (git) => {
    await git(["read-tree", "--reset", commit]);
    await showHiddenChanges(git, repository);
    await git(["update-index", "-q", "--really-refresh"]);
    const listed = (await git(["diff-files", "-z", "--name-status", "--no-renames"])).split("\0");
    const changes: CodeChange[] = [];
    for (let at = 0; at + 1 < listed.length && changes.length < mostChanges; at += 2) {
      const change = listed[at] === "D" ? "deleted" : "modified";
      changes.push({ path: shownPath(repository, listed[at + 1] ?? ""), change });
    }
    const known = new Set(skipped);
    const others = (await git(["ls-files", "--others", "--exclude-standard", "-z"])).split("\0");
    const added = others
      .filter((path) => path !== "" && !path.endsWith("/") && !path.split("/").includes(".runline"))
      .map((path) => shownPath(repository, path))
      .filter((path) => !known.has(path));
    return [...changes, ...added.map((path) => ({ path, change: "added" as const }))].slice(0, mostChanges);
  });
}

/** Is the commit (still) in the repository? */
export async function hasCommit({ git }: Repository, commit: string): Promise<boolean> {
  return git(["cat-file", "-t", commit]).then(
    (kind) => kind.trim() === "commit",
    () => false,
  );
}
