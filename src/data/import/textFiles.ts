/** Texts that MLflow keeps as files: parameters, tags and aliases. */

import * as path from "node:path";
import { filesBelow, readStart } from "./plainFiles.ts";

const longestValue = 100_000;

/** A file for each text, named by its key: the keys and texts below a folder. Longer ones are cut, and that is said. */
export async function textFiles(
  folder: string,
  say: (text: string) => void,
): Promise<readonly (readonly [string, string])[]> {
  const found: [string, string][] = [];
  for await (const { path: key, place } of filesBelow(folder)) {
    const read = await readStart(place, longestValue * 4);
    if (read === null) continue;
    const text = read.bytes.toString("utf8");
    if (text.length > longestValue || read.cut)
      say(`${path.basename(folder)}/${key} is too long and was cut.`);
    found.push([key, text.slice(0, longestValue)]);
  }
  return found;
}
