/** Bands of groups as charts need them: the mean as a line, what lies around it as an area. Pure. */

import { formatValue } from "../../src/model/format.ts";
import type {
  BandColumns,
  BandsResult,
  ColumnsResult,
  RunGroup,
  SeriesColumns,
  SmoothLine,
} from "../../src/model/metric.ts";
import type { RunLook } from "../../src/model/runColor.ts";
import { nearestIndex } from "./chartLine.ts";

export const bandKinds = ["off", "range", "deviation", "error", "interval"] as const;
export type BandKind = (typeof bandKinds)[number];

/** Runs that are drawn as one line with a band. The name is its id. */
export interface ChartGroup extends RunGroup {
  readonly look: RunLook;
}

/** The lower and the upper edge of a band where it has any: one run has no spread. */
export interface Band {
  readonly group: string;
  readonly x: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly runs: readonly number[];
}

export function bandOf(columns: BandColumns, kind: BandKind): Band {
  const { group, x, runs, mean } = columns;
  const around = (spread: readonly number[], side: -1 | 1) =>
    mean.map((value, index) => value + side * (spread[index] ?? Number.NaN));
  switch (kind) {
    case "interval":
      return { group, x, runs, low: columns.low, high: columns.high };
    case "deviation":
      return { group, x, runs, low: around(columns.deviation, -1), high: around(columns.deviation, 1) };
    case "error":
      return { group, x, runs, low: around(columns.error, -1), high: around(columns.error, 1) };
    case "range":
    case "off":
      return { group, x, runs, low: columns.min, high: columns.max };
  }
}

/**
 * The means as the series of a chart, so that a group is drawn, read and listed as a run is. Where the lines of the runs were smoothed, so is
 * the mean: it is that of the smoothed lines.
 */
export function meanSeries(
  { x0, x1, bands }: BandsResult,
  groups: readonly RunGroup[],
  smoothed?: readonly SeriesColumns[],
): ColumnsResult {
  const series = bands
    .filter((band) => band.x.length > 0)
    .map((band) => {
      const members = new Set(groups.find(({ name }) => name === band.group)?.runIds);
      const lines = smoothed?.filter(({ runId }) => members.has(runId));
      return { ...meanColumns(band), ...(lines === undefined ? {} : { smooth: smoothMean(band.x, lines) }) };
    });
  return { x0, x1, series };
}

/** The mean over the runs' smoothed lines at each x: a run counts from its first to its last point, its latest attempt alone. */
function smoothMean(x: readonly number[], lines: readonly SeriesColumns[]): SmoothLine {
  const latest = new Map<string, SeriesColumns>();
  for (const line of lines)
    if (line.attempt >= (latest.get(line.runId)?.attempt ?? 0)) latest.set(line.runId, line);
  const sums = new Float64Array(x.length);
  const counts = new Uint32Array(x.length);
  for (const { smooth } of latest.values()) {
    if (smooth === undefined) continue;
    let next = 0;
    for (const [at, place] of x.entries()) {
      while (next < smooth.x.length && (smooth.x[next] ?? 0) <= place) next++;
      const over = next === smooth.x.length && (smooth.x.at(-1) ?? 0) < place;
      const value = smooth.y[next - 1];
      if (value === undefined || over) continue;
      sums[at] = (sums[at] ?? 0) + value;
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  const known = [...x.keys()].filter((at) => (counts[at] ?? 0) > 0);
  return {
    x: known.map((at) => x[at] ?? 0),
    y: known.map((at) => (sums[at] ?? 0) / (counts[at] ?? 1)),
  };
}

function meanColumns({ group, key, x, mean }: BandColumns): SeriesColumns {
  const none = x.map(() => 0);
  return {
    ...{ runId: group, attempt: 1, key, count: x.length, x, nan: none, inf: none },
    ...{ min: mean, max: mean, first: mean, last: mean, minX: x, maxX: x },
  };
}

/** e.g. "0.91 … 0.95, n 5" at the column nearest to x. */
export function bandText(band: Band, x: number): string {
  const index = nearestIndex(band.x, x);
  const [low, high, runs] = [band.low[index], band.high[index], band.runs[index] ?? 0];
  if (low === undefined || high === undefined || !Number.isFinite(high - low)) return `n ${runs}`;
  return `${formatValue(low)} … ${formatValue(high)}, n ${runs}`;
}
