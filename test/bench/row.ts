/** One line of the table of figures. */
export interface BenchRow {
  readonly name: string;
  /** In words and units, for example "≤ 400 kB"; empty for a figure that is only told. */
  readonly budget: string;
  readonly measured: string;
  /** Whether the budget is kept; true where there is none. */
  readonly ok: boolean;
  /** The figure again for machines: the middle of several where `low` and `high` are given. */
  readonly value?: number;
  readonly low?: number;
  readonly high?: number;
  readonly unit?: string;
  readonly limit?: number;
}

/** The middle of several measurements, with the quickest and the slowest of them. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** A row for a quantity of which less is better. */
export function atMost(name: string, limit: number, measured: number | Spread, unit: string): BenchRow {
  const row = told(name, measured, unit);
  return { ...row, budget: `≤ ${figure(limit)} ${unit}`, ok: middleOf(measured) <= limit, limit };
}

/** A row for a quantity of which more is better. */
export function atLeast(name: string, limit: number, measured: number | Spread, unit: string): BenchRow {
  const row = told(name, measured, unit);
  return { ...row, budget: `≥ ${figure(limit)} ${unit}`, ok: middleOf(measured) >= limit, limit };
}

/** A row without a budget: where the time of another row goes, or what there is to compare with. */
export function told(name: string, measured: number | Spread, unit: string): BenchRow {
  const value = middleOf(measured);
  const span = typeof measured === "number" ? {} : { low: measured.low, high: measured.high };
  return { name, budget: "", measured: `${figure(value)} ${unit}`, ok: true, value, unit, ...span };
}

/** Three significant digits, without an exponent. */
export function figure(value: number): string {
  const digits = Number(value.toPrecision(3));
  return digits.toLocaleString("en-US", { maximumFractionDigits: 6 });
}

/** The middle of several measurements: one slow one does not decide. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The middle and how far the others lie from it. */
export function spread(values: readonly number[]): Spread {
  return { median: median(values), low: Math.min(...values), high: Math.max(...values) };
}

function middleOf(measured: number | Spread): number {
  return typeof measured === "number" ? measured : measured.median;
}
