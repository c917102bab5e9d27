/** Which files of tests the words of the command line choose: a mistyped one must not look like a pass. */

import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../editor/built.ts";

/**
 * The files of a level, by their paths from the project's root, that any of the words is a part of. Tests in the extension host are one file
 * each for many, so there a word of a title counts.
 */
export function chosenFiles(level: string, words: readonly string[]): readonly string[] {
  const folder = path.join(projectRoot, "test", level);
  if (!fs.existsSync(folder)) return [];
  const ending = level === "host" ? ".ts" : ".test.ts";
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => `test/${level}/${name.replaceAll(path.sep, "/")}`)
    .filter((file) => file.endsWith(ending))
    .filter((file) => words.some((word) => (level === "host" ? textOf(file) : file).includes(word)))
    .sort();
}

const textOf = (file: string) => fs.readFileSync(path.join(projectRoot, file), "utf8");
