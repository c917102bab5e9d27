/** A parsed search of MLflow's protocol: which things, in which order. Made by `mlflowFilter.ts` and `mlflowOrder.ts`, run by the store. */

/** What a comparison or an order looks at. */
export type SearchEntity = "attribute" | "metric" | "parameter" | "tag" | "dataset";

export type Operator =
  | "="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "LIKE"
  | "ILIKE"
  | "IN"
  | "NOT IN"
  | "IS NULL"
  | "IS NOT NULL";

export interface Comparison {
  readonly kind: "comparison";
  readonly entity: SearchEntity;
  readonly key: string;
  readonly operator: Operator;
  /** A number for metrics and numeric attributes, a list for IN, null for IS NULL; else text. */
  readonly value: string | number | readonly string[] | null;
}

export interface Junction {
  readonly kind: "and" | "or";
  readonly parts: readonly SearchNode[];
}

export type SearchNode = Comparison | Junction;

export interface OrderTerm {
  readonly entity: SearchEntity;
  readonly key: string;
  readonly ascending: boolean;
  /** Only values that were measured on this data set (logged models). */
  readonly dataset?: DatasetScope;
}

export interface DatasetScope {
  readonly name: string;
  readonly digest: string | null;
}

export interface Search {
  /** Null for everything. */
  readonly filter: SearchNode | null;
  readonly order: readonly OrderTerm[];
  /** Metrics are compared where they were measured on one of these data sets (logged models); none for any. */
  readonly datasets?: readonly DatasetScope[];
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string };
