/** Figures over traces, for the pages and programs that watch an application. */

import {
  type Aggregation,
  aggregations,
  mutualInformation,
  type TraceMetricFilter,
  type TraceMetricPoint,
  type TraceMetricQuery,
  traceMeasures,
  traceMetricEntities,
  traceMetricViews,
} from "../../model/traceMetrics.ts";
import { quotedText, readFilter } from "./filterClauses.ts";
import { invalid, missing, Parameters } from "./parameters.ts";
import type { Face, Fields, Route } from "./route.ts";
import { wholeNumber } from "./searches.ts";
import { traceFilter } from "./traceFilter.ts";
import { wireNumber } from "./wire.ts";

const mostPoints = 1_000;
const mostAggregations = 50;
const viewWords = numbered(traceMetricViews);
const aggregationWords = numbered(aggregations);

/** The words of an enum by their numbers, which begin at 1. */
function numbered<T extends string>(words: readonly T[]): Readonly<Record<T, number>> {
  return Object.fromEntries(words.map((word, at) => [word, at + 1])) as Record<T, number>;
}

async function metrics(request: Fields, { store }: Face): Promise<object> {
  const fields = new Parameters(request);
  const experimentIds = fields.texts("experiment_ids");
  const view = fields.wordOrNull("view_type", viewWords);
  const measure = fields.requiredText("metric_name");
  const asked = fields.list("aggregations", readAggregation);
  const dimensions = fields.texts("dimensions");
  if (experimentIds.length === 0) throw missing("experiment_ids");
  if (view === null) throw missing("view_type");
  if (asked.length === 0) throw missing("aggregations");
  if (asked.length > mostAggregations) throw invalid(`More than ${mostAggregations} aggregations.`);
  const measures = traceMeasures[view];
  const known = Object.hasOwn(measures, measure) ? measures[measure] : undefined;
  if (known === undefined)
    throw invalid(`metric_name must be one of ${listed(Object.keys(measures))}, got '${measure}'`);
  const kinds = [...new Set(asked.map(({ kind }) => kind))].filter((kind) => !known.kinds.includes(kind));
  if (kinds.length > 0)
    throw invalid(
      `Found invalid aggregation_type(s): ${listed(kinds.sort())}. Supported aggregation types: ${listed([...known.kinds].sort())}`,
    );
  const strange = [...new Set(dimensions)].filter((name) => !known.dimensions.includes(name));
  if (strange.length > 0)
    throw invalid(
      `Found invalid dimension(s): ${listed(strange.sort())}. Supported dimensions: ${listed([...known.dimensions].sort())}`,
    );
  const interval = fields.integerOrNull("time_interval_seconds") || null;
  const [from, until] = [fields.integerOrNull("start_time_ms"), fields.integerOrNull("end_time_ms")];
  if (interval !== null && (from === null || until === null))
    throw invalid("start_time_ms and end_time_ms are required if time_interval_seconds is set");
  if (interval !== null && interval < 0) throw invalid("time_interval_seconds must be positive.");
  const query: TraceMetricQuery = {
    ...{ experimentIds, view, measure, aggregations: asked, dimensions: [...new Set(dimensions)] },
    ...{
      filters: fields.texts("filters").map((text) => readMetricFilter(text, view)),
      from,
      until,
      interval,
    },
    limit: wholeNumber(fields.integerOrNull("max_results") ?? mostPoints, mostPoints),
  };
  const points = await store.traces.metrics(query);
  return {
    data_points: points.length === 0 ? undefined : points.map((point) => pointMessage(point, query)),
  };
}

function readAggregation(fields: Parameters): Aggregation {
  const kind = fields.wordOrNull("aggregation_type", aggregationWords);
  if (kind === null) throw missing("aggregation_type");
  const percentile = fields.numberOrNull("percentile_value");
  if (kind !== "PERCENTILE" && percentile !== null)
    throw invalid(`Percentile value is only allowed for PERCENTILE aggregation type, got ${kind}`);
  if (kind === "PERCENTILE" && percentile === null)
    throw invalid("Percentile value is required for PERCENTILE aggregation");
  if (percentile !== null && !(percentile >= 0 && percentile <= 100))
    throw invalid(`Percentile value must be between 0 and 100, got ${percentile}`);
  return { kind, percentile };
}

