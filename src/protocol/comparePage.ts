/** Contract of the Compare page. Server calls pass through the host unchanged; `page/` calls are the host's own. */

import type { MetricDirection } from "../model/direction.ts";
import type { MetricAxis, Smoothing, XAxis } from "../model/metric.ts";
import type { ChartLayout } from "./chartLayout.ts";
import type { Changed, Requests } from "./editor.ts";

export type ComparePageCalls = Pick<
  Requests,
  | "runs/edit"
  | "runs/log"
  | "metrics/columns"
  | "metrics/bands"
  | "metrics/points"
  | "metrics/beyond"
  | "compare/table"
  | "compare/columns"
  | "compare/summary"
  | "compare/details"
  | "compare/files"
  | "compare/environments"
  | "compare/importance"
> & {
  /** `view` is that of the link by which the page was opened, told once. */
  "page/subject": [
    Record<string, never>,
    { readonly runIds: readonly string[]; readonly view?: string; readonly kept: KeptColumns },
  ];
  /** Keeps an arrangement of columns by a name, or for the next comparison where that is null; null as the set forgets it. */
  "page/keepColumns": [{ readonly name: string | null; readonly set: ColumnSet | null }, KeptColumns];
  "page/openRun": [{ readonly runId: string }, null];
  /** Code of two runs in the native diff editor. */
  "page/openDiff": [{ readonly left: string; readonly right: string }, null];
  "page/addRuns": [Record<string, never>, { readonly runIds: readonly string[] }];
  /** Copies a link that opens the same runs seen in the same way. */
  "page/copyLink": [{ readonly runIds: readonly string[]; readonly view: string }, null];
  "page/copy": [{ readonly text: string }, null];
  /** Asks where to, and writes the bytes there. */
  "page/saveFile": [{ readonly name: string; readonly base64: string }, null];
  "page/register": [{ readonly runId: string }, null];
  "page/showLog": [Record<string, never>, null];
};

export const comparePageCalls = [
  "runs/edit",
  "runs/log",
  "metrics/columns",
  "metrics/bands",
  "metrics/points",
  "metrics/beyond",
  "compare/table",
  "compare/columns",
  "compare/summary",
  "compare/details",
  "compare/files",
  "compare/environments",
  "compare/importance",
] as const satisfies readonly (keyof ComparePageCalls)[];

export interface ComparePageEvents {
  readonly changed: Changed;
  /** Whether the server lives; while it does not, what is shown grows old. */
  readonly server: { readonly up: boolean };
  /** Another comparison has kept columns. */
  readonly columns: KeptColumns;
}

/** How a person has arranged the columns of the table, by their ids. */
export interface ColumnSet {
  /** Shown (true) or hidden (false), against what `onlyDifferences` says. */
  readonly columns: Readonly<Record<string, boolean>>;
  /** Those that change places among themselves. */
  readonly columnOrder: readonly string[];
  /** Which way a metric gets better, where a person knows better than its name tells. */
  readonly directions: Readonly<Record<string, MetricDirection | "none">>;
}

export interface KeptColumns {
  /** What the next comparison begins with; null for the page's own choice. */
  readonly last: ColumnSet | null;
  readonly sets: Readonly<Record<string, ColumnSet>>;
}

export interface SortKey {
  readonly column: string;
  readonly descending: boolean;
}

export const compareTabs = ["charts", "scatter", "parallel", "importance", "values", "differences"] as const;
export type CompareTab = (typeof compareTabs)[number];

/** What survives a reload: where the person is and how they arranged it, never the data. Columns by their ids. */
export interface ComparePageState extends ColumnSet {
  readonly runIds: readonly string[];
  readonly hidden: readonly string[];
  /** Runs that stand at the top, whatever the order. */
  readonly pinned: readonly string[];
  readonly baseline: string | null;
  readonly onlyDifferences: boolean;
  /** Most significant first; empty is the order in which the runs were chosen. */
  readonly sort: readonly SortKey[];
  readonly filter: string;
  /** Columns by whose values rows are grouped, outermost first. */
  readonly groupBy: readonly string[];
  readonly closedGroups: readonly string[];
  readonly tab: CompareTab;
  readonly search: string;
  /** 0 (none) to below 1, of each kind. */
  readonly smoothing: number;
  readonly smoothingKind: Smoothing["kind"];
  readonly axis: XAxis | MetricAxis;
  readonly logarithmic: boolean;
  readonly clip: boolean;
  /** What lies around the mean of a group; "off" draws every run. */
  readonly bands: "off" | "range" | "deviation" | "error" | "interval";
  readonly layout: ChartLayout;
  /** Groups of charts that are closed. */
  readonly collapsed: readonly string[];
  /** Share of the table in the height, 0 to 1. */
  readonly split: number;
  readonly scatter: {
    readonly x: string | null;
    readonly y: string | null;
    readonly color: string | null;
    /** Null goes by the values: over two decades, logarithmic. */
    readonly logX: boolean | null;
    readonly logY: boolean | null;
  };
  /** Axes of the parallel coordinates; null is a choice of the page's own. */
  readonly axes: readonly string[] | null;
  /** Chosen ranges on those axes, as shares of their lengths. */
  readonly brushes: Readonly<Record<string, readonly [number, number]>>;
  /** The metric whose final values and whose importance are shown; null is the key metric. */
  readonly target: string | null;
  readonly differences: {
    /** Of the runs beside the baseline. */
    readonly page: number;
    /** Runs by their ids; null is a choice of the page's own. */
    readonly code: string | null;
    readonly left: string | null;
    readonly right: string | null;
  };
}
