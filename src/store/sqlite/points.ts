/** Writes metric points: whole chunks, with the last one of a series kept open and rewritten once per batch. */

import { type ChunkEncoder, chunkPoints, type Extent, openChunk, type Points } from "../chunk.ts";
import { newPoints, type StoredPoints } from "../newPoints.ts";
import type { PendingPoints } from "../pendingPoints.ts";
import { addToSample, emptySample } from "../sample.ts";
import { addPoints, emptySummary, type SeriesSummary } from "../seriesSummary.ts";
import type { Connection } from "./connection.ts";
import { addToPyramid, catchUpPyramid } from "./pyramidRows.ts";
import { readSample, writeSample } from "./runRows.ts";

/** Chunks of an older file that one batch brings into the pyramid. */
const mostCaughtUp = 16;

/** Which series; `run` is the key of its row. */
export interface SeriesAt {
  readonly run: number;
  readonly attempt: number;
  readonly name: string;
}

interface StoredSeries extends SeriesSummary {
  readonly id: number;
  chunks: number;
  pyramid: number;
  sample: string;
}

/** Adds points to a series, made if it is not there. Answers whether it is new. What a client has said before is not added again. */
export function addPointsTo(
  connection: Connection,
  encoder: ChunkEncoder,
  at: SeriesAt,
  pending: PendingPoints,
): boolean {
  const metric = metricNumber(connection, at.name);
  const stored = findSeries(connection, at, metric);
  const series = stored ?? {
    ...emptySummary(),
    id: 0,
    chunks: 0,
    pyramid: 0,
    sample: writeSample(emptySample),
  };
  const said = pending.numberedFrom(series.count);
  const added = pending.isClient ? pointsNotYetIn(connection, at, metric, series, said) : said;
  if (added.values.length === 0) return false;
  series.sample = writeSample(addToSample(readSample(series.sample), series.count, added.values));
  addPoints(series, added, pending.isClient);
  const id = stored === undefined ? insertSeries(connection, at, metric, series) : series.id;
  const open = openPoints(connection, id, series.chunks);
  const first = open === null ? series.chunks + 1 : series.chunks;
  series.pyramid = catchUpPyramid(connection, id, series.pyramid, first - 1, mostCaughtUp);
  series.chunks = writeChunks(
    connection,
    encoder,
    id,
    first,
    open === null ? added : encoder.joined(open, added),
    series,
  );
  updateSeries(connection, id, series);
  return stored === undefined;
}

interface Bounds extends Extent {
  readonly id: number;
}

/** What a client says again is no point of its own, though its run was begun anew meanwhile. */
function pointsNotYetIn(
  connection: Connection,
  { run, attempt }: SeriesAt,
  metric: number,
  series: StoredSeries,
  said: Points,
): Points {
  const earlier =
    attempt === 1
      ? []
      : connection.rows<Bounds>(
          "select id, step0, step1, time0, time1 from series where run = ? and metric = ? and attempt < ?",
          ...[run, metric, attempt],
        );
  const all = [...earlier, series];
  const known = {
    step0: Math.min(...all.map(({ step0 }) => step0)),
    step1: Math.max(...all.map(({ step1 }) => step1)),
    time0: Math.min(...all.map(({ time0 }) => time0)),
    time1: Math.max(...all.map(({ time1 }) => time1)),
  };
  return newPoints(said, known, (within) => chunksOf(connection, all, within));
}

function* chunksOf(
  connection: Connection,
  series: readonly Pick<Bounds, "id">[],
  { step0, step1, time0, time1 }: Extent,
): Generator<StoredPoints> {
  for (const { id } of series)
    for (const { data } of connection.each<{ data: Uint8Array }>(
      "select data from chunk where series = ? and step1 >= ? and step0 <= ? and time1 >= ? and time0 <= ?",
      ...[id, step0, step1, time0, time1],
    )) {
      const chunk = openChunk(data);
      if (chunk !== null) yield chunk;
    }
}

