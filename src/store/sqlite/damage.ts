/** Makes what could not be read a finding of its run, once. */

import type { ColumnsQuery, MissingPoints, SeriesColumns } from "../../model/metric.ts";
import type { Connection } from "./connection.ts";
import type { Damage } from "./storedLine.ts";

const longestName = 100;

/** A chunk that is damaged is left out of every answer; the run says so from then on. */
export function noteDamage(connection: Connection, damage: readonly Damage[]): void {
  connection.write(() => {
    for (const { series, number } of damage) {
      const run = connection.row<{ key: number; findings: number }>(
        "select key, findings from run where id = ?",
        series.runId,
      );
      const chunk = connection.row<{ count: number; step0: number; step1: number }>(
        "select count, step0, step1 from chunk where series = ? and number = ?",
        ...[series.id, number],
      );
      if (run === undefined || chunk === undefined) continue;
      const text = describe(series.key, series.attempt, chunk);
      const said = "select 1 from finding where run = ? and code = ? and text = ?";
      if (connection.row(said, run.key, code, text) !== undefined) continue;
      connection.change(
        `insert into finding (run, number, code, text, time, line)
         values (?, (select coalesce(max(number), 0) + 1 from finding where run = ?), ?, ?, ?, null)`,
        ...[run.key, run.key, code, text, Date.now()],
      );
      connection.change("update run set findings = ? where key = ?", run.findings + 1, run.key);
    }
  });
}

/** The series with where their damaged chunks lie on the axis; on that of another metric nobody knows. */
export function withMissing(
  connection: Connection,
  series: readonly SeriesColumns[],
  damage: readonly Damage[],
  axis: ColumnsQuery["axis"],
): readonly SeriesColumns[] {
  if (damage.length === 0 || typeof axis !== "string") return series;
  return series.map((columns) => {
    const own = damage.filter(
      ({ series: { runId, attempt, key } }) =>
        runId === columns.runId && attempt === columns.attempt && key === columns.key,
    );
    // The points are read twice where they are smoothed, too.
    const numbers = new Set(own.map(({ number }) => number));
    const missing = [...numbers].flatMap((number) => missingOf(connection, own[0]?.series, number, axis));
    return missing.length === 0 ? columns : { ...columns, missing };
  });
}

function missingOf(
  connection: Connection,
  series: Damage["series"] | undefined,
  number: number,
  axis: "step" | "relative" | "wall",
): readonly MissingPoints[] {
  if (series === undefined) return [];
  const column = axis === "step" ? "step" : "time";
  const chunk = connection.row<MissingPoints>(
    `select count, ${column}0 as "from", ${column}1 as "to" from chunk where series = ? and number = ?`,
    ...[series.id, number],
  );
  if (chunk === undefined) return [];
  const shift = axis === "relative" ? series.started : 0;
  return [{ from: chunk.from - shift, to: chunk.to - shift, count: chunk.count }];
}

const code = "store.chunk";

function describe(
  key: string,
  attempt: number,
  { count, step0, step1 }: { readonly count: number; readonly step0: number; readonly step1: number },
): string {
  const name = key.length > longestName ? `${key.slice(0, longestName)}…` : key;
  return (
    `${count} points of ${name} (steps ${step0} to ${step1}, attempt ${attempt}) can't be read: the store is damaged there. ` +
    "The rest is whole. Rebuild the store to take them from the run directory again."
  );
}
