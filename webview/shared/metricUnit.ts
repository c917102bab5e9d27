/** How the values of a metric are written, read from its name: bytes as sizes, percent as such, everything else as numbers. Pure. */

import { formatBytes, formatValue } from "../../src/model/format.ts";

export interface MetricUnit {
  readonly text: (value: number) => string;
  /** Ticks stand at round multiples of this: 1, or the power of 1,024 that the sizes are written in. */
  readonly tickBase: (max: number) => number;
}

const plain: MetricUnit = { text: formatValue, tickBase: () => 1 };
const percent: MetricUnit = {
  text: (value) => `${formatValue(Number(value.toPrecision(4)))}%`,
  tickBase: () => 1,
};
const bytes: MetricUnit = {
  text: formatBytes,
  tickBase: (max) => 1024 ** Math.max(0, Math.floor(Math.log2(Math.max(1, max)) / 10)),
};

export function metricUnit(key: string): MetricUnit {
  if (/(^|[/_.])bytes$/.test(key)) return bytes;
  return /(^|[/_.])percent$/.test(key) ? percent : plain;
}
