/**
 * Points that clients of MLflow's protocol say twice: a call that is made again because its answer was lost, and the last points of a run, which are
 * said once more of each model that is logged. MLflow keeps one of what has the same step, time and value; so does a series. Pure, for every engine.
 */

import type { Extent, Points } from "./chunk.ts";

/** A chunk, as far as it is looked at. */
export interface StoredPoints {
  steps(): Float64Array;
  times(): Float64Array;
  values(): Float64Array;
}

/**
 * The points of `added` that the series lacks, each once, in their order. `known` is where its points lie, `stored` reads those that lie in a part of that.
 * Points mostly come with a later time or a further step than any before: those are new without a look at what is stored.
 */
export function newPoints(
  added: Points,
  known: Extent,
  stored: (within: Extent) => Iterable<StoredPoints>,
): Points {
  const { places, extent, isAscending } = doubtful(added, known);
  if (places.length === 0) return added;
  // Points in order are not said twice among themselves: then only what is stored can be like one of them.
  let doubts = isAscending ? null : new Doubts(added, Uint32Array.from(places), extent);
  for (const chunk of stored(extent)) {
    if (!reaches(chunk.steps(), extent)) continue;
    doubts ??= new Doubts(added, Uint32Array.from(places), extent);
    doubts.meet(chunk);
  }
  return doubts === null ? added : doubts.settled();
}

/** Places of points that lie within the bounds of those before them, and the bounds of these points. */
function doubtful({ steps, times }: Points, known: Extent) {
  let { step0, step1, time0, time1 } = known;
  const places: number[] = [];
  const extent = {
    ...{ step0: Number.POSITIVE_INFINITY, step1: Number.NEGATIVE_INFINITY },
    ...{ time0: Number.POSITIVE_INFINITY, time1: Number.NEGATIVE_INFINITY },
  };
  let isAscending = true;
  for (let at = 0; at < steps.length; at++) {
    const step = steps[at] as number;
    const time = times[at] as number;
    if (at > 0 && !(step > (steps[at - 1] as number))) isAscending = false;
    if (step >= step0 && step <= step1 && time >= time0 && time <= time1) {
      places.push(at);
      if (step < extent.step0) extent.step0 = step;
      if (step > extent.step1) extent.step1 = step;
      if (time < extent.time0) extent.time0 = time;
      if (time > extent.time1) extent.time1 = time;
    }
    if (step < step0) step0 = step;
    if (step > step1) step1 = step;
    if (time < time0) time0 = time;
    if (time > time1) time1 = time;
  }
  return { places, extent, isAscending };
}

/** Where two processes log by turns a chunk is of all steps, with few of those that are in doubt. */
function reaches(steps: Float64Array, { step0, step1 }: Extent): boolean {
  for (let at = 0; at < steps.length; at++)
    if ((steps[at] as number) >= step0 && (steps[at] as number) <= step1) return true;
  return false;
}

class Doubts {
  readonly extent: Extent;
  readonly #points: Points;
  /** Places in order; of points that are the same the first one stands for all. */
  readonly #order: Uint32Array;
  /** Whether a point like the one at this place of the order was met already. */
  readonly #isMet: Uint8Array;
  /** Is any of them to be left out? */
  #isAny: boolean;

  constructor(points: Points, places: Uint32Array, extent: Extent) {
    this.#points = points;
    this.extent = extent;
    this.#order = this.#ordered(places);
    this.#isAny = this.#order.length < places.length;
    this.#isMet = new Uint8Array(this.#order.length);
  }

  /** Takes note of which ones are among stored points. */
  meet(chunk: StoredPoints): void {
    const points = { steps: chunk.steps(), times: chunk.times(), values: chunk.values() };
    for (let at = 0; at < points.values.length; at++) {
      const found = this.#find(points, at);
      if (found < 0) continue;
      this.#isMet[found] = 1;
      this.#isAny = true;
    }
  }

  /** All points but those that were met, here or in what is stored. */
  settled(): Points {
    const { steps, times, values } = this.#points;
    // What was not in doubt when it came may be what is said again later.
    if (!this.#isAny && this.#order.length === values.length) return this.#points;
    const kept: number[] = [];
    for (let at = 0; at < values.length; at++) {
      const found = this.#find(this.#points, at);
      if (found >= 0 && this.#isMet[found] === 1) continue;
      if (found >= 0) this.#isMet[found] = 1;
      kept.push(at);
    }
    if (kept.length === values.length) return this.#points;
    const column = (from: Float64Array) => Float64Array.from(kept, (at) => from[at] as number);
    return { steps: column(steps), times: column(times), values: column(values) };
  }

  /** Clients log in order, mostly: then nothing is sorted. */
  #ordered(places: Uint32Array): Uint32Array {
    const isAfter = (place: number, at: number, list: Uint32Array) =>
      at === 0 || this.#compare(list[at - 1] as number, this.#points, place) < 0;
    if (places.every(isAfter)) return places;
    return places.sort((a, b) => this.#compare(a, this.#points, b) || a - b).filter(isAfter);
  }

  /** Where in the order a point is, or -1. */
  #find(points: Points, at: number): number {
    const { step0, step1, time0, time1 } = this.extent;
    const step = points.steps[at] as number;
    const time = points.times[at] as number;
    if (step < step0 || step > step1 || time < time0 || time > time1) return -1;
    let [low, high] = [0, this.#order.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const order = this.#compare(this.#order[middle] as number, points, at);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** One of these points beside another one. 0 and -0 are the same value, as they are to MLflow. */
  #compare(own: number, others: Points, at: number): number {
    const { steps, times, values } = this.#points;
    return (
      (times[own] as number) - (others.times[at] as number) ||
      (steps[own] as number) - (others.steps[at] as number) ||
      compareValues(values[own] as number, others.values[at] as number)
    );
  }
}

/** NaN comes last, and is the same as NaN. */
function compareValues(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}
