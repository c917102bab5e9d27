/** What the first word of a command means, by the rules of the system that will start it. */

import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";

const windows = process.platform === "win32";

/** A word with a slash is a path from `cwd`; any other is looked up on the PATH. Null when nothing there can be executed. */
export async function findProgram(
  word: string,
  cwd: string,
  environment: Readonly<Record<string, string>>,
): Promise<string | null> {
  const isPath = word.includes("/") || (windows && word.includes("\\"));
  const path = (environment.PATH ?? environment.Path ?? "").split(delimiter).filter(isAbsolute);
  const places = isPath ? [resolve(cwd, word)] : path.map((folder) => join(folder, word));
  const endings = windows ? ["", ...(environment.PATHEXT ?? ".EXE;.CMD;.BAT").split(";")] : [""];
  for (const place of places)
    for (const ending of endings) if (await isExecutable(place + ending)) return place + ending;
  return null;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
