/** Figures of a small sample, as they stand beside a mean over seeds. */

/** Of finite values; with fewer than two, what needs a spread is NaN, and with none everything is. */
export interface Statistics {
  readonly count: number;
  readonly mean: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Sample standard deviation (over n - 1). */
  readonly deviation: number;
  /** Standard error of the mean. */
  readonly error: number;
  /** The mean lies between these with 95 % confidence, by Student's t. */
  readonly low: number;
  readonly high: number;
}

/** Figures of the finite values among the given ones. */
export function statistics(values: Iterable<number>): Statistics {
  const sorted = Float64Array.from([...values].filter(Number.isFinite)).sort();
  const count = sorted.length;
  const { NaN: none } = Number;
  // Shares are added up, not values: a sum of large values may overflow where the mean does not.
  const mean = count === 0 ? none : sorted.reduce((sum, value) => sum + value / count, 0);
  const deviation =
    count < 2 ? none : Math.sqrt(sorted.reduce((sum, value) => sum + (value - mean) ** 2 / (count - 1), 0));
  const error = deviation / Math.sqrt(count);
  const margin = count < 2 ? none : studentT95(count - 1) * error;
  return {
    ...{ count, mean, median: middle(sorted), min: sorted[0] ?? none, max: sorted.at(-1) ?? none },
    ...{ deviation, error, low: mean - margin, high: mean + margin },
  };
}

function middle(sorted: Float64Array): number {
  const half = (sorted.length - 1) / 2;
  const [lower, upper] = [sorted[Math.floor(half)] ?? Number.NaN, sorted[Math.ceil(half)] ?? Number.NaN];
  return lower === upper ? lower : lower / 2 + upper / 2;
}

/** 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom. */
const quantiles = [
  12.706204736, 4.30265272991, 3.18244630528, 2.7764451052, 2.57058183661, 2.44691184879, 2.36462425101,
  2.30600413503, 2.26215716274, 2.22813885196, 2.20098516008, 2.17881282966, 2.16036865646, 2.14478668792,
  2.13144954556, 2.11990529922, 2.10981557783, 2.10092204024, 2.09302405441, 2.08596344727, 2.07961384473,
  2.0738730679, 2.06865761042, 2.06389856163, 2.05953855275, 2.05552943864, 2.0518305165, 2.0484071418,
  2.04522964213, 2.0422724563,
];
const normal = 1.959963984540054;

/** The 97.5 % quantile of Student's t, for at least one degree of freedom; beyond 30 by the Cornish-Fisher expansion (to 1e-7). */
export function studentT95(degrees: number): number {
  const known = quantiles[degrees - 1];
  if (known !== undefined) return known;
  const z = normal;
  return (
    z +
    (z ** 3 + z) / (4 * degrees) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3) +
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / (92160 * degrees ** 4)
  );
}
