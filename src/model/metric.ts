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
 * Asks for what a chart can show: for each series, `width` pixel columns over [x0, x1] on the chosen axis. Without x0/x1 the range is
 * that of all the series asked for. Width in device pixels, 1 to 8192.
 */
export interface ColumnsQuery {
  readonly runIds: readonly string[];
  readonly keys: readonly string[];
  readonly axis: XAxis;
  readonly x0?: number;
  readonly x1?: number;
  readonly width: number;
}

/**
 * One series reduced to pixel columns, exactly: every extreme of the raw points is here. Arrays are parallel, one entry per
 * column that holds at least one point, in x order. `min`/`max`/`first`/`last` are over finite values; a column with only NaN or Inf has
 * NaN in all four. `x` is the real position of the first point of the column; `nan` and `inf` count its bad points. Real x positions of the extremes are kept, so that a tooltip never names a step that does not exist.
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
