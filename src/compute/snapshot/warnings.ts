/** What a snapshot could not keep, in a person's words. */

import type { KeepRequest } from "../code.ts";
import type { Git } from "./gitCommand.ts";
import { type Repository, shownPath } from "./repository.ts";
import { inGit, limitText, type Untracked } from "./untracked.ts";

const named = 3;

/** One line per kind of thing that is missing from the snapshot; none when it is whole. */
export async function snapshotWarnings(
  git: Git,
  repository: Repository,
  { limitBytes }: KeepRequest,
  untracked: Untracked,
): Promise<readonly string[]> {
  const shown = (paths: readonly string[]) => paths.map((path) => shownPath(repository, path));
  const dirty = await dirtySubmodules(git);
  return [
    leftOut(shown(untracked.skipped), limitText(limitBytes, inGit)),
    leftOut(shown(untracked.odd), "no plain readable file of this repository"),
    leftOut(shown(dirty), "a submodule with changes of its own, of which only its commit is kept"),
  ].filter((line) => line !== null);
}

/** "Not kept with the code: a, b and 3 more (why)." Null for no paths. */
export function leftOut(paths: readonly string[], why: string): string | null {
  if (paths.length === 0) return null;
  const first = paths.slice(0, named).map((path) => JSON.stringify(path).slice(1, -1));
  const rest = paths.length > named ? ` and ${paths.length - named} more` : "";
  return `Not kept with the code: ${first.join(", ")}${rest} (${why}).`;
}

/** Submodules with uncommitted or untracked files, which a commit of the outer repository can't hold. */
async function dirtySubmodules(git: Git): Promise<readonly string[]> {
  const linked = (await git(["ls-files", "--stage", "-z"]))
    .split("\0")
    .some((line) => line.startsWith("160000 "));
  if (!linked) return [];
  const entries = (await git(["status", "--porcelain=v2", "-z", "--untracked-files=normal"])).split("\0");
  return entries.flatMap((entry) => /^1 .. S.(?:M.|.U) (?:\S+ ){5}(.*)$/s.exec(entry)?.[1] ?? []);
}
