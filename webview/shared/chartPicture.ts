/** What a chart shows, ready to be drawn on a canvas or written as a vector picture. */

import type { Marker } from "../../src/model/runColor.ts";
import type { AxisKind } from "./axis.ts";
import type { BadMark, Gap, Point, ValueRange } from "./chartLine.ts";
import type { MetricUnit } from "./metricUnit.ts";

export interface DrawnLine {
  /** Id of the run, or name of the group. */
  readonly of: string;
  readonly points: Point[];
  readonly color: string;
  readonly width: number;
  readonly dash: readonly number[];
  /** Marks along the line that tell it apart without colour; null for none. */
  readonly marker: Marker | null;
  readonly bad: readonly BadMark[];
  readonly gaps: readonly Gap[];
}

/** An area between two edges; a gap where either is not a number. */
export interface DrawnBand {
  readonly x: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly color: string;
}

export interface Drawing {
  readonly bands: readonly DrawnBand[];
  readonly lines: readonly DrawnLine[];
  readonly axis: AxisKind;
  readonly x: ValueRange;
  readonly y: ValueRange;
  readonly logarithmic: boolean;
  readonly unit: MetricUnit;
  /** Places with values beyond `y`; their marks are among those of the lines. */
  readonly clipped: number;
}
