/** Runs that a job waits for: as they are asked for, and as Slurm takes them. Pure. */

import { type RunState, terminalStates } from "./run.ts";

/** What has to have come of the other run: it finished well, it ended in any way, it did not finish well, it began. */
const afterKinds = ["afterok", "afterany", "afternotok", "after"] as const;
export type AfterKind = (typeof afterKinds)[number];

export interface After {
  readonly kind: AfterKind;
  /** Name, id or the beginning of one. */
  readonly run: string;
}

/** `brave-otter`, `afterany:brave-otter`. */
export function parseAfter(text: string): After {
  const at = text.indexOf(":");
  const kind = afterKinds.find((each) => each === text.slice(0, Math.max(0, at)));
  return kind === undefined ? { kind: "afterok", run: text } : { kind, run: text.slice(at + 1) };
}

/** Whether a run that has ended is what was waited for; null while it has not ended. */
export function hasCome(kind: AfterKind, state: RunState): boolean | null {
  if (!terminalStates.has(state)) return null;
  if (kind === "afterok") return state === "finished";
  return kind === "afternotok" ? state !== "finished" : true;
}

/** In sbatch's words: `afterok:12:13,afterany:14_2`. */
export function dependencyText(waits: readonly { readonly kind: AfterKind; readonly job: string }[]): string {
  return afterKinds
    .map((kind) => [kind, waits.filter((each) => each.kind === kind).map(({ job }) => job)] as const)
    .filter(([, jobs]) => jobs.length > 0)
    .map(([kind, jobs]) => [kind, ...new Set(jobs)].join(":"))
    .join(",");
}
