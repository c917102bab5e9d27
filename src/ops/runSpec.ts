/** The spec of a run, read back from its directory: what was asked, by whoever asked first. */

import type { Compute } from "../compute/compute.ts";
import { type RunSpec, runFile } from "../model/journal.ts";
import { parseSpec } from "../model/runRecords.ts";

const mostBytes = 4 * 1024 * 1024;

/** Null when there is none, or none that can be used. */
export async function runSpecIn(directory: string, compute: Compute): Promise<RunSpec | null> {
  const { bytes } = await compute.read(directory, runFile.spec, 0, mostBytes);
  const parsed = parseSpec(new TextDecoder().decode(bytes));
  return parsed.ok ? parsed.record : null;
}
