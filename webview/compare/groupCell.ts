/** One cell for many runs: mean ± standard deviation of numbers, the one value or the number of different texts. Pure. */

import { formatDuration, formatValue } from "../../src/model/format.ts";
import type { GridCell } from "./columnCells.ts";
import type { GridColumn } from "./gridColumns.ts";

const mostTexts = 12;

export interface Spread {
  readonly count: number;
  readonly mean: number;
  /** Of a sample (n − 1); NaN for fewer than two. */
  readonly deviation: number;
  readonly min: number;
  readonly max: number;
}

/** Over the finite values; null without any. */
export function spreadOf(values: readonly number[]): Spread | null {
  const finite = values.filter((value) => Number.isFinite(value));
  if (finite.length === 0) return null;
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    count: finite.length,
    mean,
    deviation: Math.sqrt(squares / (finite.length - 1)),
    min: finite.reduce((a, b) => Math.min(a, b)),
    max: finite.reduce((a, b) => Math.max(a, b)),
  };
}

/** e.g. "0.943 ± 0.0042": the deviation with two digits, the mean to the same place. */
export function spreadText({ mean, deviation }: Spread): string {
  if (!(deviation > 0)) return formatValue(mean);
  const places = Math.max(0, Math.min(12, 1 - Math.floor(Math.log10(deviation))));
  const small = Math.abs(mean) < 1e-3 || Math.abs(mean) >= 1e5;
  if (small || places > 6)
    return `${formatValue(Number(mean.toPrecision(3)))} ± ${formatValue(Number(deviation.toPrecision(2)))}`;
  return `${mean.toFixed(places)} ± ${deviation.toFixed(places)}`;
}

export function groupCell(column: GridColumn, members: readonly number[]): GridCell | null {
  const { cells } = column;
  const present = members.filter((index) => cells.has(index));
  const [first] = present;
  if (first === undefined) return null;
  const keys = new Set(present.map((index) => cells.key(index)));
  if (keys.size === 1) return cells.at(first);
  const spread = column.numeric ? spreadOf(present.map((index) => cells.number(index))) : null;
  if (spread === null) {
    const texts = [...keys].slice(0, mostTexts).map(String);
    return { shown: `${keys.size} values`, text: texts.join(", "), number: null };
  }
  const missing = members.length - spread.count;
  const shown =
    column.id === "fact:duration"
      ? formatDuration(spread.mean)
      : `${spreadText(spread)}${missing > 0 ? ` (${spread.count})` : ""}`;
  const text = `mean ${spread.mean}, standard deviation ${spread.deviation}, lowest ${spread.min}, highest ${spread.max}, ${spread.count} of ${members.length} runs`;
  return { shown, text, number: spread.mean };
}
