/** What the last values of one metric over many runs say: how many have it, whether it tells them apart, and its range. */

import type { MetricColumnSummary } from "../model/runTable.ts";

export class LastValues {
  #runs = 0;
  #nan = 0;
  #least = Number.POSITIVE_INFINITY;
  #most = Number.NEGATIVE_INFINITY;
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;

  /** Adds the value of one more run that has the metric. */
  add(value: number): void {
    this.#runs++;
    if (Number.isNaN(value)) this.#nan++;
    if (value < this.#least) this.#least = value;
    if (value > this.#most) this.#most = value;
    if (value - value !== 0) return;
    if (value < this.#low) this.#low = value;
    if (value > this.#high) this.#high = value;
  }

  /** Of `count` runs in all; none when no run has the metric. */
  summary(key: string, count: number): readonly MetricColumnSummary[] {
    const runs = this.#runs;
    if (runs === 0) return [];
    const differs = runs < count || (this.#nan > 0 ? this.#nan < runs : this.#least !== this.#most);
    const isEmpty = this.#low > this.#high;
    return [
      {
        ...{ key, runs, differs },
        low: isEmpty ? Number.NaN : this.#low,
        high: isEmpty ? Number.NaN : this.#high,
      },
    ];
  }
}
