import { type BenchRow, figure } from "./row.ts";

/** Budget against figure for people: one line a row, a missed budget marked in words. */
export function table(rows: readonly BenchRow[]): string {
  const cells = rows.map((row) => [row.name, row.budget, row.measured, spanOf(row), markOf(row)] as const);
  const all = [["what", "budget", "measured", "from – to", ""] as const, ...cells];
  const width = (column: 0 | 1 | 2 | 3) => Math.max(...all.map((row) => row[column].length));
  const [name, budget, measured, span] = [width(0), width(1), width(2), width(3)];
  return all
    .map(
      (row) =>
        `${row[0].padEnd(name)}  ${row[1].padStart(budget)}  ${row[2].padStart(measured)}  ${row[3].padStart(span)}  ${row[4]}`,
    )
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

function spanOf({ low, high }: BenchRow): string {
  return low === undefined || high === undefined ? "" : `${figure(low)} – ${figure(high)}`;
}

function markOf({ ok, budget }: BenchRow): string {
  if (!ok) return "✗ missed";
  return budget === "" ? "" : "✓";
}
