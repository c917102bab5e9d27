/** How columns of comparisons were arranged last in this workspace, and the arrangements that a person has given names. */

import type { ColumnSet, KeptColumns } from "../protocol/comparePage.ts";
import type { WorkspaceMemory } from "./workspaceMemory.ts";

const memoryKey = "runline.compare.columns";
const mostSets = 50;
const longestName = 100;

export class ColumnMemory {
  private readonly memory: WorkspaceMemory;

  constructor(memory: WorkspaceMemory) {
    this.memory = memory;
  }

  /** What is kept; its sets are checked by the page that uses them. */
  kept(): KeptColumns {
    const found = this.memory.get(memoryKey);
    if (!isRecord(found)) return { last: null, sets: {} };
    const { last, sets } = found;
    return {
      last: isRecord(last) ? (last as unknown as ColumnSet) : null,
      sets: isRecord(sets) ? (sets as Readonly<Record<string, ColumnSet>>) : {},
    };
  }

  /** Keeps a set by its name, or as the last one where it has none; null forgets it. Answers what is kept by then. */
  async keep(name: string | null, set: ColumnSet | null): Promise<KeptColumns> {
    const { last, sets } = this.kept();
    const kept =
      name === null ? { last: set, sets } : { last, sets: withSet(sets, name.slice(0, longestName), set) };
    await this.memory.update(memoryKey, kept);
    return kept;
  }
}

/** The one that was kept last stands last; the oldest goes where there are too many. */
function withSet(
  sets: KeptColumns["sets"],
  name: string,
  set: ColumnSet | null,
): Readonly<Record<string, ColumnSet>> {
  const others = Object.entries(sets).filter(([known]) => known !== name);
  const all = set === null ? others : [...others, [name, set] as const];
  return Object.fromEntries(all.slice(-mostSets));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
