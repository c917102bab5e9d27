/** Makes what could not be read a finding of its run, once. */

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
