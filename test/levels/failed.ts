/** What is printed last of tests that failed: whoever reads the output of a machine far away has nothing else. */

import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../editor/built.ts";
import type { Say } from "../editor/need.ts";

/** A test that fails may leave a text here; it is printed after everything else of its level. */
export const failedFolder = path.join(projectRoot, "test", ".out", "failed");

const mostTexts = 3;
const mostLines = 70;

export function forgetFailed(): void {
  fs.rmSync(failedFolder, { recursive: true, force: true });
}

/** Prints what the tests of a level have left, the first ones whole: later ones often fail because the first did. */
export function sayFailed(say: Say): void {
  if (!fs.existsSync(failedFolder)) return;
  const texts = fs.readdirSync(failedFolder).filter((name) => name.endsWith(".txt"));
  const byTime = texts
    .map((name) => path.join(failedFolder, name))
    .sort((a, b) => fs.statSync(a).mtimeMs - fs.statSync(b).mtimeMs);
  for (const file of byTime.slice(0, mostTexts)) {
    const lines = fs.readFileSync(file, "utf8").trimEnd().split("\n");
    say(`\n══ ${lines.slice(0, mostLines).join("\n")}`);
    if (lines.length > mostLines) say(`… ${lines.length - mostLines} more lines in ${file}`);
  }
  if (byTime.length > mostTexts) say(`… and of ${byTime.length - mostTexts} more in ${failedFolder}`);
}
