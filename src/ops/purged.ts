/**
 * Runs that were let go of for good: their ids stand in a file beside the folder of the runs, so that neither the next import of what they came
 * from nor the next look at a team's server brings them back unasked. It is no part of the store, which may be made anew.
 */

import { appendFile, readFile } from "node:fs/promises";
import * as path from "node:path";

const fileIn = (runs: string) => path.join(path.dirname(runs), "purged");

/** Ids that are not to come back. `runs` is the folder of the run directories. */
export async function purgedIn(runs: string): Promise<ReadonlySet<string>> {
  const text = await readFile(fileIn(runs), "utf8").catch(() => "");
  const purged = new Set<string>();
  for (const [, sign, id = ""] of text.matchAll(/^([+-])([0-9a-f]{32})$/gm))
    if (sign === "+") purged.add(id);
    else purged.delete(id);
  return purged;
}

export async function notePurged(runs: string, ids: readonly string[]): Promise<void> {
  await append(runs, "+", ids);
}

/** A person wants them again. */
export async function forgetPurged(runs: string, ids: readonly string[]): Promise<void> {
  await append(runs, "-", ids);
}

/** A line before, as one that was cut short by a full disk must not spoil the next. */
async function append(runs: string, sign: "+" | "-", ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const text = ids.map((id) => `${sign}${id}\n`).join("");
  await appendFile(fileIn(runs), `\n${text}`, { mode: 0o600 });
}
