/** Points of a batch by series. Metrics that are logged together share one column of steps and one of times. */

import type { Points } from "./chunk.ts";

/** Where the records of one kind lie. A step of NaN is to be numbered on from the points already stored. */
export class RecordAxis {
  count = 0;
  isUnnumbered = false;
  steps: Float64Array;
  times: Float64Array;

  constructor(expected: number) {
    this.steps = new Float64Array(expected);
    this.times = new Float64Array(expected);
  }

  add(step: number, time: number): void {
    const at = this.count++;
    if (at === this.steps.length) {
      this.steps = grown(this.steps);
      this.times = grown(this.times);
    }
    if (Number.isNaN(step)) this.isUnnumbered = true;
    this.steps[at] = step;
    this.times[at] = time;
  }
}

/** Points of one series in order of arrival. */
export class PendingPoints {
  /** A client of MLflow's protocol logged them: its rule says which value is the last. */
  isClient = false;
  #count = 0;
  #values: Float64Array;
  /** While there is a point for each record from the first on, the records' own columns are those of the points. */
  #shared: RecordAxis | null;
  readonly #first: number;
  #own: RecordAxis | null = null;

  /** The first point will be that of the last record of the axis. */
  constructor(axis: RecordAxis, expected: number) {
    this.#shared = axis;
    this.#first = axis.count - 1;
    this.#values = new Float64Array(expected);
  }

  /** Adds the value of the last record of the axis. */
  add(axis: RecordAxis, value: number): void {
    const at = this.#count;
    if (this.#shared !== axis || this.#first + at !== axis.count - 1) this.#addOwn(axis);
    if (at === this.#values.length) this.#values = grown(this.#values);
    this.#values[at] = value;
    this.#count = at + 1;
  }

  /** The points; steps of NaN become the place of the point in a series that has `count` points already. */
  numberedFrom(count: number): Points {
    const [axis, first] = this.#own === null ? [this.#shared, this.#first] : [this.#own, 0];
    const part = (column: Float64Array | undefined) =>
      column?.subarray(first, first + this.#count) ?? new Float64Array(0);
    const steps = part(axis?.steps);
    return {
      steps: axis?.isUnnumbered === true ? numbered(steps, count) : steps,
      times: part(axis?.times),
      values: this.#values.subarray(0, this.#count),
    };
  }

  /** A record without the metric came between, or one of another kind with it: from now on the points have columns of their own. */
  #addOwn(axis: RecordAxis): void {
    if (this.#own === null) {
      const own = new RecordAxis(this.#values.length);
      const [shared, to] = [this.#shared, this.#first + this.#count];
      own.steps.set(shared?.steps.subarray(this.#first, to) ?? []);
      own.times.set(shared?.times.subarray(this.#first, to) ?? []);
      own.count = this.#count;
      own.isUnnumbered = shared?.isUnnumbered === true;
      this.#own = own;
      this.#shared = null;
    }
    this.#own.add(axis.steps[axis.count - 1] as number, axis.times[axis.count - 1] as number);
  }
}

function numbered(steps: Float64Array, count: number): Float64Array {
  return steps.map((step, at) => (Number.isNaN(step) ? count + at : step));
}

function grown(column: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(4 * column.length + 4);
  larger.set(column);
  return larger;
}
