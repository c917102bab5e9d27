/** An even sample of a series that grows, in bounded space: for text sparklines, never for charts. */

/** Every `stride`-th value by arrival, at most `most` of them. */
export interface Sample {
  readonly stride: number;
  readonly values: readonly number[];
}

/** One less than a sparkline shows: the newest value is put at the end when it is read. */
const most = 23;

export const emptySample: Sample = { stride: 1, values: [] };

/** Takes in values of which the first is the `from`-th of the series (from 0). The stride doubles when the sample is full. */
export function addToSample(sample: Sample, from: number, added: Float64Array): Sample {
  let { stride } = sample;
  let values = [...sample.values];
  let at = Math.ceil(from / stride) * stride;
  while (at < from + added.length) {
    if (values.length === most) {
      values = values.filter((_, index) => index % 2 === 0);
      stride *= 2;
      at = Math.ceil(at / stride) * stride;
      continue;
    }
    values.push(added[at - from] ?? Number.NaN);
    at += stride;
  }
  return { stride, values };
}

/** The sample with the newest value at its end, as a sparkline shows it: at most 24 values. */
export function sparklineValues(sample: Sample, count: number, last: number): readonly number[] {
  return (count - 1) % sample.stride === 0 ? sample.values : [...sample.values, last];
}
