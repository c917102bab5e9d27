/** Reads metric points: as exact pixel columns for charts, raw for exports. */

import type {
  BandsQuery,
  BandsResult,
  ColumnsQuery,
  ColumnsResult,
  SeriesPoints,
  SeriesRef,
} from "../../model/metric.ts";
import { bandOf } from "../bands.ts";
import { type ChartWindow, ColumnReducer } from "../columns.ts";
import { type Line, lineOf, orderOf } from "../line.ts";
import { joinOnStep, type StepPoints } from "../metricAxis.ts";
import { densityOf, WalkSpace } from "../pyramidWalk.ts";
import { smoothLine } from "../smoothLine.ts";
import type { MetricStore } from "../store.ts";
import type { Connection } from "./connection.ts";
import { noteDamage, withMissing } from "./damage.ts";
import { catchUpPyramid } from "./pyramidRows.ts";
import { ChunkReader, type Damage, type FoundSeries, StoredLine } from "./storedLine.ts";

const mostColumns = 8192;
/** Up to so many points in view a column is a pixel to the point; beyond, the pyramid is read where it is fine enough. */
const usualRawPoints = 1_000_000;
/** Chunks of older files that one question brings into the pyramid: about a tenth of a second. */
const mostCaughtUp = 512;

type Axis = ColumnsQuery["axis"];
type Range = Pick<ColumnsQuery, "x0" | "x1" | "width">;

/** What one question came across. */
interface Reading {
  readonly damage: Damage[];
  readonly found: FoundSeries[];
  /** What is on the axis of damaged series, by their ids, where that is another metric. */
  readonly over: Map<number, StepPoints>;
}

export class SqliteMetrics implements MetricStore {
  readonly #connection: Connection;
  readonly #rawPoints: number;

  constructor(connection: Connection, rawPoints = usualRawPoints) {
    this.#connection = connection;
    this.#rawPoints = rawPoints;
  }

