/** The `.gitignore` files of a folder that is no git repository: what a person marks as made again is no code. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import ignore from "ignore";

/** Is the path, relative to the root with `/`, to be left out? A rule of a deeper folder wins, as in git. */
export type Ignored = (path: string, isFolder: boolean) => boolean;

export const nothingIgnored: Ignored = () => false;

/** The rules inside `folder` (relative to `root`, "" for the root itself): those of the folders above and its own. */
export async function rulesWithin(root: string, folder: string, above: Ignored): Promise<Ignored> {
  const text = await readFile(join(root, folder, ".gitignore"), "utf8").catch(() => null);
  if (text === null) return above;
  const own = ignore().add(text);
  const start = folder === "" ? 0 : folder.length + 1;
  return (path, isFolder) => {
    const verdict = own.test(path.slice(start) + (isFolder ? "/" : ""));
    return verdict.ignored || (!verdict.unignored && above(path, isFolder));
  };
}
