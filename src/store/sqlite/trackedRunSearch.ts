/** What a search for runs over MLflow's protocol may look at, as SQL. */

import type { Comparison, OrderTerm, SearchNode } from "../../model/mlflowSearch.ts";
import { runNameTag, runStatusOf, runStatusWords } from "../../model/tracking.ts";
import { compared, joined, nullsLast, type Ordered, type Searched, type Sql, sql } from "./search.ts";

const started = "coalesce(run.started, run.created)";

const attributes: Readonly<Record<string, string>> = {
  run_id: "run.id",
  run_name: "run.name",
  user_id: "run.user",
  start_time: started,
  end_time: "run.ended",
  artifact_uri:
    "(select artifact_location from experiment where name = run.experiment) || '/' || run.id || '/artifacts'",
  status: `case run.state ${Object.entries(runStatusOf)
    .map(([state, word]) => `when '${state}' then '${word}'`)
    .join(" ")} end`,
};

const inputColumns: Readonly<Record<string, string>> = { name: "name", digest: "digest", context: "context" };

/** Order that says nothing else: newest first. */
const newestFirst: Ordered = { ...sql(started), ascending: false };
const byId: Ordered = { ...sql("run.id"), ascending: true };

export const searchedRuns: Searched = {
  table: "run",
  condition(comparison, { filter }) {
    const { entity, key } = comparison;
    switch (entity) {
      case "metric":
        return isNarrowed(filter) ? metricOfRunIs(comparison) : metricIs(comparison);
      case "dataset":
        return joined([
          sql("exists (select 1 from run_input where run_input.run = run.key and "),
          compared(sql(`run_input.${inputColumns[key] ?? "name"}`), comparison),
          sql(")"),
        ]);
      case "attribute":
        return key === "status" ? statusIs(comparison) : compared(attribute(key), comparison);
      default:
        return entity === "tag" && key === runNameTag
          ? compared(sql("run.name"), comparison)
          : textIs(entity, comparison);
    }
  },
  order({ entity, key, ascending }: OrderTerm, at: number) {
    if (entity === "metric") return byMetric(key, ascending, at);
    if (entity === "tag" && key === runNameTag)
      return { join: null, by: [{ ...sql("run.name"), ascending }] };
    if (entity === "attribute" && key === "end_time")
      return { join: null, by: nullsLast(attribute(key), ascending) };
    if (entity === "attribute") return { join: null, by: [{ ...attribute(key), ascending }] };
    const value = sql(
      `(select value from ${entity} as t where t.run = run.key and t.name = ? and t.value is not null)`,
      key,
    );
    return { join: null, by: nullsLast(value, ascending) };
  },
  usual: [newestFirst, byId],
};

function attribute(key: string): Sql {
  return sql(attributes[key] ?? "null");
}

const metricNumber = "(select id from metric_name where name = ?)";
const again = `select run from series indexed by series_again where metric = ${metricNumber} and attempt > 1`;

/** The latest value of a metric in every run that has it: one pass over an index. The few runs that have it in several attempts stand apart. */
const latest = `select run, last as value from series where metric = ${metricNumber} and run not in (${again})
  union all select run, last from (select run, last, row_number() over
      (partition by run order by last_step desc, last_time desc, attempt desc) as place
    from series where metric = ${metricNumber} and run in (${again})) where place = 1`;
const latestOf = (key: string) => sql(latest, key, key, key, key);

/** Is something said of the runs that leaves few of them, so that it costs less to look the metric up in those? */
function isNarrowed(filter: SearchNode | null): boolean {
  if (filter?.kind !== "and") return false;
  return filter.parts.some((part) => part.kind === "comparison" && part.entity !== "metric");
}

function metricIs(comparison: Comparison): Sql {
  return joined([
    sql("run.key in (select run from ("),
    latestOf(comparison.key),
    sql(") where "),
    valueIs("value", comparison),
    sql(")"),
  ]);
}

function metricOfRunIs(comparison: Comparison): Sql {
  return joined([
    sql(
      `exists (select 1 from series where metric = ${metricNumber} and series.run = run.key and `,
      comparison.key,
    ),
    valueIs("last", comparison),
    sql(` and not exists (select 1 from series as later where later.metric = series.metric and later.run = series.run
      and (later.last_step, later.last_time, later.attempt) > (series.last_step, series.last_time, series.attempt)))`),
  ]);
}

/** NaN, which the store keeps as null, differs from every number. */
function valueIs(column: string, comparison: Comparison): Sql {
  return comparison.operator === "!="
    ? sql(`${column} is not ?`, comparison.value as number)
    : compared(sql(column), comparison);
}

/** Numbers, then NaN (a null of the store), then runs without the metric. */
function byMetric(key: string, ascending: boolean, at: number) {
  const of = `m${at}`;
  const rank = `case when ${of}.run is null then 2 when ${of}.value is null then 1 else 0 end`;
  return {
    join: joined([sql("left join ("), latestOf(key), sql(`) as ${of} on ${of}.run = run.key `)]),
    by: [
      { ...sql(rank), ascending: true },
      { ...sql(`${of}.value`), ascending },
    ],
  };
}

function textIs(table: "parameter" | "tag", comparison: Comparison): Sql {
  const of = `select 1 from ${table} as t where t.run = run.key and t.name = ? and t.value is not null`;
  const { operator, key } = comparison;
  if (operator === "IS NULL") return sql(`not exists (${of})`, key);
  if (operator === "IS NOT NULL") return sql(`exists (${of})`, key);
  // By its value, which an index finds: most often few runs have the same one.
  if (table === "parameter" && operator === "=")
    return sql(
      "run.key in (select run from parameter where name = ? and value = ?)",
      key,
      comparison.value as string,
    );
  const { text, values } = compared(sql("t.value"), comparison);
  return sql(`exists (${of} and ${text})`, key, ...values);
}

/** A status is a word for several states: which words fit is seen here, so that the index of states serves. */
function statusIs(comparison: Comparison): Sql {
  const words = new Set<string>(runStatusWords.filter((word) => fits(word, comparison)));
  const states = Object.entries(runStatusOf).flatMap(([state, word]) => (words.has(word) ? [state] : []));
  return sql("run.state in (select value from json_each(?))", JSON.stringify(states));
}

function fits(word: string, { operator, value }: Comparison): boolean {
  switch (operator) {
    case "=":
      return word === value;
    case "!=":
      return word !== value;
    case "IN":
      return Array.isArray(value) && value.includes(word);
    case "NOT IN":
      return Array.isArray(value) && !value.includes(word);
    case "LIKE":
      return isLike(word, String(value));
    case "ILIKE":
      return isLike(word.toLowerCase(), String(value).toLowerCase());
    default:
      return false;
  }
}

/** Does the word fit the pattern? Built of parts between the percent signs, so that no pattern is slow. */
function isLike(word: string, pattern: string): boolean {
  const fitsAt = (part: string, at: number) =>
    at + part.length <= word.length &&
    [...part].every((sign, index) => sign === "_" || sign === word[at + index]);
  const parts = pattern.split("%");
  const [first = "", ...rest] = parts;
  if (!fitsAt(first, 0)) return false;
  if (rest.length === 0) return first.length === word.length;
  const last = rest.pop() ?? "";
  let at = first.length;
  for (const part of rest) {
    while (at <= word.length && !fitsAt(part, at)) at++;
    if (at > word.length) return false;
    at += part.length;
  }
  return word.length - last.length >= at && fitsAt(last, word.length - last.length);
}