  async columns({
    runIds,
    keys,
    axis,
    smoothing,
    smoothWithin,
    ...range
  }: ColumnsQuery): Promise<ColumnsResult> {
    return this.#read((reading) => {
      const lines = this.#lines(runIds, keys, axis, reading);
      const window = windowOf(lines, range);
      const coarsely = this.#isLarge(lines, window);
      const reducer = new ColumnReducer(window);
      const series = lines.map((line) => {
        reducer.reset();
        line.reduce(reducer, coarsely);
        const columns = reducer.columns(line.of);
        return smoothing === undefined
          ? columns
          : { ...columns, smooth: smoothLine(line.points(), window, smoothing, smoothWithin) };
      });
      return {
        x0: window.x0,
        x1: window.x1,
        series: withMissing(this.#connection, series, reading.damage, axis, reading.over),
      };
    });
  }

  async bands({ groups, keys, axis, ...range }: BandsQuery): Promise<BandsResult> {
    return this.#read((reading) => {
      const runIds = [...new Set(groups.flatMap((group) => group.runIds))];
      const lines = this.#lines(runIds, keys, axis, reading);
      const window = windowOf(lines, range);
      const coarsely = this.#isLarge(lines, window);
      const byRun = linesByRun(lines);
      const bands = groups.flatMap((group) =>
        keys.map((key) => {
          const runs = [...new Set(group.runIds)].map((id) => byRun.get(key)?.get(id) ?? []);
          return bandOf({ group: group.name, key }, runs, window, coarsely);
        }),
      );
      return { x0: window.x0, x1: window.x1, bands };
    });
  }

  async points({ runId, attempt, key }: SeriesRef): Promise<SeriesPoints> {
    return this.#read((reading) => {
      const series = this.#find([runId], [key]).find((found) => found.attempt === attempt);
      const { steps, times, values } =
        series === undefined ? nothing : this.#points(this.#reader(series, reading));
      const order = orderOf(steps);
      const column = (from: Float64Array) => Float64Array.from(order, (at) => from[at] as number);
      return { steps: column(steps), times: column(times), values: column(values) };
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

  /** One state for the whole answer; what was found on the way is seen to afterwards. */
  #read<T>(work: (reading: Reading) => T): T {
    const reading: Reading = { damage: [], found: [], over: new Map() };
    const answer = this.#connection.read(() => work(reading));
    if (reading.damage.length > 0) noteDamage(this.#connection, reading.damage);
    this.#catchUp(reading.found);
    return answer;
  }

  /** Series of a file from before the pyramid get theirs as they are looked at. */
  #catchUp(found: readonly FoundSeries[]): void {
    const late = found.filter(({ pyramid, chunks }) => pyramid < chunks - 1);
    if (late.length === 0) return;
    this.#connection.write(() => {
      let left = mostCaughtUp;
      for (const { id } of late) {
        const now = this.#connection.row<{ pyramid: number; chunks: number }>(
          "select pyramid, chunks from series where id = ?",
          id,
        );
        if (now === undefined) continue;
        left -= catchUpPyramid(this.#connection, id, now.pyramid, now.chunks - 1, left) - now.pyramid;
        if (left <= 0) return;
      }
    });
  }

  #lines(runIds: readonly string[], keys: readonly string[], axis: Axis, reading: Reading): readonly Line[] {
    const found = this.#find(runIds, keys);
    reading.found.push(...found);
    const space = new WalkSpace();
    if (typeof axis === "string")
      return found.map(
        (series) => new StoredLine(this.#connection, this.#reader(series, reading), axis, space),
      );
    const over = new Map(
      this.#find(runIds, [axis.metric]).map((series) => [placeOf(series), this.#reader(series, reading)]),
    );
    return found.map((series) => {
      const partner = over.get(placeOf(series));
      const damaged = reading.damage.length;
      const points = this.#points(this.#reader(series, reading));
      const isDamaged = reading.damage.length > damaged;
      const places = partner === undefined ? nothing : this.#points(partner);
      if (isDamaged) reading.over.set(series.id, places);
      const { runId, attempt, key } = series;
      const joined = joinOnStep(points, places);
      return lineOf({ runId, attempt, key }, joined);
    });
  }

  #reader(series: FoundSeries, { damage }: Reading): ChunkReader {
    return new ChunkReader(this.#connection, series, (one) => damage.push(one));
  }

  #isLarge(lines: readonly Line[], window: ChartWindow): boolean {
    const inView = ({ count, low, high }: Line) => {
      const from = Math.max(low, window.x0);
      const to = Math.min(high, window.x1);
      return to < from ? 0 : densityOf(count, low, high, { x0: from, x1: to, width: 1 });
    };
    return lines.reduce((sum, line) => sum + inView(line), 0) > this.#rawPoints;
  }

  /** All points of a series in order of arrival. */
  #points(reader: ChunkReader): StepPoints & { readonly times: Float64Array } {
    const { count } = reader.series;
    const [steps, times, values] = [
      new Float64Array(count),
      new Float64Array(count),
      new Float64Array(count),
    ];
    let at = 0;
    for (const chunk of reader.chunks()) {
      chunk.steps(steps.subarray(at));
      chunk.times(times.subarray(at));
      chunk.values(values.subarray(at));
      at += chunk.count;
    }
    return { steps: steps.subarray(0, at), times: times.subarray(0, at), values: values.subarray(0, at) };
  }

  /** The series asked for, in the order of the question. Relative time counts from the start of the run. */
  #find(runIds: readonly string[], keys: readonly string[]): readonly FoundSeries[] {
    return this.#connection.rows<FoundSeries>(
      `select series.id, run.id as runId, series.attempt, metric_name.name as key, coalesce(started, created) as started,
         count, step0, step1, time0, time1, chunks, pyramid
       from json_each(?) as askedRun cross join run on run.id = askedRun.value
       cross join json_each(?) as askedKey cross join metric_name on metric_name.name = askedKey.value
       cross join series on series.run = run.key and series.metric = metric_name.id
       order by askedRun.key, askedKey.key, series.attempt`,
      ...[JSON.stringify(runIds), JSON.stringify(keys)],
    );
  }
}

const nothing = { steps: new Float64Array(0), times: new Float64Array(0), values: new Float64Array(0) };

/** key → run → lines of its attempts. */
function linesByRun(lines: readonly Line[]): ReadonlyMap<string, ReadonlyMap<string, Line[]>> {
  const found = new Map<string, Map<string, Line[]>>();
  for (const line of lines) {
    const runs = found.get(line.of.key) ?? new Map<string, Line[]>();
    runs.set(line.of.runId, [...(runs.get(line.of.runId) ?? []), line]);
    found.set(line.of.key, runs);
  }
  return found;
}

function placeOf({ runId, attempt }: FoundSeries): string {
  return `${runId} ${attempt}`;
}

/** The window asked for; where it is open, the range of all lines, and [0, 0] when there is none. */
function windowOf(lines: readonly Line[], { x0, x1, width }: Range): ChartWindow {
  const low = lines.reduce((least, line) => Math.min(least, line.low), Number.POSITIVE_INFINITY);
  const high = lines.reduce((most, line) => Math.max(most, line.high), Number.NEGATIVE_INFINITY);
  return {
    x0: x0 ?? (Number.isFinite(low) ? low : 0),
    x1: x1 ?? (Number.isFinite(high) ? high : 0),
    width: Math.max(1, Math.min(mostColumns, Math.floor(width))),
  };
}
