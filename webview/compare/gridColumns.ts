/** The columns of the compare table: everything in which runs can differ, ready to be shown and sorted. Pure. */

import { type ComparisonCell, compareRuns, sameCell } from "../../src/model/comparison.ts";
import { knownDirection, type MetricDirection } from "../../src/model/direction.ts";
import { formatDelta, formatDuration, formatValue } from "../../src/model/format.ts";
import { isBookkeeping } from "../../src/model/keyMetric.ts";
import type { RunFile } from "../../src/model/lineage.ts";
import { type Run, terminalStates } from "../../src/model/run.ts";

// Of a hundred metrics only some stand before the parameters, so that both are in sight.
const firstMetrics = 3;

export type ColumnGroup = "trend" | "metric" | "parameter" | "data" | "fact" | "tag" | "note";

export interface GridCell extends ComparisonCell {
  /** As it stands in the table; `text` is the full value. */
  readonly shown: string;
}

export interface GridColumn {
  readonly id: string;
  readonly group: ColumnGroup;
  readonly title: string;
  /** One per run, in the order of the runs. */
  readonly cells: readonly (GridCell | null)[];
  readonly numeric: boolean;
  readonly differs: boolean;
  readonly direction: MetricDirection | null;
  /** The best value where the direction is known and the runs differ. */
  readonly best: number | null;
  /** In the column of the trend: values of the key metric over each run. */
  readonly trends?: readonly (readonly number[])[];
}

/** Which way metrics get better where a person has said so. */
export type Directions = Readonly<Record<string, MetricDirection | "none">>;

/** Files by run id, as far as they are known. */
export type FilesOfRuns = ReadonlyMap<string, readonly RunFile[]>;

/**
 * All columns: the key metric of most runs and its trend, some other metrics (those that most runs have first), parameters, data, code,
 * duration, the remaining metrics, facts, tags, note.
 */
export function gridColumns(
  runs: readonly Run[],
  files: FilesOfRuns,
  now: number,
  directions: Directions = {},
): readonly GridColumn[] {
  const compared = compareRuns(runs).columns.map(({ kind, key, cells }) => {
    const shown = cells.map((cell, index) => cell && shownCell(kind, key, cell, runs[index]));
    return column(kind, key, shown, kind === "metric" ? directions[key] : undefined);
  });
  const of = (group: ColumnGroup) => compared.filter((each) => each.group === group);
  const facts = of("fact").filter((each) => each.title !== "code");
  const code = of("fact").filter((each) => each.title === "code");
  const [key, ...metrics] = keyFirst(of("metric"), runs);
  return [
    ...(key === undefined ? [] : [key, ...trendColumn(runs)]),
    ...metrics.slice(0, firstMetrics),
    ...of("parameter"),
    ...dataColumns(runs, files),
    ...code,
    column(
      "fact",
      "duration",
      runs.map((run) => durationCell(run, now)),
    ),
    ...metrics.slice(firstMetrics),
    ...facts,
    ...of("tag"),
    column(
      "note",
      "note",
      runs.map((run) => (run.note === "" ? null : plainCell(run.note.replace(/\s+/g, " "), run.note))),
    ),
  ];
}

/** What a person has shown or hidden by its id; of the others those in which the runs differ, or with one run all that hold anything. */
export function shownColumns(
  columns: readonly GridColumn[],
  runs: number,
  onlyDifferences: boolean,
  chosen: Readonly<Record<string, boolean>> = {},
): readonly GridColumn[] {
  const shownOfItself = (column: GridColumn) =>
    onlyDifferences && runs > 1 ? column.differs : column.cells.some((cell) => cell !== null);
  return columns.filter((column) => chosen[column.id] ?? shownOfItself(column));
}

