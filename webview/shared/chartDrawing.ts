/** From columns, runs and settings to lines with colours: which are in front, which are faint. Pure. */

import type { ColumnsResult, SeriesColumns } from "../../src/model/metric.ts";
import { axisKind, paddedRange } from "./axis.ts";
import type { Band } from "./chartBands.ts";
import { clippedPlaces, clippedRange } from "./chartClip.ts";
import {
  badMarks,
  gapsOf,
  linePoints,
  smoothPoints,
  type ValueRange,
  valueRange,
  withGaps,
  withNeighbors,
} from "./chartLine.ts";
import type { Drawing, DrawnBand, DrawnLine } from "./chartPicture.ts";
import { colorText, type Rgb } from "./contrast.ts";
import type { ChartRun, ChartSettings } from "./metricSource.ts";
import type { MetricUnit } from "./metricUnit.ts";

export interface ShownSeries {
  readonly run: ChartRun;
  readonly columns: SeriesColumns;
  /** How many attempts of this run have points here; the last is drawn solid, earlier ones faint. */
  readonly attempts: number;
  readonly latest: boolean;
}

/** The series of known runs, in the order of the runs, attempts in their order. */
export function shownSeries(
  series: readonly SeriesColumns[],
  runs: readonly ChartRun[],
): readonly ShownSeries[] {
  const byRun = new Map<string, SeriesColumns[]>();
  for (const columns of series) byRun.set(columns.runId, [...(byRun.get(columns.runId) ?? []), columns]);
  return runs.flatMap((run) => {
    const own = (byRun.get(run.id) ?? []).toSorted((a, b) => a.attempt - b.attempt);
    return own.map((columns, index) => ({
      run,
      columns,
      attempts: own.length,
      latest: index === own.length - 1,
    }));
  });
}

export interface DrawingInput {
  readonly result: ColumnsResult;
  /** The unzoomed columns, where the result is a part of them: lines go on to the points beyond its edges. */
  readonly overview: ColumnsResult | null;
  readonly runs: readonly ChartRun[];
  readonly settings: ChartSettings;
  readonly unit: MetricUnit;
  readonly theme: { readonly runs: readonly Rgb[] };
  /** Around the means of groups. */
  readonly bands: readonly Band[];
}

const raw = 0.28;
const bandStrength = 0.18;
const earlier = 0.4;
// With more lines than this, dashes and markers are noise, and slow.
const mostMarked = 24;

/** Everything that a chart draws below its overlay. */
export function drawingOf(input: DrawingInput): Drawing {
  const { result, settings } = input;
  const positive = valueRange(result.series, true);
  // Nothing above zero: a logarithmic axis would be empty, so the values are shown on a linear one.
  const logarithmic = settings.logarithmic && positive !== null;
  const shown = shownSeries(withMissing(result, input.overview), input.runs);
  const several = new Set(shown.map((each) => each.run.id)).size > 1;
  const marked = several && shown.length <= mostMarked;
  const ordered = shown.toSorted((a, b) => Number(a.latest) - Number(b.latest));
  const range = settings.clip
    ? clippedRange(result.series, logarithmic)
    : logarithmic
      ? positive
      : valueRange(result.series, false);
  const y = paddedRange(withBands(range, input.bands, logarithmic), logarithmic);
  const width = shown.length > 30 ? 1 : 1.5;
  const lines = ordered.flatMap((each) => linesOf(each, input, { logarithmic, marked, width, y }));
  return {
    lines,
    clipped: settings.clip
      ? result.series.reduce((sum, columns) => sum + clippedPlaces(columns, y).length, 0)
      : 0,
    bands: drawnBands(input, logarithmic),
    axis: axisKind(settings.axis),
    x:
      result.x1 > result.x0
        ? { min: result.x0, max: result.x1 }
        : { min: result.x0 - 0.5, max: result.x0 + 0.5 },
    y,
    logarithmic,
    unit: input.unit,
  };
}

