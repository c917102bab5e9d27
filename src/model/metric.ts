/** Metric series in the terms of a chart: pixels, not points. */

/** One name of one attempt of one run. */
export interface SeriesRef {
  readonly runId: string;
  readonly attempt: number;
  readonly key: string;
}

/** `step` and wall time are kept for every point; relative time is wall time less the run's start. */
export type XAxis = "step" | "relative" | "wall";

/**
 * The values of another metric as x: a point lies where that metric of the same attempt has its last value at an equal step. Points
 * without a finite partner are left out.
 */
export interface MetricAxis {
  readonly metric: string;
}

/**
 * How a line is smoothed; all of it over the finite points of an attempt in x order, NaN and Inf passed over.
 * `ema`: exponential mean with bias correction, weight 0 (raw) to below 1. `mean`: the mean of `window` points around each (fewer at
 * the ends), 1 to 10,000. `gaussian`: weights by distance in points, sigma above 0 to 1,000, cut off at 4 sigma.
 */
export type Smoothing =
  | { readonly kind: "ema"; readonly weight: number }
  | { readonly kind: "mean"; readonly window: number }
  | { readonly kind: "gaussian"; readonly sigma: number };

/**
 * Asks for what a chart can show: for each series, `width` pixel columns over [x0, x1] on the chosen axis. Without x0/x1 the range is
 * that of all the series asked for. Width in device pixels, 1 to 8192.
 */
export interface ColumnsQuery {
  readonly runIds: readonly string[];
  readonly keys: readonly string[];
  readonly axis: XAxis | MetricAxis;
  readonly x0?: number;
  readonly x1?: number;
  readonly width: number;
  readonly smoothing?: Smoothing;
  /** Values beyond are passed over by the smoothing, as NaN is: outliers that a chart clips. One range for all series, as the chart has. */
  readonly smoothWithin?: { readonly low: number; readonly high: number };
}

/**
 * One series reduced to columns, exactly: every extreme of the raw points is here. Arrays are parallel, one entry per
 * column that holds at least one point, in x order. `min`/`max`/`first`/`last` are over finite values; a column with only NaN or Inf has
 * NaN in all four. `x` is the real position of the first point of the column; `nan` and `inf` count its bad points. Real x positions of the extremes are kept, so that a tooltip never names a step that does not exist.
 *
 * A column is one pixel. Where more than a million points are in view and a pixel holds more than 64, the edge between two columns may lie up to half a
 * pixel beside, always between two real points; what a column says of its points is exact there too, and so are the ends of the window.
 */
export interface SeriesColumns {
  readonly runId: string;
  readonly attempt: number;
  readonly key: string;
  /** Points in the asked range, bad ones included. */
  readonly count: number;
  readonly x: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly minX: readonly number[];
  readonly maxX: readonly number[];
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly nan: readonly number[];
  readonly inf: readonly number[];
  /** When smoothing was asked for: the smoothed value at the last finite point of each pixel column that has one, with its real x. */
  readonly smooth?: SmoothLine;
  /** Where stored points could not be read, by their places on the axis; absent where all could. */
  readonly missing?: readonly MissingPoints[];
}

/** Points that are not there, from the first to the last of them. */
export interface MissingPoints {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface SmoothLine {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

export interface ColumnsResult {
  readonly x0: number;
  readonly x1: number;
  readonly series: readonly SeriesColumns[];
}

/** Raw points of one series in step order; for exports and for tests of exactness. */
export interface SeriesPoints {
  readonly steps: Float64Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Runs that are shown as one: seeds of one configuration, for example. */
export interface RunGroup {
  readonly name: string;
  readonly runIds: readonly string[];
}

/** Asks for the statistics of each group × metric in pixel columns, as `ColumnsQuery` asks for series. */
export interface BandsQuery {
  readonly groups: readonly RunGroup[];
  readonly keys: readonly string[];
  readonly axis: XAxis | MetricAxis;
  readonly x0?: number;
  readonly x1?: number;
  readonly width: number;
}

/**
 * One metric over the runs of a group. Arrays are parallel, one entry per column in which a run of the group has a finite value.
 *
 * `x` is the greatest real x of the column. All figures but `min` and `max` are of the runs' values at that x: its own value there,
 * else the last one before (never beyond a run's last finite value). Runs that log at equal steps are thus compared at equal
 * steps. `min` and `max` are over all points of the column, so no spike is lost. Where attempts of a run overlap, the latest that has
 * a point in the column counts. `deviation` is the sample standard deviation, `error` that of the mean; `low` and `high` bound the mean
 * with 95 % confidence by Student's t. With one run these four are NaN.
 */
export interface BandColumns {
  readonly group: string;
  readonly key: string;
  readonly x: readonly number[];
  readonly runs: readonly number[];
  readonly mean: readonly number[];
  readonly median: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly deviation: readonly number[];
  readonly error: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export interface BandsResult {
  readonly x0: number;
  readonly x1: number;
  readonly bands: readonly BandColumns[];
}
