/** The columns of the compare table: everything in which runs can differ, ready to be shown and sorted. Pure. */

import { codeId, columnId, firstMetrics, orderedMetrics } from "../../src/model/compareTable.ts";
import { knownDirection, type MetricDirection } from "../../src/model/direction.ts";
import { formatDelta, formatDuration } from "../../src/model/format.ts";
import type { RunFile } from "../../src/model/lineage.ts";
import { terminalStates } from "../../src/model/run.ts";
import type { ColumnSummary, MetricColumnSummary } from "../../src/model/runTable.ts";
import {
  type Cells,
  cellColumn,
  cellsDiffer,
  type GridCell,
  lateColumn,
  noCells,
  numberColumn,
  textColumn,
  withoutEmpty,
} from "./columnCells.ts";
import type { ComparedRuns, CompareRun } from "./comparedRuns.ts";

export type ColumnGroup = "trend" | "metric" | "parameter" | "data" | "fact" | "tag" | "note";

export interface GridColumn {
  readonly id: string;
  readonly group: ColumnGroup;
  readonly title: string;
  /** In the order of the runs; empty until they have come. */
  readonly cells: Cells;
  readonly loaded: boolean;
  /** How many runs have a value. */
  readonly present: number;
  readonly numeric: boolean;
  readonly differs: boolean;
  readonly direction: MetricDirection | null;
  /** The best value where the direction is known and the runs differ; `isBest` tells where it is marked. */
  readonly best: number | null;
  /** In the column of the trend: values of the key metric over a run. */
  readonly trend?: (index: number) => readonly number[];
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
  known: ComparedRuns,
  files: FilesOfRuns,
  now: number,
  directions: Directions = {},
): readonly GridColumn[] {
  const { summary } = known;
  const [key, ...metrics] = orderedMetrics(summary).map((metric) =>
    metricColumn(known, metric, directions[metric.key]),
  );
  const texts = (kind: "parameter" | "tag") =>
    summary[`${kind}s`].map((column) => textsColumn(known, kind, column));
  return [
    ...(key === undefined ? [] : [key, ...trendColumn(known, key.title)]),
    ...metrics.slice(0, firstMetrics - 1),
    ...texts("parameter"),
    ...dataColumns(known.runs, files),
    codeColumn(known),
    column("fact", "duration", durationCells(known.runs, now)),
    ...metrics.slice(firstMetrics - 1),
    ...factColumns(known),
    ...texts("tag"),
    noteColumn(known),
  ];
}

/** What a person has shown or hidden by its id; of the others those in which the runs differ, or with one run all that hold anything. */
export function shownColumns(
  columns: readonly GridColumn[],
  runs: number,
  onlyDifferences: boolean,
  chosen: Readonly<Record<string, boolean>> = {},
): readonly GridColumn[] {
  const shownOfItself = ({ differs, present }: GridColumn) =>
    onlyDifferences && runs > 1 ? differs : present > 0;
  return columns.filter((column) => chosen[column.id] ?? shownOfItself(column));
}

/** More runs than this that share the best value are no news. */
const mostBest = 3;
const bestRuns = new WeakMap<Cells, { readonly best: number; readonly runs: number }>();

/** Whether a value is marked as the best of its column. */
export function isBest({ best, cells }: GridColumn, value: number): boolean {
  if (best === null || value !== best) return false;
  const known = bestRuns.get(cells);
  const found = known?.best === best ? known : { best, runs: runsWith(cells, best) };
  bestRuns.set(cells, found);
  return found.runs <= mostBest;
}

function runsWith(cells: Cells, value: number): number {
  let runs = 0;
  for (let index = 0; index < cells.length && runs <= mostBest; index++)
    if (cells.has(index) && cells.number(index) === value) runs++;
  return runs;
}

/** What a cell is against the baseline's. */
export interface Difference {
  readonly differs: boolean;
  /** e.g. "+0.008"; null where it makes no sense. */
  readonly delta: string | null;
  readonly better: boolean | null;
}

/** Compares a run's cell with the baseline's. Deltas are for metrics and durations only: a parameter has no better. */
export function differenceOf(column: GridColumn, index: number, baseline: number): Difference {
  const { cells, id, direction } = column;
  const [key, other] = [cells.key(index), cells.key(baseline)];
  const differs = key !== other && !(Number.isNaN(key) && Number.isNaN(other));
  const [now, before] = [cells.number(index), cells.number(baseline)];
  if (!hasDeltas(column) || !Number.isFinite(now - before)) return { differs, delta: null, better: null };
  const better = !differs || direction === null ? null : now > before === (direction === "up");
  if (!differs) return { differs, delta: null, better };
  const text = id === durationId ? durationDelta : formatDelta;
  return { differs, delta: text(Number((now - before).toPrecision(2))), better };
}

export const durationId = "fact:duration";

const durationDelta = (milliseconds: number) =>
  `${milliseconds < 0 ? "−" : "+"}${formatDuration(Math.abs(milliseconds))}`;

