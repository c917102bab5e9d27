/** Points of one metric over the values of another, joined where the steps are equal. */

import { inOrder, type LinePoints } from "./line.ts";

/** Points by step, as they are stored. */
export interface StepPoints {
  readonly steps: Float64Array;
  readonly values: Float64Array;
}

/** x is the last finite value of `over` at the step of a point; points without one are left out. */
export function joinOnStep(points: StepPoints, over: StepPoints): LinePoints {
  const places = new Map<number, number>();
  for (let at = 0; at < over.steps.length; at++)
    if (Number.isFinite(over.values[at])) places.set(over.steps[at] as number, over.values[at] as number);
  const xs: number[] = [];
  const values: number[] = [];
  for (let at = 0; at < points.steps.length; at++) {
    const x = places.get(points.steps[at] as number);
    if (x === undefined) continue;
    xs.push(x);
    values.push(points.values[at] as number);
  }
  return inOrder({ xs: Float64Array.from(xs), values: Float64Array.from(values) });
}
