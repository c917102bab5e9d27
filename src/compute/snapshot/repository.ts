/** The repository around a workspace, and how its paths are written for people. */

import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { type Git, gitIn } from "./gitCommand.ts";

export interface Repository {
  readonly git: Git;
  /** Top folder of the working tree. */
  readonly top: string;
  /** The workspace's real path. */
  readonly workspace: string;
  /** Where the workspace lies in the repository, "" for its top, else with a closing `/`. */
  readonly prefix: string;
  readonly gitFolder: string;
}

/** Why git refuses a folder that has a repository (it is somebody else's, it is damaged); null where there is just none, or no git. */
export async function refusalOf(workspace: string): Promise<string | null> {
  try {
    await gitIn(workspace)(["rev-parse", "--is-inside-work-tree"]);
    return null;
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    return /not a git repository|ENOENT/i.test(said) ? null : said;
  }
}

/** The repository of a folder, or null where there is none, where git is missing, or where it refuses the folder. */
export async function repositoryOf(workspace: string, signal?: AbortSignal): Promise<Repository | null> {
  try {
    const folder = await realpath(workspace);
    const asked = ["rev-parse", "--is-inside-work-tree", "--show-toplevel", "--absolute-git-dir"];
    const git = (at: string) => gitIn(at, signal === undefined ? {} : { signal });
    const [inside, top, gitFolder] = (await git(folder)(asked)).split("\n");
    if (inside !== "true" || top === undefined || gitFolder === undefined) return null;
    const root = resolve(top);
    const way = relative(root, folder).split(sep).join("/");
    return { git: git(root), top: root, workspace: folder, prefix: way === "" ? "" : `${way}/`, gitFolder };
  } catch {
    return null;
  }
}

/** A path of the repository as it is written in records: relative to the workspace when inside it, else absolute. */
export function shownPath({ prefix, top }: Repository, path: string): string {
  return path.startsWith(prefix) ? path.slice(prefix.length) : join(top, path);
}

/** The way back; null for a path that is in no way one of the repository. */
export function repositoryPath({ prefix, top }: Repository, shown: string): string | null {
  const path = isAbsolute(shown) ? relative(top, shown).split(sep).join("/") : prefix + shown;
  const parts = path.split("/");
  return isAbsolute(path) || parts.some((part) => part === "" || part === "." || part === "..") ? null : path;
}