function withBands(
  range: ValueRange | null,
  bands: readonly Band[],
  logarithmic: boolean,
): ValueRange | null {
  const edges = bands
    .flatMap((band) => [...band.low, ...band.high])
    .filter((value) => Number.isFinite(value) && !(logarithmic && value <= 0));
  if (range === null || edges.length === 0) return range;
  return {
    min: edges.reduce((a, b) => Math.min(a, b), range.min),
    max: edges.reduce((a, b) => Math.max(a, b), range.max),
  };
}

/** On a logarithmic axis an area that reaches to zero or below ends at the bottom of the chart. */
function drawnBands({ bands, runs, theme }: DrawingInput, logarithmic: boolean): readonly DrawnBand[] {
  return bands.flatMap((band) => {
    const look = runs.find((run) => run.id === band.group)?.look;
    const color = look && theme.runs[look.color];
    if (color === undefined) return [];
    const low = logarithmic ? band.low.map((value) => Math.max(value, Number.MIN_VALUE)) : band.low;
    return [{ x: band.x, low, high: band.high, color: colorText(color, bandStrength) }];
  });
}

/** The lines and bands of some runs (or groups) alone and strong, for the overlay. */
export function frontOf(
  input: DrawingInput,
  ids: ReadonlySet<string>,
  logarithmic: boolean,
): Pick<Drawing, "lines" | "bands"> {
  const bands = input.bands.filter((band) => ids.has(band.group));
  return {
    bands: drawnBands({ ...input, bands }, logarithmic),
    lines: shownSeries(withMissing(input.result, input.overview), input.runs)
      .filter((each) => ids.has(each.run.id))
      .flatMap((each) => linesOf(each, input, { logarithmic, marked: false, width: 2.25, y: null })),
  };
}

/** A series without a point in the zoomed range may still pass through it. */
function withMissing(result: ColumnsResult, overview: ColumnsResult | null): readonly SeriesColumns[] {
  if (overview === null) return result.series;
  const known = new Set(result.series.map((columns) => `${columns.runId} ${columns.attempt}`));
  const missing = overview.series.filter((columns) => !known.has(`${columns.runId} ${columns.attempt}`));
  return [...result.series, ...missing.map((columns) => ({ ...columns, ...noColumns }))];
}

const noColumns = {
  count: 0,
  x: [],
  min: [],
  max: [],
  minX: [],
  maxX: [],
  first: [],
  last: [],
  nan: [],
  inf: [],
  missing: [],
};

interface Manner {
  readonly logarithmic: boolean;
  readonly marked: boolean;
  readonly width: number;
  /** The shown range, where outliers beyond it are to be marked. */
  readonly y: ValueRange | null;
}

function linesOf(each: ShownSeries, input: DrawingInput, manner: Manner): readonly DrawnLine[] {
  const { run, columns, latest } = each;
  const smooth = input.settings.smoothing > 0 && columns.smooth !== undefined;
  const color = input.theme.runs[run.look.color] ?? { red: 128, green: 128, blue: 128 };
  const strength = latest ? 1 : earlier;
  const overview = input.overview?.series.find(
    (other) => other.runId === columns.runId && other.attempt === columns.attempt,
  );
  const gaps = gapsOf(columns);
  const line = withGaps(
    withNeighbors(linePoints(columns, manner.logarithmic), overview, input.result, manner.logarithmic),
    gaps,
  );
  const beyond =
    input.settings.clip && manner.y !== null
      ? clippedPlaces(columns, manner.y).map(({ x, side }) => ({ x, kind: side }))
      : [];
  const main: DrawnLine = {
    of: run.id,
    points: smooth ? withGaps(smoothPoints(columns, manner.logarithmic), gaps) : line,
    color: colorText(color, strength),
    width: manner.width,
    dash: manner.marked ? run.look.dash : [],
    marker: manner.marked ? run.look.marker : null,
    bad: [...badMarks(columns), ...beyond],
    gaps,
  };
  if (!smooth) return [main];
  return [
    {
      ...main,
      points: line,
      color: colorText(color, strength * raw),
      width: 1,
      dash: [],
      marker: null,
      bad: [],
      gaps: [],
    },
    main,
  ];
}