/** Columns whose cells say how far they are from the baseline's. */
export const hasDeltas = ({ group, id }: GridColumn) => group === "metric" || id === durationId;

const plain = { direction: null, best: null, loaded: true } as const;

function column(group: ColumnGroup, title: string, cells: Cells): GridColumn {
  const { present, numeric } = cells;
  return {
    ...plain,
    id: `${group}:${title}`,
    group,
    title,
    cells,
    present,
    numeric,
    differs: cellsDiffer(cells),
  };
}

function metricColumn(
  { cells }: ComparedRuns,
  { key, runs, differs, low, high }: MetricColumnSummary,
  told: MetricDirection | "none" | undefined,
): GridColumn {
  const id = columnId("metric", key);
  const direction = told === "none" ? null : (told ?? knownDirection(key));
  const extreme = direction === "up" ? high : low;
  return {
    ...{ id, group: "metric", title: key, present: runs, numeric: true, differs, direction },
    ...{ cells: cells.get(id) ?? noCells, loaded: cells.has(id) },
    // Of equal values, or of a single one, none is the best.
    best: direction === null || !(low < high) ? null : extreme,
  };
}

function textsColumn(
  { cells }: ComparedRuns,
  group: "parameter" | "tag",
  { key, runs, differs }: ColumnSummary,
): GridColumn {
  const id = columnId(group, key);
  const found = cells.get(id);
  return {
    ...{ ...plain, id, group, title: key, present: runs, differs },
    ...{ cells: found ?? noCells, loaded: found !== undefined, numeric: found?.numeric ?? false },
  };
}

const plainCell = (shown: string, text = shown): GridCell => ({ shown, text, number: null });

/** The record's word is the British one. */
const stateText = (text: string) => (text === "cancelled" ? "canceled" : text);

function factColumns({ heads }: ComparedRuns): readonly GridColumn[] {
  return [
    column("fact", "state", textColumn(heads.state, stateText)),
    column("fact", "script", textColumn(heads.script)),
    column("fact", "experiment", textColumn(heads.experiment)),
    column("fact", "host", textColumn(heads.host)),
  ];
}

function noteColumn({ heads }: ComparedRuns): GridColumn {
  const cells = textColumn(heads.note, (text) => text.replace(/\s+/g, " "));
  return column("note", "note", withoutEmpty(cells));
}

/** Of very many runs it comes when it is wanted. */
function codeColumn({ cells: known }: ComparedRuns): GridColumn {
  const cells = known.get(codeId) ?? noCells;
  if (known.has(codeId)) return column("fact", "code", cells);
  const waiting = { loaded: false, present: 0, numeric: false, differs: false };
  return { ...plain, id: codeId, group: "fact", title: "code", cells, ...waiting };
}

/** Of a run that goes on: up to now. */
function durationCells(runs: readonly CompareRun[], now: number): Cells {
  const values = new Float64Array(runs.length).fill(Number.NaN);
  const has = new Uint8Array(runs.length);
  for (const [index, { started, ended, state }] of runs.entries()) {
    const end = ended ?? (terminalStates.has(state) ? null : now);
    if (started === null || end === null) continue;
    values[index] = end - started;
    has[index] = 1;
  }
  return numberColumn({ values, has }, (value) => {
    const shown = formatDuration(value);
    return { shown, text: shown, number: value };
  });
}

/** One column per path that any run read: which version of it, equal where the bytes are equal. */
function dataColumns(runs: readonly CompareRun[], files: FilesOfRuns): readonly GridColumn[] {
  if (files.size === 0) return [];
  const read = runs.map(({ id }) => {
    const mine = (files.get(id) ?? []).filter((file) => file.direction === "read");
    return new Map(mine.map((file) => [file.path, file]));
  });
  const paths = [...new Set(read.flatMap((mine) => [...mine.keys()]))].sort();
  return paths.map((path) => {
    const cells = read.map((mine) => {
      const file = mine.get(path);
      return file === undefined ? null : plainCell(fileName(file), file.digest ?? file.node);
    });
    return column("data", path, cellColumn(cells));
  });
}

function fileName({ version, digest }: RunFile): string {
  return version === null ? (digest?.replace(/^sha256:/, "").slice(0, 7) ?? "unknown") : `v${version}`;
}

/** The way of the key metric through each run; left out where no run has more than one value. */
function trendColumn({ runs, details, single }: ComparedRuns, key: string): readonly GridColumn[] {
  if (single === null || single.has(key)) return [];
  const trend = (index: number) => details.get(runs[index]?.id ?? "")?.trend ?? [];
  const cells = lateColumn(runs.length, (index) => {
    const { length } = trend(index);
    return length > 1 ? plainCell("", `${length} values of the key metric over the run`) : null;
  });
  const { length } = runs;
  const shown = { present: length, numeric: false, differs: true };
  return [{ ...plain, id: "trend:trend", group: "trend", title: "trend", cells, ...shown, trend }];
}
