/**
 * What hangs on runs as the JSON text that clients of MLflow's protocol are sent, one text a run, made by SQLite itself: a page of runs is
 * thousands of rows, and as objects each costs several times as much.
 */

import type { RunTexts } from "../tracking.ts";
import type { Connection } from "./connection.ts";

const greatest = "1.7976931348623157e308";

/** Seventeen digits tell every number apart. What is no number is null in the store, and infinities are the greatest numbers there are. */
const item = `case when last between -${greatest} and ${greatest}
  then format('{"key":%s,"value":%!.17g,"timestamp":%d,"step":%d}', json_quote(name), last, round(last_time), last_step)
  else format('{"key":%s,"value":%s,"timestamp":%d,"step":%d}', json_quote(name),
    case when last is null then '"NaN"' when last > 0 then '${greatest}' else '-${greatest}' end, round(last_time), last_step)
  end`;

const metricsOnce = `select run, min(attempt) <> max(attempt) as isAgain, group_concat(${item}) as text
  from series cross join metric_name on metric_name.id = series.metric
  where run in (select value from json_each(?)) group by run`;

/** Of a metric that several attempts have, the latest value. */
const metricsAgain = `select run, 0 as isAgain, group_concat(${item}) as text
  from (select run, metric, last, last_step, last_time, row_number() over
      (partition by run, metric order by last_step desc, last_time desc, attempt desc) as place
    from series where run in (select value from json_each(?)))
  cross join metric_name on metric_name.id = metric where place = 1 group by run`;

const pairs = (table: "parameter" | "tag") =>
  `select run, group_concat('{"key":' || json_quote(name) || ',"value":' || json_quote(value) || '}') as text
   from ${table} where run in (select value from json_each(?)) and value is not null and name <> ? group by run`;

interface TextRow {
  readonly run: number;
  readonly text: string;
}

/** By the key of the run; `asked` is a JSON list of keys. `nameTag` is the tag that says what the row of the run says, too. */
export function runTexts(connection: Connection, asked: string, nameTag: string): (run: number) => RunTexts {
  const metrics = metricTexts(connection, asked);
  const parameters = textsOf(connection.rows<TextRow>(pairs("parameter"), asked, ""));
  const tags = textsOf(connection.rows<TextRow>(pairs("tag"), asked, nameTag));
  return (run) => ({
    metrics: metrics.get(run) ?? "",
    parameters: parameters.get(run) ?? "",
    tags: tags.get(run) ?? "",
  });
}

function metricTexts(connection: Connection, asked: string): ReadonlyMap<number, string> {
  const rows = connection.rows<TextRow & { isAgain: number }>(metricsOnce, asked);
  const texts = textsOf(rows);
  const again = rows.flatMap(({ run, isAgain }) => (isAgain === 1 ? [run] : []));
  if (again.length > 0)
    for (const { run, text } of connection.rows<TextRow>(metricsAgain, JSON.stringify(again)))
      texts.set(run, text);
  return texts;
}

function textsOf(rows: readonly TextRow[]): Map<number, string> {
  return new Map(rows.map(({ run, text }) => [run, text]));
}
