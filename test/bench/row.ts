/** One line of the table of budgets. */
export interface BenchRow {
  readonly name: string;
  /** In words and units, for example "≤ 400 kB". */
  readonly budget: string;
  readonly measured: string;
  readonly ok: boolean;
}

/** A row for a quantity of which less is better. */
export function atMost(name: string, limit: number, measured: number, unit: string): BenchRow {
  return {
    name,
    budget: `≤ ${figure(limit)} ${unit}`,
    measured: `${figure(measured)} ${unit}`,
    ok: measured <= limit,
  };
}

/** A row for a quantity of which more is better. */
export function atLeast(name: string, limit: number, measured: number, unit: string): BenchRow {
  return {
    name,
    budget: `≥ ${figure(limit)} ${unit}`,
    measured: `${figure(measured)} ${unit}`,
    ok: measured >= limit,
  };
}

/** Three significant digits, without an exponent. */
function figure(value: number): string {
  const digits = Number(value.toPrecision(3));
  return digits.toLocaleString("en-US", { maximumFractionDigits: 6 });
}

/** The middle of several measurements: one slow one does not decide. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
