/** Which runs a filter leaves. Pure. */

import type { FilterError } from "../../src/model/filter.ts";
import { predicateOf, subjectOf } from "../../src/model/filterMatch.ts";
import { parseFilter } from "../../src/model/filterParser.ts";
import type { Run } from "../../src/model/run.ts";

export interface FilterResult {
  /** Indexes of the runs. All of them while the filter can't be understood. */
  readonly kept: ReadonlySet<number>;
  /** What is wrong with the filter and where. */
  readonly error: FilterError | null;
}

/** Runs that the filter is true of. A single word that is no filter is looked for in the names, as people try first. */
export function filteredRuns(runs: readonly Run[], text: string): FilterResult {
  const parsed = parseFilter(text);
  const indexes = [...runs.keys()];
  if (parsed.ok) {
    if (parsed.filter === null) return { kept: new Set(indexes), error: null };
    const fits = predicateOf(parsed.filter);
    return { kept: new Set(indexes.filter((index) => fitsAt(runs, index, fits))), error: null };
  }
  const word = text.trim().toLowerCase();
  if (!/^[^\s.=<>!()"'`]+$/.test(word)) return { kept: new Set(indexes), error: parsed.error };
  const kept = indexes.filter((index) => runs[index]?.name.toLowerCase().includes(word));
  return { kept: new Set(kept), error: null };
}

function fitsAt(runs: readonly Run[], index: number, fits: ReturnType<typeof predicateOf>): boolean {
  const run = runs[index];
  return run !== undefined && fits(subjectOf(run));
}