/** `trace.status = 'OK'`, ``trace.tag.`a b` = 'x'``, `span.name = 'x'`. One clause each. */
function readMetricFilter(text: string, view: TraceMetricQuery["view"]): TraceMetricFilter {
  const tree = readFilter(text);
  if (!("leaf" in tree)) throw invalid(`Invalid filter: '${text}'. Expected one filter clause.`);
  const { entity: of, key: name, comparator, value } = tree.leaf;
  if (of !== "trace" && of !== "span" && of !== "assessment")
    throw invalid(
      `Invalid identifier '${name}'. Columns should be specified as 'trace.<key>', 'span.<key>', 'assessment.<key>'.`,
    );
  const [, word = "", key = ""] = /^([^.]*)(?:\.(.*))?$/s.exec(name) ?? [];
  const kind = Object.hasOwn(traceMetricEntities[of], word) ? traceMetricEntities[of][word] : undefined;
  if (kind === undefined)
    throw invalid(
      `Invalid entity '${word}' specified for view type '${of}'. Valid entities are ${listed(Object.keys(traceMetricEntities[of]))}`,
    );
  if (kind === "keyed" && key === "")
    throw invalid(`Filtering by ${word} requires a key, e.g. '${of}.${word}.<key> = <value>'`);
  if (kind === "plain" && key !== "")
    throw invalid(`Filtering by ${word} does not require a key, use '${of}.${word}' instead`);
  if (comparator !== "=")
    throw invalid(`Invalid comparator: '${comparator}', only '=' operator is supported`);
  const views = { trace: view, span: "SPANS", assessment: "ASSESSMENTS" } as const;
  if (views[of] !== view)
    throw invalid(`Filtering by ${of} is only supported for ${views[of]} view type, got ${view}`);
  const entity = word as TraceMetricFilter["entity"];
  return { of, entity, key: key.replace(/^([`"])(.*)\1$/s, "$2"), value: quotedText(value, word) };
}

function pointMessage({ bucket, dimensions, values }: TraceMetricPoint, query: TraceMetricQuery): object {
  const at = bucket === null ? {} : { time_bucket: isoTime(bucket) };
  return {
    metric_name: query.measure,
    dimensions: { ...at, ...named(query.dimensions, dimensions) },
    values: named(
      query.aggregations.map(({ kind, percentile }) =>
        percentile === null ? kind : `P${floatText(percentile)}`,
      ),
      values.map((value) => (value === null ? undefined : wireNumber(value))),
    ),
  };
}

function named<T>(names: readonly string[], values: readonly T[]): Readonly<Record<string, T>> {
  return Object.fromEntries(names.map((name, at) => [name, values[at] as T]));
}

/** As Python writes a time of UTC and a float. */
function isoTime(time: number): string {
  return new Date(time).toISOString().replace(/(?:\.000)?Z$/, "+00:00");
}

function floatText(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function listed(words: readonly string[]): string {
  return `[${words.map((word) => `'${word}'`).join(", ")}]`;
}

/** How much two filters find the same traces, beyond chance. */
async function correlation(request: Fields, { store }: Face): Promise<object> {
  const fields = new Parameters(request);
  const experimentIds = fields.texts("experiment_ids");
  const [one, other] = [fields.requiredText("filter_string1"), fields.requiredText("filter_string2")];
  const base = traceFilter(fields.text("base_filter"));
  if (experimentIds.length === 0) throw missing("experiment_ids");
  const [a, b] = [traceFilter(one), traceFilter(other)];
  const [all = 0, first = 0, second = 0, both = 0] = await store.traces.counts(experimentIds, [
    [base],
    [base, a],
    [base, b],
    [base, a, b],
  ]);
  const table = { all, first, second, both };
  return {
    npmi: wireNumber(mutualInformation(table, 0)),
    npmi_smoothed: wireNumber(mutualInformation(table, 0.5)),
    ...{ filter1_count: first, filter2_count: second, joint_count: both, total_count: all },
  };
}

export const traceAnalysisRoutes: readonly Route[] = [
  { method: "POST", path: "mlflow/traces/metrics", major: 3, answer: metrics },
  { method: "POST", path: "mlflow/traces/calculate-filter-correlation", major: 3, answer: correlation },
];
