/**
 * The hosts that a person's ssh configuration names. Only names are read here, to list them; what they mean is ssh's business. Never
 * written.
 */

import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, matchesGlob } from "node:path";
import { isHostName } from "../../model/host.ts";

const mostFiles = 200;
const mostNames = 2_000;
const deepest = 8;

/** Aliases in their order, without patterns. `file` is the configuration; by default the person's own. Never throws. */
export async function configuredHosts(
  file: string = join(homedir(), ".ssh", "config"),
): Promise<readonly string[]> {
  const names = new Set<string>();
  const left = { files: mostFiles };
  await readHosts(file, dirname(file), 0, names, left);
  return [...names].slice(0, mostNames);
}

async function readHosts(
  file: string,
  folder: string,
  depth: number,
  names: Set<string>,
  left: { files: number },
): Promise<void> {
  if (depth > deepest || left.files <= 0) return;
  left.files -= 1;
  const text = await readFile(file, "utf8").catch(() => "");
  for (const line of text.split(/\r?\n/)) {
    const [, keyword = "", rest = ""] = /^\s*(\w+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(line) ?? [];
    if (/^host$/i.test(keyword)) for (const name of words(rest)) if (isHostName(name)) names.add(name);
    if (/^include$/i.test(keyword))
      for (const pattern of words(rest))
        for (const found of await filesOf(pattern, folder))
          await readHosts(found, folder, depth + 1, names, left);
  }
}

/** Words of a line, quoted or not; a comment ends it. */
function words(text: string): readonly string[] {
  const found: string[] = [];
  for (const [, quoted, plain] of text.matchAll(/"([^"]*)"|(\S+)/g)) {
    if (plain?.startsWith("#")) break;
    found.push(quoted ?? plain ?? "");
  }
  return found;
}

/** Relative to the folder of the first configuration, as ssh has it. Patterns in the last part only. */
async function filesOf(pattern: string, folder: string): Promise<readonly string[]> {
  const path = pattern.replace(/^~(?=\/)/, homedir());
  const whole = isAbsolute(path) ? path : join(folder, path);
  if (!/[*?[]/.test(whole)) return [whole];
  const names = await readdir(dirname(whole)).catch(() => []);
  return names
    .filter((name) => matchesGlob(name, basename(whole)))
    .sort()
    .map((name) => join(dirname(whole), name));
}
