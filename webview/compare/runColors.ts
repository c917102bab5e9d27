/** The color of each run by one column: numbers along a ramp between two run colors, texts each in its own; runs without it are quiet. */

import { mixed, type Rgb } from "../shared/contrast.ts";
import { plotAxis } from "./brush.ts";
import type { GridColumn } from "./gridColumns.ts";

/** Blue to orange of the run colors: far apart for every kind of color vision. */
const [rampFrom, rampTo] = [0, 1];

export interface ColorScale {
  readonly colors: readonly (Rgb | null)[];
  /** What the colors mean, from the lowest to the highest or one by one. */
  readonly legend: readonly LegendEntry[];
}

export interface LegendEntry {
  readonly color: Rgb;
  readonly text: string;
  /** Is the run at this place one of those with this color? On a ramp: nearer to it than to the next. */
  readonly holds: (index: number) => boolean;
}

export function colorScale(
  column: GridColumn,
  palette: readonly Rgb[],
  text: (value: number) => string,
): ColorScale {
  const axis = plotAxis(column);
  const [from, to] = [palette[rampFrom], palette[rampTo]];
  if (from === undefined || to === undefined) return { colors: [], legend: [] };
  if (column.numeric)
    return {
      colors: axis.places.map((place) => (Number.isNaN(place) ? null : mixed(from, to, place))),
      legend: axis.ticks.map(({ place, value }) => ({
        color: mixed(from, to, place),
        text: typeof value === "number" ? text(value) : value,
        holds: (index) => isNearest(axis.places[index] ?? Number.NaN, place, axis.ticks),
      })),
    };
  const order = axis.ticks.map(({ value }) => value);
  const colorOf = (index: number) => palette[index % palette.length] ?? from;
  return {
    colors: Array.from({ length: column.cells.length }, (_, index) => {
      const cell = column.cells.at(index);
      return cell === null ? null : colorOf(order.indexOf(cell.shown));
    }),
    legend: order.map((value, at) => ({
      color: colorOf(at),
      text: String(value),
      holds: (index) => column.cells.at(index)?.shown === value,
    })),
  };
}

function isNearest(at: number, place: number, all: readonly { readonly place: number }[]): boolean {
  const far = Math.abs(at - place);
  return far <= Math.min(...all.map((other) => Math.abs(at - other.place)));
}
