/** Contract of the Compare page. Server calls pass through the host unchanged; `page/` calls are the host's own. */

import type { Changed, Requests } from "./editor.ts";

export type ComparePageCalls = Pick<
  Requests,
  "runs/list" | "runs/edit" | "runs/files" | "metrics/columns" | "metrics/keys"
> & {
  "page/subject": [Record<string, never>, { readonly runIds: readonly string[] }];
  "page/openRun": [{ readonly runId: string }, null];
  /** Code of two runs in the native diff editor. */
  "page/openDiff": [{ readonly left: string; readonly right: string }, null];
  "page/addRuns": [Record<string, never>, { readonly runIds: readonly string[] }];
  "page/copy": [{ readonly text: string }, null];
  "page/register": [{ readonly runId: string }, null];
  "page/showLog": [Record<string, never>, null];
};

export const comparePageCalls = [
  "runs/list",
  "runs/edit",
  "runs/files",
  "metrics/columns",
  "metrics/keys",
] as const satisfies readonly (keyof ComparePageCalls)[];

export interface ComparePageEvents {
  readonly changed: Changed;
}

export interface SortKey {
  readonly column: string;
  readonly descending: boolean;
}

/** What survives a reload: where the person is and how they arranged it, never the data. */
export interface ComparePageState {
  readonly runIds: readonly string[];
  readonly hidden: readonly string[];
  readonly baseline: string | null;
  readonly onlyDifferences: boolean;
  /** Most significant first; empty is the order in which the runs were chosen. */
  readonly sort: readonly SortKey[];
  readonly search: string;
  readonly smoothing: number;
  readonly axis: "step" | "relative" | "wall";
  readonly logarithmic: boolean;
  /** Groups of charts that are closed. */
  readonly collapsed: readonly string[];
  /** Share of the table in the height, 0 to 1. */
  readonly split: number;
}
