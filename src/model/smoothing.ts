/** Smoothed values of a series, computed from all its points. */

import type { Smoothing } from "./metric.ts";

const widestWindow = 10_000;
const widestSigma = 1_000;
/** Beyond this many sigma a Gaussian weighs less than a thousandth of its middle. */
const reach = 4;

/**
 * The smoothed values at the given places of a series. `values` are the finite values of the whole series in x order; `places` index
 * them, ascending. Settings out of range are taken at the nearest bound.
 */
export function smoothedAt(
  values: Float64Array,
  places: ArrayLike<number>,
  smoothing: Smoothing,
): Float64Array {
  switch (smoothing.kind) {
    case "ema":
      return exponential(values, places, bounded(smoothing.weight, 0, 1 - 1e-9));
    case "mean":
      return runningMean(values, places, Math.round(bounded(smoothing.window, 1, widestWindow)));
    case "gaussian":
      return gaussian(values, places, bounded(smoothing.sigma, 1e-3, widestSigma));
  }
}

/** The mean so far with weights that fade by `weight` a point; divided by the sum of the weights, so that the start is not drawn to 0. */
function exponential(values: Float64Array, places: ArrayLike<number>, weight: number): Float64Array {
  const smooth = new Float64Array(places.length);
  const rest = 1 - weight;
  let [sum, weights, at] = [0, 0, 0];
  for (let place = 0; place < places.length; place++) {
    for (const end = places[place] as number; at <= end; at++) {
      sum = weight * sum + rest * (values[at] as number);
      weights = weight * weights + rest;
    }
    smooth[place] = sum / weights;
  }
  return smooth;
}

/** Of an even window, the point more lies before. */
function runningMean(values: Float64Array, places: ArrayLike<number>, window: number): Float64Array {
  return Float64Array.from(places, (place) => {
    const from = Math.max(0, place - Math.floor(window / 2));
    const to = Math.min(values.length, place + Math.ceil(window / 2));
    let sum = 0;
    for (let at = from; at < to; at++) sum += values[at] as number;
    return sum / (to - from);
  });
}

function gaussian(values: Float64Array, places: ArrayLike<number>, sigma: number): Float64Array {
  const radius = Math.ceil(reach * sigma);
  const weights = Float64Array.from({ length: radius + 1 }, (_, far) => Math.exp(-0.5 * (far / sigma) ** 2));
  return Float64Array.from(places, (place) => {
    const from = Math.max(0, place - radius);
    const to = Math.min(values.length - 1, place + radius);
    let sum = 0;
    let total = 0;
    for (let at = from; at <= to; at++) {
      const weight = weights[Math.abs(at - place)] as number;
      sum += weight * (values[at] as number);
      total += weight;
    }
    return sum / total;
  });
}

function bounded(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Number.isNaN(value) ? least : value));
}
