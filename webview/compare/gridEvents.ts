/** What a person does in the compare table, as the page hears it. */

import type { RunEdit } from "../../src/model/run.ts";
import type { CompareRun } from "./comparedRuns.ts";
import type { GridColumn } from "./gridColumns.ts";

/** What the grid asks a menu for; the page shows it. */
export interface MenuAsk {
  readonly at: { readonly x: number; readonly y: number };
  /** Null for a head. */
  readonly run: CompareRun | null;
  /** Place of the run; −1 for a head. */
  readonly index: number;
  /** Null for the names. */
  readonly column: GridColumn | null;
  readonly edit: () => void;
  readonly note: () => void;
}

/** What a person does in the grid: custom events and their details. */
export interface GridEvents {
  readonly sort: { readonly column: string; readonly add: boolean };
  readonly open: string;
  readonly pin: string;
  readonly star: string;
  /** Into the charts, or out of them. */
  readonly show: { readonly ids: readonly string[]; readonly shown: boolean };
  readonly "copy-text": string;
  readonly "toggle-group": string;
  readonly edit: { readonly runId: string; readonly edit: RunEdit };
  readonly "ask-menu": MenuAsk;
  /** What can be seen now: columns and runs by their ids. */
  readonly seen: { readonly columns: readonly string[]; readonly runs: readonly string[] };
}
