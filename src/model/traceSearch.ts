/** A search for traces, as a parser has understood it. */

import type { FilterTree } from "./filterTree.ts";
import type { Operator } from "./mlflowSearch.ts";

/** RLIKE: a regular expression that fits anywhere (`linearPattern.ts`). */
export type TraceComparator = Operator | "RLIKE";

export type TraceField =
  | { readonly of: "attribute"; readonly key: TraceAttribute }
  | { readonly of: "tag" | "metadata"; readonly key: string }
  | { readonly of: "feedback" | "expectation"; readonly key: string }
  | { readonly of: "span"; readonly key: "name" | "type" | "status" | "content" }
  | { readonly of: "spanAttribute"; readonly key: string }
  /** Of the run that made the trace, or that it was linked to. */
  | { readonly of: "run"; readonly key: "run_id" };

export const traceAttributes = {
  request_id: "text",
  timestamp_ms: "number",
  execution_time_ms: "number",
  end_time_ms: "number",
  status: "text",
  client_request_id: "text",
  experiment_id: "text",
} as const;
export type TraceAttribute = keyof typeof traceAttributes;

export interface TraceClause {
  readonly field: TraceField;
  readonly comparator: TraceComparator;
  readonly value: string | number | readonly string[];
}

export interface TraceOrder {
  readonly field: Extract<TraceField, { readonly of: "attribute" | "tag" | "metadata" | "run" }>;
  readonly descending: boolean;
}

export interface TraceQuery {
  readonly experimentIds: readonly string[];
  readonly filter: FilterTree<TraceClause>;
  readonly order: readonly TraceOrder[];
  readonly limit: number;
  readonly offset: number;
}
