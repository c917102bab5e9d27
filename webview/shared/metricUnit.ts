/** How the values of a metric are written, read from its name: bytes as sizes, percent as such, everything else as numbers. Pure. */

import { formatBytes, formatValue } from "../../src/model/format.ts";

export interface MetricUnit {
  readonly text: (value: number) => string;
  /** On an axis: with as many digits as neighbors that stand `step` apart need to differ. */
  readonly tick: (value: number, step: number) => string;
  /** Ticks stand at round multiples of this: 1, or the power of 1,024 that the sizes are written in. */
  readonly tickBase: (max: number) => number;
}

const plain: MetricUnit = { text: formatValue, tick: exactTick, tickBase: () => 1 };
const percent: MetricUnit = {
  text: (value) => `${formatValue(Number(value.toPrecision(4)))}%`,
  tick: (value, step) => `${exactTick(value, step)}%`,
  tickBase: () => 1,
};
const sizeBase = (max: number) => 1024 ** Math.max(0, Math.floor(Math.log2(Math.max(1, max)) / 10));
const bytes: MetricUnit = {
  text: formatBytes,
  tick: (value, step) => {
    const base = sizeBase(value);
    const name = formatBytes(base).replace(/^\d+ /, "");
    return digitsFor(value, step) <= 3
      ? formatBytes(value)
      : `${withDigits(value / base, step / base)} ${name}`;
  },
  tickBase: sizeBase,
};

/** Significant digits that tell a value from its neighbor; none where there is no neighbor. */
function digitsFor(value: number, step: number): number {
  const digits = Math.ceil(Math.log10(Math.abs(value) / step) - 1e-9) + 1;
  return Number.isFinite(digits) ? Math.min(15, Math.max(1, digits)) : 0;
}

const withDigits = (value: number, step: number) =>
  String(Number(value.toPrecision(digitsFor(value, step) || 1)));

function exactTick(value: number, step: number): string {
  return digitsFor(value, step) <= 5 ? formatValue(value) : withDigits(value, step);
}

export function metricUnit(key: string): MetricUnit {
  if (/(^|[/_.])bytes$/.test(key)) return bytes;
  return /(^|[/_.])percent$/.test(key) ? percent : plain;
}
