/** How runs are searched by clients of MLflow's protocol. A value that is NaN fits no comparison, and comes after all that are. */

import type { Comparison, OrderTerm } from "../../model/mlflowSearch.ts";
import { runStatusOf } from "../../model/tracking.ts";
import { compared, nullsLast, type Searched, type Sql, sql } from "./search.ts";

const wordOfState = `case run.state ${Object.entries(runStatusOf)
  .map(([state, word]) => `when '${state}' then '${word}'`)
  .join(" ")} end`;

const attributes: Readonly<Record<string, string>> = {
  run_id: "run.id",
  run_name: "run.name",
  user_id: "run.user",
  status: wordOfState,
  start_time: "run.started",
  end_time: "run.ended",
  artifact_uri:
    "(select artifact_location from experiment where experiment.name = run.experiment) || '/' || run.id || '/artifacts'",
};

const lastValue = `(select series.last from series where series.run = run.key
  and series.metric = (select id from metric_name where name = ?) order by attempt desc limit 1)`;

function comparedValue({ entity, key }: Pick<Comparison, "entity" | "key">): Sql {
  switch (entity) {
    case "attribute":
      return sql(attributes[key] ?? "null");
    case "metric":
      return sql(lastValue, key);
    case "parameter":
    case "tag":
      return sql(`(select value from ${entity} where ${entity}.run = run.key and name = ?)`, key);
    case "dataset":
      return sql("null");
  }
}

export const searchedRuns: Searched = {
  table: "run",
  condition(comparison: Comparison): Sql {
    const { entity, key } = comparison;
    if (entity !== "dataset") return compared(comparedValue(comparison), comparison);
    const { text, values } = compared(sql(key === "name" || key === "digest" ? key : "context"), comparison);
    return sql(`exists (select 1 from run_input where run_input.run = run.key and ${text})`, ...values);
  },
  order(term: OrderTerm) {
    return { join: null, by: nullsLast(comparedValue(term), term.ascending) };
  },
  usual: [
    { ...sql("coalesce(run.started, run.created)"), ascending: false },
    { ...sql("run.id"), ascending: true },
  ],
};
