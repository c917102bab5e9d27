/** The host as the Compare page calls it. */

import type {
  ComparePageCalls,
  ComparePageEvents,
  ComparePageState,
} from "../../src/protocol/comparePage.ts";
import type { Host } from "../shared/rpc.ts";

export type CompareHost = Host<ComparePageCalls, ComparePageEvents, ComparePageState>;
