/** Where a fresh Compare page stands. */

import { freshLayout } from "../../src/protocol/chartLayout.ts";
import type { ComparePageState } from "../../src/protocol/comparePage.ts";
import { freshColumns } from "./columnOrder.ts";

export const freshState: ComparePageState = {
  runIds: [],
  hidden: [],
  pinned: [],
  baseline: null,
  onlyDifferences: true,
  ...freshColumns,
  sort: [],
  filter: "",
  groupBy: [],
  closedGroups: [],
  tab: "charts",
  search: "",
  smoothing: 0,
  smoothingKind: "ema",
  axis: "step",
  logarithmic: false,
  clip: false,
  bands: "deviation",
  layout: freshLayout,
  collapsed: [],
  split: 0.45,
  scatter: { x: null, y: null, color: null, logX: null, logY: null },
  axes: null,
  brushes: {},
  target: null,
  differences: { page: 0, code: null, left: null, right: null },
};

/** The value of the baseline's choice that means none. */
export const noBaseline = "none";
