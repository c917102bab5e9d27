/** The host as the Compare page calls it. */

import type {
  ComparePageCalls,
  ComparePageEvents,
  ComparePageState,
} from "../../src/protocol/comparePage.ts";
import type { Host } from "../shared/rpc.ts";

export type CompareHost = Host<ComparePageCalls, ComparePageEvents, ComparePageState>;

/** Where a fresh page stands. */
export const freshState: ComparePageState = {
  runIds: [],
  hidden: [],
  baseline: null,
  onlyDifferences: true,
  sort: [],
  search: "",
  smoothing: 0,
  axis: "step",
  logarithmic: false,
  collapsed: [],
  split: 0.45,
};
