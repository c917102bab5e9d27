/** The runs of a group as one: statistics over the pixel columns of their lines. */

import type { BandColumns } from "../model/metric.ts";
import { type Statistics, statistics } from "../model/statistics.ts";
import { type ChartWindow, ColumnReducer } from "./columns.ts";
import type { Line } from "./line.ts";

/** One run: the lines of its attempts, oldest first. */
export type RunLines = readonly Line[];

/** The figures of `BandColumns` for the runs of one group. `coarsely` as in `Line`. */
export function bandOf(
  of: Pick<BandColumns, "group" | "key">,
  runs: readonly RunLines[],
  window: ChartWindow,
  coarsely: boolean,
): BandColumns {
  const members = runs
    .filter((lines) => lines.length > 0)
    .map((lines) => new Member(lines, window, coarsely));
  const columns = Array.from({ length: window.width }, (_, column) => figuresAt(members, column)).filter(
    (figures) => figures !== null,
  );
  const pick = (name: keyof Figures) => columns.map((figures) => figures[name]);
  return {
    ...{ ...of, x: pick("x"), runs: pick("count"), mean: pick("mean"), median: pick("median") },
    ...{ min: pick("least"), max: pick("most"), deviation: pick("deviation"), error: pick("error") },
    ...{ low: pick("low"), high: pick("high") },
  };
}

interface Figures extends Statistics {
  readonly x: number;
  /** Extremes over all points of the column. */
  readonly least: number;
  readonly most: number;
}

function figuresAt(members: readonly Member[], column: number): Figures | null {
  let [x, least, most] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const member of members) {
    const figures = member.enter(column);
    if (figures === null || Number.isNaN(figures.last)) continue;
    x = Math.max(x, figures.x);
    least = Math.min(least, figures.min);
    most = Math.max(most, figures.max);
  }
  if (x === Number.NEGATIVE_INFINITY) return null;
  return { ...statistics(members.map((member) => member.value)), x, least, most };
}

/** One run of a group on its way through the columns. */
class Member {
  /** The last finite value so far; NaN before the first and after the last of the run. */
  value: number;
  readonly #attempts: readonly ColumnReducer[];
  /** The column of the run's last finite value; beyond the window when it comes later. */
  readonly #end: number;

  constructor(lines: RunLines, window: ChartWindow, coarsely: boolean) {
    this.#attempts = lines.toReversed().map((line) => {
      const reducer = new ColumnReducer(window);
      line.reduce(reducer, coarsely);
      return reducer;
    });
    const goesOn = lines.some((line) => line.high > window.x1 && line.nearest(window.x1, "right") !== null);
    const columns = Array.from({ length: window.width }, (_, column) => this.#at(column)?.last ?? Number.NaN);
    this.#end = goesOn ? window.width : columns.findLastIndex((last) => !Number.isNaN(last));
    this.value = valueBefore(lines, window.x0);
  }

  /** Goes to the next column and answers what it holds. */
  enter(column: number): ReturnType<ColumnReducer["at"]> {
    const figures = this.#at(column);
    if (column > this.#end) this.value = Number.NaN;
    else if (figures !== null && !Number.isNaN(figures.last)) this.value = figures.last;
    return figures;
  }

  /** Of the latest attempt that has a point there. */
  #at(column: number): ReturnType<ColumnReducer["at"]> {
    for (const attempt of this.#attempts) {
      const figures = attempt.at(column);
      if (figures !== null) return figures;
    }
    return null;
  }
}

/** The value that a run brings into the window: of points at one x, that of the latest attempt. */
function valueBefore(lines: RunLines, x0: number): number {
  let before = { x: Number.NEGATIVE_INFINITY, value: Number.NaN };
  for (const line of lines) {
    const point = line.low < x0 ? line.nearest(x0, "left") : null;
    if (point !== null && point.x >= before.x) before = point;
  }
  return before.value;
}
