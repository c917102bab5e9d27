/** What a chart says in words: the summary for those who can't see it, its badges, and the rows of its table twin. Pure. */

import { formatValue, formatWhole } from "../../src/model/format.ts";
import type { SeriesColumns } from "../../src/model/metric.ts";
import { type AxisKind, xText } from "./axis.ts";

export interface NamedSeries {
  readonly name: string;
  readonly columns: SeriesColumns;
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const finite = (values: readonly number[]) => values.filter((value) => Number.isFinite(value));

/** e.g. "loss: keen-heron from 2.3 to 0.201, lowest 0.198, highest 2.3, 1,000 points, 3 NaN". */
export function chartSummary(metric: string, all: readonly NamedSeries[], text = formatValue): string {
  if (all.length === 0) return `${metric}: no points`;
  const told = all.slice(0, 5).map(({ name, columns }) => `${name} ${seriesText(columns, text)}`);
  const rest = all.length > told.length ? `; and ${all.length - told.length} more` : "";
  return `${metric}: ${told.join("; ")}${rest}`;
}

function seriesText(columns: SeriesColumns, text: (value: number) => string): string {
  const lows = finite(columns.min);
  const bad = badTexts([columns]);
  const missing = missingOf(columns);
  const tail = [
    `${formatWhole(columns.count)} points`,
    ...bad,
    ...(missing === 0 ? [] : [`${formatWhole(missing)} can't be read`]),
  ].join(", ");
  if (lows.length === 0) return tail;
  const lowest = lows.reduce((a, b) => Math.min(a, b));
  const highest = finite(columns.max).reduce((a, b) => Math.max(a, b));
  const first = finite(columns.first)[0] ?? Number.NaN;
  const last = finite(columns.last).at(-1) ?? Number.NaN;
  return `from ${text(first)} to ${text(last)}, lowest ${text(lowest)}, highest ${text(highest)}, ${tail}`;
}

/** What can't be drawn as a line: "3 NaN", "2 Inf". */
export function badTexts(all: readonly SeriesColumns[]): readonly string[] {
  const nan = all.reduce((sum, columns) => sum + total(columns.nan), 0);
  const inf = all.reduce((sum, columns) => sum + total(columns.inf), 0);
  return [nan > 0 ? `${formatWhole(nan)} NaN` : "", inf > 0 ? `${formatWhole(inf)} Inf` : ""].filter(
    (text) => text !== "",
  );
}

/** The badge of a logarithmic axis that can't show everything. */
export function hiddenText(all: readonly SeriesColumns[]): string | null {
  const columns = all.reduce(
    (sum, one) => sum + one.min.filter((value) => value <= 0 && value !== null).length,
    0,
  );
  return columns === 0 ? null : `${formatWhole(columns)} at 0 or below not shown`;
}

/** How many points can't be read of series of which some can; e.g. for "60 missing". */
export function missingPoints(all: readonly NamedSeries[]): number {
  return all.reduce((sum, { columns }) => sum + (columns.x.length === 0 ? 0 : missingOf(columns)), 0);
}

const missingOf = ({ missing = [] }: SeriesColumns) => missing.reduce((sum, { count }) => sum + count, 0);

/** What a tooltip says of a place where points can't be read; null elsewhere. */
export function missingText({ missing = [] }: SeriesColumns, x: number): string | null {
  const found = missing.find(({ from, to }) => x >= from && x <= to);
  return found === undefined ? null : `${formatWhole(found.count)} points can't be read here`;
}

/** Series that have points of which none came: what was stored of them is damaged. */
export function unreadableNames(all: readonly NamedSeries[]): readonly string[] {
  return all.filter(({ columns }) => columns.x.length === 0).map(({ name }) => name);
}

export interface TableRow {
  readonly name: string;
  readonly place: string;
  readonly value: string;
  readonly note: string;
}

/** The chart as rows: at most `limit` a series, spread evenly, always with the first, the last and the extremes. */
export function tableRows(
  all: readonly NamedSeries[],
  axis: AxisKind,
  limit: number,
  text = formatValue,
): readonly TableRow[] {
  return all.flatMap(({ name, columns }) => seriesRows(name, columns, axis, limit, text));
}

function seriesRows(
  name: string,
  columns: SeriesColumns,
  axis: AxisKind,
  limit: number,
  text: (value: number) => string,
): readonly TableRow[] {
  const size = columns.x.length;
  const lowest = indexOfExtreme(columns.min, (a, b) => a < b);
  const highest = indexOfExtreme(columns.max, (a, b) => a > b);
  const stride = Math.max(1, Math.ceil(size / limit));
  const chosen = new Set([lowest, highest, size - 1]);
  for (let index = 0; index < size; index += stride) chosen.add(index);
  const missing = (columns.missing ?? []).map(({ from, to, count }) => ({
    at: from,
    row: {
      name,
      place: `${xText(from, axis)} to ${xText(to, axis).replace(/^step /, "")}`,
      value: "–",
      note: `${formatWhole(count)} points can't be read`,
    },
  }));
  const rows = [...chosen]
    .filter((index) => index >= 0)
    .sort((a, b) => a - b)
    .map((index) => {
      const extreme = index === lowest ? "lowest" : index === highest ? "highest" : "";
      const source =
        extreme === "lowest"
          ? [columns.minX, columns.min]
          : extreme === "highest"
            ? [columns.maxX, columns.max]
            : [columns.x, columns.first];
      const value = source[1]?.[index] ?? Number.NaN;
      const bad = (columns.inf[index] ?? 0) > 0 ? "Inf" : (columns.nan[index] ?? 0) > 0 ? "NaN" : "";
      const place = source[0]?.[index] ?? columns.x[index] ?? 0;
      const row = {
        name,
        place: xText(place, axis),
        value: Number.isFinite(value) ? text(value) : bad,
        note: [extreme, Number.isFinite(value) && bad !== "" ? `${bad} nearby` : ""]
          .filter(Boolean)
          .join(", "),
      };
      return { at: place, row };
    });
  return (missing.length === 0 ? rows : [...rows, ...missing].sort((a, b) => a.at - b.at)).map(
    ({ row }) => row,
  );
}

function indexOfExtreme(values: readonly number[], better: (a: number, b: number) => boolean): number {
  let found = -1;
  values.forEach((value, index) => {
    if (Number.isFinite(value) && (found < 0 || better(value, values[found] ?? Number.NaN))) found = index;
  });
  return found;
}
