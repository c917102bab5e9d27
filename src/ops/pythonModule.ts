/** Scripts that are modules of a package: they only run as `python -m package.module`, from the folder the package lies in. */

import * as path from "node:path";
import type { Compute } from "../compute/compute.ts";

type Look = Compute["look"];

export interface PythonModule {
  /** As `python -m` wants it, e.g. `digits.train`. */
  readonly name: string;
  /** The folder that the outermost package lies in. */
  readonly root: string;
}

const identifier = /^[A-Za-z_]\w*$/;

/** The module that a script is, or null where its folder is no package within the workspace. */
export async function moduleOf(script: string, workspace: string, look: Look): Promise<PythonModule | null> {
  const parts = [path.basename(script, ".py")];
  let folder = path.dirname(script);
  while (folder !== workspace && (await look(path.join(folder, "__init__.py"))) === "file") {
    parts.unshift(path.basename(folder));
    folder = path.dirname(folder);
    if (folder === path.dirname(folder)) return null;
  }
  if (parts.length === 1 || !parts.every((part) => identifier.test(part))) return null;
  return { name: (parts.at(-1) === "__main__" ? parts.slice(0, -1) : parts).join("."), root: folder };
}

/** The file that `python -m name` runs, looked for where packages of a project lie; null when it is not found there. */
export async function scriptOfModule(
  name: string,
  roots: readonly string[],
  look: Look,
): Promise<string | null> {
  const parts = name.split(".");
  if (!parts.every((part) => identifier.test(part))) return null;
  for (const root of roots)
    for (const file of [`${path.join(root, ...parts)}.py`, path.join(root, ...parts, "__main__.py")])
      if ((await look(file)) === "file") return file;
  return null;
}

/** The name after `-m` in a command line, or null. */
export function moduleInCommand(argv: readonly string[]): string | null {
  const at = argv.indexOf("-m", 1);
  return at < 0 ? null : (argv[at + 1] ?? null);
}
