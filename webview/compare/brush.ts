/** Axes of the parallel coordinates: where each run stands on them, and which runs lie in the brushed ranges. Pure. */

import { naturally } from "../shared/metricGroups.ts";
import type { GridColumn } from "./gridColumns.ts";

export interface PlotAxis {
  readonly column: GridColumn;
  /** Share of the axis from the bottom, 0 to 1, by run index; NaN where the run has no place on it. */
  readonly places: readonly number[];
  readonly ticks: readonly { readonly place: number; readonly value: number | string }[];
  readonly logarithmic: boolean;
}

const logarithmicRatio = 100;
const mostCategories = 40;
/** So few numbers, so far apart, are told one by one. */
const fewNumbers = 6;
const closest = 0.08;

/** Numbers over two decades, all above zero, stand on a logarithmic axis. */
export const isWide = (low: number, high: number) => low > 0 && high / low >= logarithmicRatio;

/** Numbers by their size, texts by their natural order at even distances. */
export function plotAxis(column: GridColumn): PlotAxis {
  if (!column.numeric) return categoryAxis(column);
  const numbers = Array.from({ length: column.cells.length }, (_, index) => column.cells.number(index));
  const finite = numbers.filter((value) => Number.isFinite(value));
  const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const logarithmic = isWide(low, high);
  const scaled = (value: number) => (logarithmic ? Math.log(value) : value);
  const length = scaled(high) - scaled(low);
  const placeOf = (value: number) => (length > 0 ? (scaled(value) - scaled(low)) / length : 0.5);
  const valueAt = (place: number) => {
    const at = scaled(low) + place * length;
    return logarithmic ? Math.exp(at) : at;
  };
  const own = [...new Set(finite)].sort((a, b) => a - b).map(placeOf);
  const apart = own.every((place, index) => index === 0 || place - (own[index - 1] ?? 0) >= closest);
  const shares = own.length <= fewNumbers && apart ? own : [0, 0.25, 0.5, 0.75, 1];
  return {
    column,
    places: numbers.map((value) => (Number.isFinite(value) ? placeOf(value) : Number.NaN)),
    ticks: finite.length === 0 ? [] : shares.map((place) => ({ place, value: valueAt(place) })),
    logarithmic,
  };
}

function categoryAxis(column: GridColumn): PlotAxis {
  const { cells } = column;
  const shown = Array.from({ length: cells.length }, (_, index) => cells.at(index)?.shown ?? null);
  const texts = [...new Set(shown.filter((text) => text !== null))].sort(naturally).slice(0, mostCategories);
  const places = new Map(
    texts.map((text, index) => [text, texts.length > 1 ? index / (texts.length - 1) : 0.5]),
  );
  return {
    column,
    places: shown.map((text) => (text === null ? Number.NaN : (places.get(text) ?? Number.NaN))),
    ticks: texts.map((text) => ({ place: places.get(text) ?? 0, value: text })),
    logarithmic: false,
  };
}

export type Brushes = Readonly<Record<string, readonly [number, number]>>;

/** The runs that lie in every brushed range. */
export function brushedRuns(
  order: readonly number[],
  columns: readonly GridColumn[],
  brushes: Brushes,
): readonly number[] {
  const tests = Object.entries(brushes).flatMap(([id, range]) => {
    const column = columns.find((each) => each.id === id);
    return column === undefined || !column.loaded ? [] : [{ places: plotAxis(column).places, range }];
  });
  if (tests.length === 0) return order;
  return order.filter((index) =>
    tests.every(({ places, range: [from, to] }) => {
      const place = places[index] ?? Number.NaN;
      return place >= from - 1e-9 && place <= to + 1e-9;
    }),
  );
}
