/** Reads metric points: as exact pixel columns for charts, raw for exports. */

import type {
  ColumnsQuery,
  ColumnsResult,
  SeriesColumns,
  SeriesPoints,
  SeriesRef,
} from "../../model/metric.ts";
import { openChunk } from "../chunk.ts";
import { ColumnReducer } from "../columns.ts";
import type { MetricStore } from "../store.ts";
import type { Connection } from "./connection.ts";

const mostColumns = 8192;

interface FoundSeries {
  readonly id: number;
  readonly runId: string;
  readonly attempt: number;
  readonly key: string;
  readonly started: number;
  readonly step0: number;
  readonly step1: number;
  readonly time0: number;
  readonly time1: number;
}

export class SqliteMetrics implements MetricStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async columns(query: ColumnsQuery): Promise<ColumnsResult> {
    return this.#connection.read(() => {
      const found = this.#find(query.runIds, query.keys);
      const [from, to] = rangeOf(found, query);
      const x0 = query.x0 ?? from;
      const x1 = query.x1 ?? to;
      const width = Math.max(1, Math.min(mostColumns, Math.floor(query.width)));
      return { x0, x1, series: found.map((series) => this.#reduce(series, query.axis, { x0, x1, width })) };
    });
  }

  async points({ runId, attempt, key }: SeriesRef): Promise<SeriesPoints> {
    return this.#connection.read(() => {
      const series = this.#find([runId], [key]).find((found) => found.attempt === attempt);
      if (series === undefined) return inStepOrder([], [], []);
      const steps: number[] = [];
      const times: number[] = [];
      const values: number[] = [];
      for (const { data } of this.#chunks(series.id, "step", -Number.MAX_VALUE, Number.MAX_VALUE)) {
        const chunk = openChunk(data);
        if (chunk === null) continue;
        for (const step of chunk.steps()) steps.push(step);
        for (const time of chunk.times()) times.push(time);
        for (const value of chunk.values()) values.push(value);
      }
      return inStepOrder(steps, times, values);
    });
  }

  async keys(runIds: readonly string[]): Promise<readonly string[]> {
    const rows = this.#connection.rows<{ name: string }>(
      `select distinct metric_name.name from run join series on series.run = run.key join metric_name on metric_name.id = metric
       where run.id in (select value from json_each(?)) order by metric_name.name`,
      JSON.stringify(runIds),
    );
    return rows.map(({ name }) => name);
  }

  #reduce(
    { id, runId, attempt, key, started }: FoundSeries,
    axis: ColumnsQuery["axis"],
    window: { readonly x0: number; readonly x1: number; readonly width: number },
  ): SeriesColumns {
    const reducer = new ColumnReducer(window);
    const shift = axis === "relative" ? started : 0;
    const column = axis === "step" ? "step" : "time";
    // The shift is rounded: a chunk too many costs little, a chunk too few would lose points.
    const margin = shift === 0 ? 0 : 1;
    const [from, to] = [window.x0 + shift - margin, window.x1 + shift + margin];
    for (const { data } of this.#chunks(id, column, from, to)) {
      const chunk = openChunk(data);
      if (chunk !== null) reducer.add(axis === "step" ? chunk.steps() : chunk.times(), chunk.values(), shift);
    }
    return reducer.columns({ runId, attempt, key });
  }

  /** Chunks that may hold a point in the range, by their headers, in order of arrival. */
  #chunks(
    series: number,
    column: "step" | "time",
    from: number,
    to: number,
  ): IterableIterator<{ data: Uint8Array }> {
    return this.#connection.each(
      `select data from chunk where series = ? and ${column}1 >= ? and ${column}0 <= ? order by number`,
      ...[series, from, to],
    );
  }

  /** The series asked for, in the order of the question. Relative time counts from the start of the run. */
  #find(runIds: readonly string[], keys: readonly string[]): readonly FoundSeries[] {
    return this.#connection.rows<FoundSeries>(
      `select series.id, run.id as runId, series.attempt, metric_name.name as key, coalesce(started, created) as started,
         step0, step1, time0, time1
       from json_each(?) as askedRun cross join run on run.id = askedRun.value
       cross join json_each(?) as askedKey cross join metric_name on metric_name.name = askedKey.value
       cross join series on series.run = run.key and series.metric = metric_name.id
       order by askedRun.key, askedKey.key, series.attempt`,
      ...[JSON.stringify(runIds), JSON.stringify(keys)],
    );
  }
}

/** The range of all series on the axis; [0, 0] when there is none. */
function rangeOf(found: readonly FoundSeries[], { axis }: ColumnsQuery): readonly [number, number] {
  if (found.length === 0) return [0, 0];
  const low = found.map((one) =>
    axis === "step" ? one.step0 : one.time0 - (axis === "wall" ? 0 : one.started),
  );
  const high = found.map((one) =>
    axis === "step" ? one.step1 : one.time1 - (axis === "wall" ? 0 : one.started),
  );
  return [low.reduce((a, b) => Math.min(a, b)), high.reduce((a, b) => Math.max(a, b))];
}

/** Sorted by step; points on one step stay in order of arrival. */
function inStepOrder(
  steps: readonly number[],
  times: readonly number[],
  values: readonly number[],
): SeriesPoints {
  const step = (at: number) => steps[at] ?? 0;
  const order = steps.map((_, at) => at).sort((left, right) => step(left) - step(right));
  const column = (from: readonly number[]) => Float64Array.from(order, (at) => from[at] ?? Number.NaN);
  return { steps: column(steps), times: column(times), values: column(values) };
}
