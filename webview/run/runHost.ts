/** The host as the Run page and its tabs call it. */

import { freshLayout } from "../../src/protocol/chartLayout.ts";
import type { RunPageCalls, RunPageEvents, RunPageState } from "../../src/protocol/runPage.ts";
import type { Host } from "../shared/rpc.ts";

export type RunHost = Host<RunPageCalls, RunPageEvents, RunPageState>;

/** Where a fresh page stands. */
export const freshState: Omit<RunPageState, "runId"> = {
  tab: "charts",
  search: "",
  smoothing: 0,
  smoothingKind: "ema",
  axis: "step",
  logarithmic: false,
  clip: false,
  layout: freshLayout,
  collapsed: [],
  wrap: false,
};
