/** Search for traces as SQL. */

import type { FilterTree } from "../../model/filterTree.ts";
import type { TraceClause, TraceField, TraceOrder, TraceQuery } from "../../model/traceSearch.ts";

type Value = string | number | null;

interface Sql {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** What follows `from trace`: conditions and order. */
export function searchSql({ experimentIds, filter, order }: TraceQuery): Sql {
  const conditions = conditionSql(experimentIds, [filter]);
  const ordering = order.map(orderTerm);
  const terms = [...ordering.map(({ sql }) => sql), "time desc", "trace.id"];
  return {
    sql: `${conditions.sql} order by ${terms.join(", ")}`,
    values: [...conditions.values, ...ordering.flatMap(({ values }) => values)],
  };
}

/** Traces of these experiments that fit all of the filters. */
export function conditionSql(
  experimentIds: readonly string[],
  filters: readonly FilterTree<TraceClause>[],
): Sql {
  const conditions = [
    { sql: "experiment in (select value from json_each(?))", values: [JSON.stringify(experimentIds)] },
    ...filters.map(treeSql),
  ];
  return {
    sql: `where ${conditions.map(({ sql }) => sql).join(" and ")}`,
    values: conditions.flatMap(({ values }) => values),
  };
}

function treeSql(tree: FilterTree<TraceClause>): Sql {
  if ("leaf" in tree) return condition(tree.leaf);
  if (tree.parts.length === 0) return { sql: "true", values: [] };
  const parts = tree.parts.map(treeSql);
  return {
    sql: `(${parts.map(({ sql }) => sql).join(` ${tree.join} `)})`,
    values: parts.flatMap(({ values }) => values),
  };
}

const attributeColumns = {
  request_id: "trace.id",
  timestamp_ms: "trace.time",
  execution_time_ms: "duration",
  end_time_ms: "(trace.time + duration)",
  status: "state",
  client_request_id: "client_request_id",
  experiment_id: "experiment",
} as const;

function orderTerm({ field, descending }: TraceOrder): Sql {
  const { sql, values } = fieldValue(field);
  return { sql: `${sql} ${descending ? "desc" : "asc"} nulls last`, values };
}

/** The value of a field that a trace has one of. */
function fieldValue(field: TraceOrder["field"]): Sql {
  switch (field.of) {
    case "attribute":
      return { sql: attributeColumns[field.key], values: [] };
    case "tag":
      return member("tags", field.key);
    case "metadata":
      return member("metadata", field.key);
    case "run":
      return member("metadata", "mlflow.sourceRun");
    default:
      return field satisfies never;
  }
}

function member(column: "tags" | "metadata", key: string): Sql {
  return { sql: `(select value from json_each(${column}) where key = ?)`, values: [key] };
}

function condition(clause: TraceClause): Sql {
  const { field } = clause;
  switch (field.of) {
    case "span":
      return field.key === "content" ? textCondition(clause) : spanCondition(`span.${field.key}`, clause);
    case "spanAttribute":
      return attributeCondition(field.key, clause);
    case "feedback":
    case "expectation":
      return assessmentCondition(field, clause);
    case "run":
      return runCondition(clause);
    default: {
      const { sql, values } = fieldValue(field);
      const compared = comparison(sql, clause);
      return { sql: compared.sql, values: [...values, ...compared.values] };
    }
  }
}

function spanCondition(column: string, clause: TraceClause): Sql {
  const { sql, values } = comparison(column, clause);
  return { sql: `exists (select 1 from span where span.trace = trace.key and ${sql})`, values };
}

/** Any text that a span has, but not the names of JSON's members around it. */
function textCondition(clause: TraceClause): Sql {
  const { sql, values } = comparison("each.atom", clause);
  return {
    sql: `exists (select 1 from span, json_tree(span.content) as each where span.trace = trace.key and each.atom is not null and ${sql})`,
    values,
  };
}

/** A value of an attribute, whichever kind it is of, as text. */
const anyText = `coalesce(json_extract(each.value, '$.value.string_value'), json_extract(each.value, '$.value.int_value'),
  json_extract(each.value, '$.value.double_value'),
  case json_extract(each.value, '$.value.bool_value') when 1 then 'true' when 0 then 'false' end,
  json_extract(each.value, '$.value'))`;

function attributeCondition(key: string, clause: TraceClause): Sql {
  const { sql, values } = comparison(`cast(${anyText} as text)`, clause);
  return {
    sql: `exists (select 1 from span, json_each(span.content, '$.attributes') as each where span.trace = trace.key
      and json_extract(each.value, '$.key') = ? and ${sql})`,
    values: [key, ...values],
  };
}

/** Texts are kept as JSON, in quotes; a filter names them without. */
const plainValue = "case json_type(value) when 'text' then json_extract(value, '$') else value end";

function assessmentCondition(
  field: Extract<TraceField, { of: "feedback" | "expectation" }>,
  clause: TraceClause,
): Sql {
  const of = "from assessment where assessment.trace = trace.key and valid = 1 and kind = ? and name = ?";
  const values = [field.of, field.key];
  if (clause.comparator === "IS NULL") return { sql: `not exists (select 1 ${of})`, values };
  if (clause.comparator === "IS NOT NULL") return { sql: `exists (select 1 ${of})`, values };
  const isOrder = ["<", "<=", ">", ">="].includes(clause.comparator);
  const number = isOrder ? Number(clause.value) : null;
  const compared = comparison(isOrder ? `cast(${plainValue} as real)` : plainValue, {
    ...clause,
    value: number ?? clause.value,
  });
  const onlyNumbers = isOrder ? " and json_type(value) in ('integer', 'real')" : "";
  return {
    sql: `exists (select 1 ${of}${onlyNumbers} and ${compared.sql})`,
    values: [...values, ...compared.values],
  };
}

function runCondition(clause: TraceClause): Sql {
  const own = comparison("(select value from json_each(metadata) where key = 'mlflow.sourceRun')", clause);
  const linked = comparison("trace_run.run_id", clause);
  return {
    sql: `(${own.sql} or exists (select 1 from trace_run where trace_run.trace = trace.key and ${linked.sql}))`,
    values: [...own.values, ...linked.values],
  };
}

function comparison(left: string, { comparator, value }: TraceClause): Sql {
  switch (comparator) {
    case "IS NULL":
      return { sql: `${left} is null`, values: [] };
    case "IS NOT NULL":
      return { sql: `${left} is not null`, values: [] };
    case "IN":
    case "NOT IN": {
      const word = comparator === "IN" ? "in" : "not in";
      return { sql: `${left} ${word} (select value from json_each(?))`, values: [JSON.stringify(value)] };
    }
    case "LIKE":
      // SQLite's LIKE knows no case; GLOB does, with other signs for the same.
      return { sql: `${left} glob ?`, values: [globOf(String(value))] };
    case "ILIKE":
      return { sql: `${left} like ?`, values: [String(value)] };
    case "RLIKE":
      return { sql: `${left} regexp ?`, values: [String(value)] };
    default:
      return {
        sql: `${left} ${comparator} ?`,
        values: [typeof value === "object" ? JSON.stringify(value) : value],
      };
  }
}

function globOf(pattern: string): string {
  return pattern.replace(/[*?[]/g, "[$&]").replace(/%/g, "*").replace(/_/g, "?");
}
