/** Makes what could not be read a finding of its run, once. */

import type { ColumnsQuery, MissingPoints, SeriesColumns } from "../../model/metric.ts";
import type { StepPoints } from "../metricAxis.ts";
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

/**
 * The series with where their damaged chunks lie on the axis; on that of another metric, where its points at the same steps lie (`over`, by the
 * ids of damaged series).
 */
export function withMissing(
  connection: Connection,
  series: readonly SeriesColumns[],
  damage: readonly Damage[],
  axis: ColumnsQuery["axis"],
  over: ReadonlyMap<number, StepPoints>,
): readonly SeriesColumns[] {
  if (damage.length === 0) return series;
  return series.map((columns) => {
    const own = damage.filter(
      ({ series: { runId, attempt, key } }) =>
        runId === columns.runId && attempt === columns.attempt && key === columns.key,
    );
    // The points are read twice where they are smoothed, too.
    const numbers = new Set(own.map(({ number }) => number));
    const of = own[0]?.series;
    const missing = [...numbers].flatMap((number) => {
      if (of === undefined) return [];
      if (typeof axis === "string") return missingOf(connection, of, number, axis);
      return missingOver(missingOf(connection, of, number, "step"), over.get(of.id));
    });
    return missing.length === 0 ? columns : { ...columns, missing };
  });
}

function missingOf(
  connection: Connection,
  series: Damage["series"],
  number: number,
  axis: "step" | "relative" | "wall",
): readonly MissingPoints[] {
  const column = axis === "step" ? "step" : "time";
  const chunk = connection.row<MissingPoints>(
    `select count, ${column}0 as "from", ${column}1 as "to" from chunk where series = ? and number = ?`,
    ...[series.id, number],
  );
  if (chunk === undefined) return [];
  const shift = axis === "relative" ? series.started : 0;
  return [{ from: chunk.from - shift, to: chunk.to - shift, count: chunk.count }];
}

/** Between the least and the greatest value that the other metric has at these steps; nowhere, where it has none. */
function missingOver(
  steps: readonly MissingPoints[],
  over: StepPoints | undefined,
): readonly MissingPoints[] {
  return steps.flatMap(({ from, to, count }) => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const [at, step] of (over?.steps ?? []).entries()) {
      const value = over?.values[at] ?? Number.NaN;
      if (step < from || step > to || !Number.isFinite(value)) continue;
      [least, most] = [Math.min(least, value), Math.max(most, value)];
    }
    return least > most ? [] : [{ from: least, to: most, count }];
  });
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
