/** A stored series over step or time: reads as little of it as a chart needs. */

import type { SeriesRef } from "../../model/metric.ts";
import { type ChunkColumns, openChunk } from "../chunk.ts";
import type { ChartWindow, ColumnReducer } from "../columns.ts";
import { inOrder, type Line, type LinePoint, type LinePoints, nearestOf } from "../line.ts";
import {
  densityOf,
  levelFor,
  type PyramidReader,
  type StoredRow,
  type WalkSpace,
  walk,
} from "../pyramidWalk.ts";
import type { Connection } from "./connection.ts";

/** What is known of a series before its points are read. */
export interface FoundSeries extends SeriesRef {
  readonly id: number;
  readonly count: number;
  readonly started: number;
  readonly step0: number;
  readonly step1: number;
  readonly time0: number;
  readonly time1: number;
  readonly chunks: number;
  readonly pyramid: number;
}

/** A chunk that could not be read: its series and its number from 1. */
export interface Damage {
  readonly series: FoundSeries;
  readonly number: number;
}

/** Reads chunks of one series and remembers those that are damaged. */
export class ChunkReader {
  readonly series: FoundSeries;
  readonly #connection: Connection;
  readonly #damaged: (damage: Damage) => void;

  constructor(connection: Connection, series: FoundSeries, damaged: (damage: Damage) => void) {
    this.#connection = connection;
    this.series = series;
    this.#damaged = damaged;
  }

  /** Chunks by their headers, in order of arrival, from a number (from 1) on. */
  *chunks(
    axis: "step" | "time" = "step",
    from = -Number.MAX_VALUE,
    to = Number.MAX_VALUE,
    first = 1,
  ): Iterable<ChunkColumns> {
    const rows = this.#connection.each<{ number: number; data: Uint8Array }>(
      `select number, data from chunk indexed by chunk_by_extent
       where series = ? and number >= ? and ${axis}1 >= ? and ${axis}0 <= ? order by number`,
      ...[this.series.id, first, from, to],
    );
    for (const { number, data } of rows) {
      const chunk = this.#open(number, data);
      if (chunk !== null) yield chunk;
    }
  }

  chunk(number: number): ChunkColumns | null {
    const row = this.#connection.row<{ data: Uint8Array }>(
      "select data from chunk where series = ? and number = ?",
      ...[this.series.id, number],
    );
    return row === undefined ? null : this.#open(number, row.data);
  }

  #open(number: number, data: Uint8Array): ChunkColumns | null {
    const chunk = openChunk(data);
    if (chunk === null) this.#damaged({ series: this.series, number });
    return chunk;
  }
}

export class StoredLine implements Line {
  readonly of: SeriesRef;
  readonly count: number;
  readonly low: number;
  readonly high: number;
  readonly #connection: Connection;
  readonly #reader: ChunkReader;
  readonly #axis: "step" | "time";
  /** What x is less than the stored position: the start of the run for relative time. */
  readonly #shift: number;
  readonly #space: WalkSpace;

  constructor(
    connection: Connection,
    reader: ChunkReader,
    axis: "step" | "relative" | "wall",
    space: WalkSpace,
  ) {
    const { runId, attempt, key, count, started, step0, step1, time0, time1 } = reader.series;
    this.of = { runId, attempt, key };
    this.count = count;
    this.#shift = axis === "relative" ? started : 0;
    this.low = axis === "step" ? step0 : time0 - this.#shift;
    this.high = axis === "step" ? step1 : time1 - this.#shift;
    this.#connection = connection;
    this.#reader = reader;
    this.#axis = axis === "step" ? "step" : "time";
    this.#space = space;
  }

  reduce(reducer: ColumnReducer, coarsely: boolean): void {
    const { window } = reducer;
    const covered = coarsely ? this.#reader.series.pyramid : 0;
    const level = levelFor(densityOf(this.count, this.low, this.high, window), covered);
    const pyramid = this.#pyramid(window, level === 0 ? 0 : covered);
    walk(pyramid, level, reducer, this.#shift, this.#space);
  }

  points(): LinePoints {
    const { count } = this.#reader.series;
    const xs = new Float64Array(count);
    const values = new Float64Array(count);
    let at = 0;
    for (const chunk of this.#reader.chunks()) {
      this.#xs(chunk, xs.subarray(at));
      chunk.values(values.subarray(at));
      at += chunk.count;
    }
    if (this.#shift !== 0)
      for (let place = 0; place < at; place++) xs[place] = (xs[place] as number) - this.#shift;
    return inOrder({ xs: xs.subarray(0, at), values: values.subarray(0, at) });
  }

  nearest(x: number, side: "left" | "right"): LinePoint | null {
    const left = side === "left";
    const end = left ? `${this.#axis}0 - ? < ?` : `${this.#axis}1 - ? > ?`;
    // The place nearest to x that a chunk may have: those that reach over x come first.
    const near = left ? `min(${this.#axis}1 - ?, ?) desc` : `max(${this.#axis}0 - ?, ?)`;
    const candidates = this.#connection.rows<{ number: number; ends: number }>(
      `select number, ${left ? `${this.#axis}1` : `${this.#axis}0`} - ? as ends from chunk indexed by chunk_by_extent
       where series = ? and ${end} order by ${near}, number`,
      ...[this.#shift, this.#reader.series.id, this.#shift, x, this.#shift, x],
    );
    let found: LinePoint | null = null;
    for (const { number, ends } of candidates) {
      if (found !== null && (left ? ends < found.x : ends > found.x)) break;
      const chunk = this.#reader.chunk(number);
      if (chunk === null) continue;
      const xs = this.#xs(chunk).map((place) => place - this.#shift);
      const here = nearestOf(xs, chunk.values(), x, side);
      if (here !== null && (found === null || (left ? here.x >= found.x : here.x <= found.x))) found = here;
    }
    return found;
  }

  #xs(chunk: ChunkColumns, into?: Float64Array): Float64Array {
    return chunk[`${this.#axis}s`](into);
  }

  #pyramid({ x0, x1 }: ChartWindow, covered: number): PyramidReader {
    const { id } = this.#reader.series;
    // The shift is rounded: a row too many costs little, a row too few would lose points.
    const margin = this.#shift === 0 ? 0 : 1;
    const [from, to] = [x0 + this.#shift - margin, x1 + this.#shift + margin];
    const [connection, axis, reader] = [this.#connection, this.#axis, this.#reader];
    return {
      covered,
      axis,
      rows: (level, first) =>
        connection.rows<StoredRow>(
          `select number, data from pyramid indexed by pyramid_by_extent
           where series = ? and level = ? and number >= ? and ${axis}1 >= ? and ${axis}0 <= ? order by number`,
          ...[id, level, first, from, to],
        ),
      row(level, number) {
        const stored = connection.row<{ data: Uint8Array }>(
          "select data from pyramid where series = ? and level = ? and number = ?",
          ...[id, level, number],
        );
        return stored?.data ?? null;
      },
      chunks: (first) => reader.chunks(axis, from, to, first + 1),
      chunk: (number) => reader.chunk(number + 1),
    };
  }
}
