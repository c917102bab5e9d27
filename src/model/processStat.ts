/** What Linux says of a process in `/proc/<pid>/stat`. */

export interface ProcessStat {
  /** `R`, `S`, `Z` … */
  readonly state: string;
  /** When it was started, in ticks since the boot: tells it from an earlier one of the same number. */
  readonly startTicks: number;
  readonly threads: number;
}

/** The name in the second field may hold spaces and brackets, so everything is counted from the last ")". Null for what is none. */
export function parseStat(text: string): ProcessStat | null {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  const threads = Number(fields[17]);
  const startTicks = Number(fields[19]);
  return state === undefined || !Number.isSafeInteger(startTicks) ? null : { state, startTicks, threads };
}

/**
 * Zombies are not alive: under an init that reaps slowly a killed process keeps its number and start time. One whose other threads have not
 * ended yet still has its files open.
 */
export function isLiving({ state, threads }: ProcessStat): boolean {
  return state === "Z" ? threads > 1 : state !== "X";
}