/** The key metric of most runs, or null. */
export function keyMetricOf(runs: readonly Run[]): string | null {
  const votes = new Map<string, number>();
  for (const { keyMetric } of runs)
    if (keyMetric !== null) votes.set(keyMetric, (votes.get(keyMetric) ?? 0) + 1);
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

/** What a cell is against the baseline's. */
export interface Difference {
  readonly differs: boolean;
  /** e.g. "+0.008"; null where it makes no sense. */
  readonly delta: string | null;
  readonly better: boolean | null;
}

/** Compares with the baseline's cell. Deltas are for metrics and durations only: a parameter has no better. */
export function differenceOf(
  column: GridColumn,
  cell: GridCell | null,
  baseline: GridCell | null,
): Difference {
  const differs = !sameCell(cell, baseline);
  const comparable = column.group === "metric" && differs;
  const [now, before] = [cell?.number ?? null, baseline?.number ?? null];
  if (!comparable || now === null || before === null || !Number.isFinite(now - before))
    return { differs, delta: null, better: null };
  const better = column.direction === null ? null : now > before === (column.direction === "up");
  return { differs, delta: formatDelta(Number((now - before).toPrecision(2))), better };
}

function column(
  group: ColumnGroup,
  title: string,
  cells: readonly (GridCell | null)[],
  told?: MetricDirection | "none",
): GridColumn {
  const present = cells.filter((cell) => cell !== null);
  const first = cells[0] ?? null;
  const differs = cells.some((cell) => !sameCell(first, cell));
  const direction = group !== "metric" || told === "none" ? null : (told ?? knownDirection(title));
  const numbers = present
    .map((cell) => cell.number)
    .filter((value) => value !== null && Number.isFinite(value));
  const best =
    direction === null || !differs || numbers.length < 2
      ? null
      : numbers.reduce((a, b) => (direction === "up" ? Math.max(a ?? 0, b ?? 0) : Math.min(a ?? 0, b ?? 0)));
  return {
    id: `${group}:${title}`,
    group,
    title,
    cells,
    numeric: present.length > 0 && present.every((cell) => cell.number !== null),
    differs,
    direction,
    best,
  };
}

const plainCell = (shown: string, text = shown): GridCell => ({ shown, text, number: null });

function shownCell(kind: string, key: string, cell: ComparisonCell, run: Run | undefined): GridCell {
  if (kind === "metric" && cell.number !== null) {
    const summary = run?.metrics[key];
    const range =
      summary === undefined
        ? ""
        : `; lowest ${summary.min}, highest ${summary.max}, ${summary.count.toLocaleString("en-US")} points`;
    return { ...cell, text: `${cell.text}${range}`, shown: formatValue(cell.number) };
  }
  if (kind === "fact" && key === "code" && run?.code) {
    const id = (run.code.head ?? run.code.id).replace(/^sha256:/, "").slice(0, 7);
    return { ...cell, shown: run.code.changed_count > 0 ? `${id} + ${run.code.changed_count}` : id };
  }
  // The record's word is the British one.
  if (kind === "fact" && key === "state" && cell.text === "cancelled") return plainCell("canceled");
  // Long numbers in a few digits; all of them on hover.
  const long = cell.number !== null && cell.text.length > 10;
  return { ...cell, shown: long ? formatValue(cell.number ?? Number.NaN) : cell.text };
}

function durationCell(run: Run, now: number): GridCell | null {
  if (run.started === null) return null;
  const end = run.ended ?? (terminalStates.has(run.state) ? null : now);
  return end === null
    ? null
    : {
        shown: formatDuration(end - run.started),
        text: formatDuration(end - run.started),
        number: end - run.started,
      };
}

/** One column per path that any run read: which version of it, equal where the bytes are equal. */
function dataColumns(runs: readonly Run[], files: FilesOfRuns): readonly GridColumn[] {
  const read = (run: Run) => (files.get(run.id) ?? []).filter((file) => file.direction === "read");
  const paths = [...new Set(runs.flatMap((run) => read(run).map((file) => file.path)))].sort();
  return paths.map((path) => {
    const cells = runs.map((run) => {
      const file = read(run).find((each) => each.path === path);
      if (file === undefined) return null;
      const name =
        file.version === null
          ? (file.digest?.replace(/^sha256:/, "").slice(0, 7) ?? "unknown")
          : `v${file.version}`;
      return { shown: name, text: file.digest ?? file.node, number: null };
    });
    return column("data", path, cells);
  });
}

/** The way of the key metric through each run; left out where no run has more than one value. */
function trendColumn(runs: readonly Run[]): readonly GridColumn[] {
  const trends = runs.map((run) => run.sparkline);
  if (!trends.some((values) => values.length > 1)) return [];
  const cells = trends.map((values) =>
    values.length > 1 ? plainCell("", `${values.length} values of the key metric over the run`) : null,
  );
  return [{ ...column("trend", "trend", cells), differs: true, trends }];
}

/** The key metric first, bookkeeping (learning rate, epoch) last, between them those that most runs have first. */
function keyFirst(metrics: readonly GridColumn[], runs: readonly Run[]): readonly GridColumn[] {
  const key = keyMetricOf(runs);
  const present = new Map(
    metrics.map((metric) => [metric, metric.cells.filter((cell) => cell !== null).length]),
  );
  return [...metrics].sort(
    (a, b) =>
      Number(b.title === key) - Number(a.title === key) ||
      Number(isBookkeeping(a.title)) - Number(isBookkeeping(b.title)) ||
      (present.get(b) ?? 0) - (present.get(a) ?? 0),
  );
}