/** Number of a metric name; names are kept once. */
function metricNumber(connection: Connection, name: string): number {
  const known = connection.row<{ id: number }>("select id from metric_name where name = ?", name);
  return known?.id ?? connection.change("insert into metric_name (name) values (?)", name);
}

/** The points of the last chunk, null when it is full or there is none. */
function openPoints(connection: Connection, series: number, chunks: number): Points | null {
  if (chunks === 0) return null;
  const row = connection.row<{ count: number; data: Uint8Array }>(
    "select count, data from chunk where series = ? and number = ?",
    ...[series, chunks],
  );
  if (row === undefined || row.count >= chunkPoints) return null;
  const chunk = openChunk(row.data);
  return chunk === null ? null : { steps: chunk.steps(), times: chunk.times(), values: chunk.values() };
}

/** Writes points as chunks from number `first` on, whole ones into the pyramid as well; answers the number of the last one. */
function writeChunks(
  connection: Connection,
  encoder: ChunkEncoder,
  series: number,
  first: number,
  points: Points,
  state: { pyramid: number },
): number {
  let number = first;
  for (let at = 0; at < points.values.length; at += chunkPoints, number++) {
    const part = {
      steps: points.steps.subarray(at, at + chunkPoints),
      times: points.times.subarray(at, at + chunkPoints),
      values: points.values.subarray(at, at + chunkPoints),
    };
    const { data, ...extent } = encoder.encode(part);
    const { step0, step1, time0, time1 } = extent;
    connection.change(
      `insert into chunk (series, number, count, step0, step1, time0, time1, data) values (?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (series, number) do update set count = excluded.count, step0 = excluded.step0, step1 = excluded.step1,
         time0 = excluded.time0, time1 = excluded.time1, data = excluded.data`,
      ...[series, number, part.values.length, step0, step1, time0, time1, data],
    );
    if (part.values.length === chunkPoints && state.pyramid === number - 1) {
      addToPyramid(connection, series, number - 1, part, extent);
      state.pyramid = number;
    }
  }
  return number - 1;
}

function findSeries(connection: Connection, at: SeriesAt, metric: number): StoredSeries | undefined {
  const row = connection.row<{ [column in keyof StoredSeries]: StoredSeries[column] | null }>(
    `select id, last, last_step as lastStep, last_time as lastTime, min, min_step as minStep, max, max_step as maxStep, count, nan, inf,
       step0, step1, time0, time1, chunks, pyramid, sample
     from series where run = ? and attempt = ? and metric = ?`,
    ...[at.run, at.attempt, metric],
  );
  if (row === undefined) return undefined;
  // NaN is null in SQLite; no other column can be null.
  row.last ??= Number.NaN;
  row.min ??= Number.NaN;
  row.minStep ??= Number.NaN;
  row.max ??= Number.NaN;
  row.maxStep ??= Number.NaN;
  return row as StoredSeries;
}

function insertSeries(connection: Connection, at: SeriesAt, metric: number, series: StoredSeries): number {
  return connection.change(
    `insert into series (run, attempt, metric, last_step, last_time, count, nan, inf, step0, step1, time0, time1, chunks, sample)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`,
    ...[at.run, at.attempt, metric, series.lastStep, series.lastTime, series.count, series.nan, series.inf],
    ...[series.step0, series.step1, series.time0, series.time1, series.sample],
  );
}

function updateSeries(connection: Connection, id: number, series: StoredSeries): void {
  connection.change(
    `update series set last = ?, last_step = ?, last_time = ?, min = ?, min_step = ?, max = ?, max_step = ?, count = ?, nan = ?, inf = ?,
       step0 = ?, step1 = ?, time0 = ?, time1 = ?, chunks = ?, pyramid = ?, sample = ? where id = ?`,
    ...[series.last, series.lastStep, series.lastTime],
    ...[series.min, series.minStep, series.max, series.maxStep],
    ...[series.count, series.nan, series.inf, series.step0, series.step1, series.time0, series.time1],
    ...[series.chunks, series.pyramid, series.sample, id],
  );
}
