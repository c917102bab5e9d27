/** Contract of the Run page. Server calls pass through the host unchanged; `page/` calls are the host's own. */

import type { MetricAxis, Smoothing, XAxis } from "../model/metric.ts";
import type { ChartLayout } from "./chartLayout.ts";
import type { Changed, Requests } from "./editor.ts";

export type RunPageCalls = Pick<
  Requests,
  | "runs/get"
  | "runs/cancel"
  | "runs/edit"
  | "runs/findings"
  | "runs/environment"
  | "runs/files"
  | "runs/log"
  | "runs/reproduce"
  | "code/changes"
  | "metrics/columns"
  | "metrics/points"
  | "metrics/beyond"
  | "metrics/keys"
  | "lineage/walk"
> & {
  /** Which run this page shows. */
  "page/subject": [Record<string, never>, { readonly runId: string }];
  "page/openFile": [{ readonly path: string; readonly line?: number }, null];
  /** The run's file against the working tree in the native diff editor; without a path, all changed files. */
  "page/openDiff": [{ readonly runId: string; readonly path?: string }, null];
  "page/openLog": [{ readonly runId: string }, null];
  "page/openArtifact": [{ readonly runId: string; readonly path: string }, null];
  "page/saveArtifact": [{ readonly runId: string; readonly path: string }, null];
  /** Asks where to, and writes the bytes there. */
  "page/saveFile": [{ readonly name: string; readonly base64: string }, null];
  "page/copy": [{ readonly text: string }, null];
  "page/register": [{ readonly runId: string; readonly path?: string }, null];
  "page/compare": [{ readonly runId: string }, null];
  "page/lineage": [{ readonly node: string }, null];
  /** The run's page on the team's server that keeps it, in a browser. */
  "page/openElsewhere": [{ readonly runId: string }, null];
  "page/showLog": [Record<string, never>, null];
};

export const runPageCalls = [
  "runs/get",
  "runs/cancel",
  "runs/edit",
  "runs/findings",
  "runs/environment",
  "runs/files",
  "runs/log",
  "runs/reproduce",
  "code/changes",
  "metrics/columns",
  "metrics/points",
  "metrics/beyond",
  "metrics/keys",
  "lineage/walk",
] as const satisfies readonly (keyof RunPageCalls)[];

export interface RunPageEvents {
  readonly changed: Changed;
  /** Whether the server lives; while it does not, what is shown grows old. */
  readonly server: { readonly up: boolean };
}

/** What survives a reload: where the person is, never the data. */
export interface RunPageState {
  readonly runId: string;
  readonly tab: "charts" | "output" | "parameters" | "files" | "environment" | "system" | "notes";
  readonly search: string;
  /** 0 (none) to below 1, of each kind. */
  readonly smoothing: number;
  readonly smoothingKind: Smoothing["kind"];
  readonly axis: XAxis | MetricAxis;
  readonly logarithmic: boolean;
  readonly clip: boolean;
  readonly layout: ChartLayout;
  readonly collapsed: readonly string[];
  readonly wrap: boolean;
}
