/** Writes the pyramid of a series, one closed chunk after the other. */

import { encodeBuckets, openBuckets } from "../bucketCodec.ts";
import { type Extent, openChunk, type Points } from "../chunk.ts";
import { type Buckets, bucketsOf, coarser, columnsBy, fan, joinBuckets, rowBuckets } from "../pyramid.ts";
import type { Connection } from "./connection.ts";

interface RowAt {
  readonly series: number;
  readonly level: number;
  readonly number: number;
}

/** Buckets of null are those of a row that can't be read any more: readers go to the level below. */
interface Row {
  readonly buckets: Buckets | null;
  readonly extent: Extent;
}

/** Adds the points of a closed chunk, numbered from 0, and every row of a higher level that it completes. Chunks come in order, each once. */
export function addToPyramid(
  connection: Connection,
  series: number,
  chunk: number,
  points: Points,
  extent: Extent,
): void {
  let row: Row = { buckets: bucketsOf(points), extent };
  write(connection, { series, level: 1, number: chunk }, row);
  // The second of two rows makes one of the next level.
  for (let level = 2, lower = chunk; lower % fan === fan - 1; level++, lower = Math.floor(lower / fan)) {
    const before = Array.from({ length: fan - 1 }, (_, at) => lower - fan + 1 + at);
    row = joined([...before.map((number) => read(connection, { series, level: level - 1, number })), row]);
    write(connection, { series, level, number: Math.floor(lower / fan) }, row);
  }
}

/** Builds what older files lack, at most `limit` chunks at a time; answers how many chunks are covered now. */
export function catchUpPyramid(
  connection: Connection,
  series: number,
  covered: number,
  closed: number,
  limit: number,
): number {
  let number = covered;
  for (; number < Math.min(closed, covered + limit); number++) {
    const row = connection.row<Extent & { data: Uint8Array }>(
      "select step0, step1, time0, time1, data from chunk where series = ? and number = ?",
      ...[series, number + 1],
    );
    const chunk = row === undefined ? null : openChunk(row.data);
    // Behind a damaged chunk the series is read as points, where the damage shows.
    if (row === undefined || chunk === null) break;
    const points = { steps: chunk.steps(), times: chunk.times(), values: chunk.values() };
    addToPyramid(connection, series, number, points, row);
  }
  if (number > covered) connection.change("update series set pyramid = ? where id = ?", number, series);
  return number;
}

function joined(rows: readonly Row[]): Row {
  const buckets = rows.map((row) => row.buckets).filter((each) => each !== null);
  const ends = (name: keyof Extent) => rows.map(({ extent }) => extent[name]);
  return {
    buckets: buckets.length < rows.length ? null : joinBuckets(buckets.map(coarser)),
    extent: {
      step0: Math.min(...ends("step0")),
      step1: Math.max(...ends("step1")),
      time0: Math.min(...ends("time0")),
      time1: Math.max(...ends("time1")),
    },
  };
}

function read(connection: Connection, { series, level, number }: RowAt): Row {
  const row = connection.row<Extent & { data: Uint8Array }>(
    "select step0, step1, time0, time1, data from pyramid where series = ? and level = ? and number = ?",
    ...[series, level, number],
  );
  const stored = row === undefined ? null : openBuckets(row.data);
  const { MAX_VALUE: most } = Number;
  return {
    buckets: stored?.length === rowBuckets ? columnsBy((name) => stored.column(name)) : null,
    extent: row ?? { step0: -most, step1: most, time0: -most, time1: most },
  };
}

function write(connection: Connection, { series, level, number }: RowAt, { buckets, extent }: Row): void {
  const { step0, step1, time0, time1 } = extent;
  const data = buckets === null ? new Uint8Array(0) : encodeBuckets(buckets);
  connection.change(
    `insert or replace into pyramid (series, level, number, step0, step1, time0, time1, data)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[series, level, number, step0, step1, time0, time1, data],
  );
}
