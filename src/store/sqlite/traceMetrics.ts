/** Figures over traces as SQL: one statement each, whatever is asked for. */

import { traceKeys } from "../../model/trace.ts";
import type {
  Aggregation,
  TraceMetricFilter,
  TraceMetricQuery,
  TraceMetricView,
} from "../../model/traceMetrics.ts";

type Value = string | number | null;

export interface MetricSql {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** Rows of `bucket`, `d0`, `d1` …, `a0`, `a1` …, by bucket and dimensions. Names are checked by who asks. */
export function traceMetricSql(query: TraceMetricQuery): MetricSql {
  const { view, measure, aggregations, dimensions, interval, from, until, limit } = query;
  const time = view === "SPANS" ? "span.start" : "trace.time";
  const bucket = interval === null ? "null" : `floor(${time} / ${interval * 1_000}) * ${interval * 1_000}`;
  const groups = ["bucket", ...dimensions.map((_, at) => `d${at}`)];
  const ranked = aggregations.some(({ kind }) => kind === "PERCENTILE");
  const conditions = [
    {
      sql: "trace.experiment in (select value from json_each(?))",
      values: [JSON.stringify(query.experimentIds)],
    },
    ...(from === null ? [] : [{ sql: `${time} >= ?`, values: [from] }]),
    ...(until === null ? [] : [{ sql: `${time} < ?`, values: [until + 1] }]),
    ...query.filters.map(condition),
  ];
  const found = `select ${bucket} as bucket, ${dimensions.map((name, at) => `${dimensionSql(name)} as d${at}, `).join("")}
    ${measureSql(view, measure)} as value from ${sources[view]}
    where ${conditions.map(({ sql }) => sql).join(" and ")}`;
  // Of all of them together there is a figure also where there is none: zero.
  const isWhole = interval === null && dimensions.length === 0;
  const present = ["value", ...groups.slice(1)].map((name) => `${name} is not null`).join(" and ");
  const places = `, row_number() over (partition by ${groups} order by value) - 1 as place, count(*) over (partition by ${groups}) as total`;
  return {
    sql: `with found as (${found}), kept as (select *${ranked ? places : ""} from found where ${present})
      select ${isWhole ? "null as bucket" : groups}, ${aggregations.map((each, at) => `${aggregateSql(each, measure)} as a${at}`)} from kept
      ${isWhole ? "" : `group by ${groups} order by ${groups}`} limit ?`,
    values: [...conditions.flatMap(({ values }) => values), limit],
  };
}

const sources: Readonly<Record<TraceMetricView, string>> = {
  TRACES: "trace",
  SPANS: "trace join span on span.trace = trace.key",
  // One that was replaced by a later one would count twice.
  ASSESSMENTS: "trace join assessment on assessment.trace = trace.key and assessment.valid = 1",
};

function member(column: "tags" | "metadata", key: string): string {
  return `(select value from json_each(trace.${column}) where key = '${key}')`;
}

/** A member of a JSON object within a text of the client, which may hold anything. */
function within(text: string, name: string): string {
  return `(select case when json_valid(said) and json_type(said, '$.${name}') in ('integer', 'real')
    then json_extract(said, '$.${name}') end from (select ${text} as said))`;
}

/** A text, or numbers by name as the JSON of an object. */
const attributeText = `coalesce(json_extract(each.value, '$.value.string_value'),
        (select json_group_object(json_extract(pair.value, '$.key'),
          coalesce(json_extract(pair.value, '$.value.int_value'), json_extract(pair.value, '$.value.double_value')))
        from json_each(each.value, '$.value.kvlist_value.values') as pair having count(*) > 0))`;

/** The text of an attribute of a span. Clients of MLflow write texts as JSON, in quotes. */
function spanAttribute(key: string): string {
  return `(select case when json_valid(said) and json_type(said) = 'text' then json_extract(said, '$') else said end
    from (select ${attributeText} as said
      from json_each(span.content, '$.attributes') as each where json_extract(each.value, '$.key') = '${key}' limit 1))`;
}

/** Numbers as they are, and what can be counted as one: yes, no, true and false. */
const assessmentNumber = `case json_type(assessment.value)
  when 'integer' then json_extract(assessment.value, '$') when 'real' then json_extract(assessment.value, '$')
  when 'true' then 1.0 when 'false' then 0.0
  when 'text' then case lower(trim(json_extract(assessment.value, '$'))) when 'yes' then 1.0 when 'no' then 0.0 end end`;

function measureSql(view: TraceMetricView, measure: string): string {
  const ofTokens = member("metadata", traceKeys.tokens);
  switch (`${view} ${measure}`) {
    case "TRACES session_count":
      return member("metadata", traceKeys.session);
    case "TRACES latency":
      return "trace.duration";
    case "TRACES input_tokens":
    case "TRACES output_tokens":
    case "TRACES total_tokens":
      return `trace.${measure}`;
    case "TRACES cache_read_input_tokens":
    case "TRACES cache_creation_input_tokens":
      return within(ofTokens, measure);
    case "SPANS latency":
      return "span.end - span.start";
    case "SPANS input_cost":
    case "SPANS output_cost":
    case "SPANS total_cost":
      return within(spanAttribute("mlflow.llm.cost"), measure);
    case "ASSESSMENTS assessment_value":
      return assessmentNumber;
    default:
      return "1";
  }
}

function dimensionSql(name: string): string {
  switch (name) {
    case "trace_name":
      return member("tags", traceKeys.name);
    case "trace_status":
      return "trace.state";
    case "span_name":
    case "span_type":
    case "span_status":
      return `span.${name.slice("span_".length)}`;
    case "span_model_name":
      return spanAttribute("mlflow.llm.model");
    case "span_model_provider":
      return spanAttribute("mlflow.llm.provider");
    case "assessment_name":
      return "assessment.name";
    case "assessment_value":
      return "assessment.value";
    default:
      return "null";
  }
}

function aggregateSql({ kind, percentile }: Aggregation, measure: string): string {
  if (kind !== "PERCENTILE")
    return kind === "COUNT" && measure === "session_count" ? "count(distinct value)" : `${kind}(value)`;
  // Between the two values nearest to the place, as much of each as it is near.
  const place = `(${(percentile ?? 50) / 100} * (total - 1))`;
  const share = `(${place} - cast(${place} as integer))`;
  return `sum(case place when cast(${place} as integer) then value * (1 - ${share})
    when cast(${place} as integer) + 1 then value * ${share} else 0 end)`;
}

function condition({ of, entity, key, value }: TraceMetricFilter): MetricSql {
  if (of === "span" || of === "assessment") {
    const column = of === "assessment" && entity === "type" ? "kind" : entity;
    return { sql: `${of}.${column} = ?`, values: [value] };
  }
  if (entity === "status") return { sql: "trace.state = ?", values: [value] };
  const column = entity === "tag" ? "tags" : "metadata";
  const own = `exists (select 1 from json_each(trace.${column}) as each where each.key = ? and each.value = ?)`;
  if (entity !== "metadata" || key !== traceKeys.sourceRun) return { sql: own, values: [key, value] };
  return {
    sql: `(${own} or exists (select 1 from trace_run where trace_run.trace = trace.key and run_id = ?))`,
    values: [key, value, value],
  };
}
