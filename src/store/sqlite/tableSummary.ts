/** Which columns a table of runs could show, and whether they tell its runs apart. */

import { numberOf } from "../../model/comparison.ts";
import type { ColumnSummary, TableSummary } from "../../model/runTable.ts";
import type { Connection } from "./connection.ts";
import type { MetricColumns } from "./metricColumns.ts";

/** Of the runs with the given keys, whose metrics `columns` reads. */
export function tableSummary(
  connection: Connection,
  runs: readonly number[],
  columns: MetricColumns,
): TableSummary {
  const keys = JSON.stringify(runs);
  return {
    metrics: columns.summaries(),
    parameters: textSummaries(connection, "parameter", keys, runs.length),
    tags: textSummaries(connection, "tag", keys, runs.length),
  };
}

interface TextRow {
  readonly name: string;
  readonly runs: number;
  readonly least: string;
  readonly most: string;
}

function textSummaries(
  connection: Connection,
  table: "parameter" | "tag",
  keys: string,
  count: number,
): readonly ColumnSummary[] {
  const rows = connection.rows<TextRow>(
    `select name, count(*) as runs, min(value) as least, max(value) as most from ${table}
     where run in (select value from json_each(?)) and value is not null group by name order by name`,
    keys,
  );
  return rows.map(({ name, runs, least, most }) => {
    // Where the ends are one number, what lies between them by its text may still be another.
    const isOne = table === "parameter" && isOneNumber(least, most) && areOneNumber(connection, keys, name);
    return { key: name, runs, differs: runs < count || (least !== most && !isOne) };
  });
}

function isOneNumber(left: string, right: string): boolean {
  const number = numberOf(left);
  return number !== null && number === numberOf(right);
}

/** Different texts may still be one number: 0.01 and 1e-2. */
function areOneNumber(connection: Connection, keys: string, name: string): boolean {
  const texts = connection.each<{ value: string }>(
    "select distinct value from parameter where name = ? and run in (select value from json_each(?))",
    ...[name, keys],
  );
  let first: number | null = null;
  for (const { value } of texts) {
    const number = numberOf(value);
    if (number === null || (first !== null && number !== first)) return false;
    first = number;
  }
  return true;
}
