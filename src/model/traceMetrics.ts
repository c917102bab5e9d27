/** Figures over many traces: how many, how long, how many tokens, at what cost, and what was said of them; by name, state, model and time. */

export const traceMetricViews = ["TRACES", "SPANS", "ASSESSMENTS"] as const;
export type TraceMetricView = (typeof traceMetricViews)[number];

export const aggregations = ["COUNT", "SUM", "AVG", "PERCENTILE", "MIN", "MAX"] as const;
export type AggregationKind = (typeof aggregations)[number];

export interface Aggregation {
  readonly kind: AggregationKind;
  /** From 0 to 100; only percentiles have one. */
  readonly percentile: number | null;
}

interface Measure {
  readonly kinds: readonly AggregationKind[];
  /** What it may be told apart by. */
  readonly dimensions: readonly string[];
}

const counted = ["COUNT"] as const;
const spread = ["AVG", "MIN", "MAX", "PERCENTILE"] as const;
const summed = ["SUM", ...spread] as const;
const tokens: Measure = { kinds: summed, dimensions: ["trace_name"] };
const models = ["span_model_name", "span_model_provider"] as const;
const cost: Measure = { kinds: summed, dimensions: models };

/** Every figure that may be asked for, by what it looks at. */
export const traceMeasures: Readonly<Record<TraceMetricView, Readonly<Record<string, Measure>>>> = {
  TRACES: {
    trace_count: { kinds: counted, dimensions: ["trace_name", "trace_status"] },
    session_count: { kinds: counted, dimensions: [] },
    latency: { kinds: spread, dimensions: ["trace_name"] },
    input_tokens: tokens,
    output_tokens: tokens,
    total_tokens: tokens,
    cache_read_input_tokens: tokens,
    cache_creation_input_tokens: tokens,
  },
  SPANS: {
    span_count: { kinds: counted, dimensions: ["span_name", "span_type", "span_status", ...models] },
    latency: { kinds: spread, dimensions: ["span_name", "span_status"] },
    input_cost: cost,
    output_cost: cost,
    total_cost: cost,
  },
  ASSESSMENTS: {
    assessment_count: { kinds: counted, dimensions: ["assessment_name", "assessment_value"] },
    assessment_value: { kinds: spread, dimensions: ["assessment_name"] },
  },
};

/** What a figure is narrowed to; all of them have to fit. */
export interface TraceMetricFilter {
  readonly of: "trace" | "span" | "assessment";
  readonly entity: "status" | "tag" | "metadata" | "name" | "type";
  /** The name of the tag or of the member of the metadata; "" for others. */
  readonly key: string;
  readonly value: string;
}

/** What each kind of filter may name, and whether a key follows. */
export const traceMetricEntities: Readonly<
  Record<TraceMetricFilter["of"], Readonly<Record<string, "keyed" | "plain">>>
> = {
  trace: { status: "plain", tag: "keyed", metadata: "keyed" },
  span: { name: "plain", status: "plain", type: "plain" },
  assessment: { name: "plain", type: "plain" },
};

export interface TraceMetricQuery {
  readonly experimentIds: readonly string[];
  readonly view: TraceMetricView;
  readonly measure: string;
  readonly aggregations: readonly Aggregation[];
  readonly dimensions: readonly string[];
  readonly filters: readonly TraceMetricFilter[];
  /** Milliseconds; both ends are within. */
  readonly from: number | null;
  readonly until: number | null;
  /** Seconds of the parts that time is cut into; null for no such parts. */
  readonly interval: number | null;
  readonly limit: number;
}

export interface TraceMetricPoint {
  /** Milliseconds at which the part of time begins; null where time is not cut up. */
  readonly bucket: number | null;
  /** In the order of the query's dimensions. */
  readonly dimensions: readonly string[];
  /** In the order of its aggregations; null where there was nothing to aggregate. */
  readonly values: readonly (number | null)[];
}

/**
 * How much more often two things meet than by chance: normalized pointwise mutual information, from -1 (never) over 0 (by chance) to 1 (always).
 * NaN where one of them never is. `smoothing` is added to each of the four cells of their table.
 */
export function mutualInformation(
  { both, first, second, all }: Readonly<Record<"both" | "first" | "second" | "all", number>>,
  smoothing: number,
): number {
  const neither = all - first - second + both;
  if (all <= 0 || first === 0 || second === 0 || neither < 0) return Number.NaN;
  if (both === first && both === second && neither === 0) return 1;
  if (both === 0 && smoothing === 0) return -1;
  const total = Math.log(all + 4 * smoothing);
  const joint = Math.log(both + smoothing) - total;
  const apart = Math.log(first + 2 * smoothing) + Math.log(second + 2 * smoothing) - 2 * total;
  return Math.max(-1, Math.min(1, (joint - apart) / -joint));
}
