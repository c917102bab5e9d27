/** The values of one column for all runs: kept as numbers and places in a list of texts, made into cells when they are seen. Pure. */

import type { NumberCells, TextCells } from "../../src/model/compareTable.ts";
import { type ComparisonCell, numberOf } from "../../src/model/comparison.ts";
import { type CellWidth, lazyWidth } from "./cellWidth.ts";

export interface GridCell extends ComparisonCell {
  /** As it stands in the table; `text` is the full value. */
  readonly shown: string;
}

export interface Cells {
  readonly length: number;
  /** How many runs have a value. */
  readonly present: number;
  /** Every present value is a number, and there is one. */
  readonly numeric: boolean;
  /** How wide it is in the table; a guess for very many values. */
  readonly width: () => CellWidth;
  has(index: number): boolean;
  /** NaN where there is no number. */
  number(index: number): number;
  /** Equal where two cells say the same; null without a value. */
  key(index: number): number | string | null;
  at(index: number): GridCell | null;
}

/** Of more values than this not all are written out to see how wide they are. */
const mostMeasured = 500;
const usualLength = 7;

/** Numbers of runs as they travelled. */
export interface Numbers {
  readonly values: Float64Array;
  /** 1 where there is one; null where every run has one. */
  readonly has: Uint8Array | null;
}

export function decoded({ numbers, has, length }: NumberCells): Numbers {
  const values = new Float64Array(bytesOf(numbers).buffer);
  return {
    values: values.length === length ? values : new Float64Array(length).fill(values[0] ?? Number.NaN),
    has: has === null ? null : bytesOf(has),
  };
}

/** Places in the list of texts, one a run. */
export function placesOf({ at, length }: TextCells): Int32Array {
  const places = new Int32Array(bytesOf(at).buffer);
  return places.length === length ? places : new Int32Array(length).fill(places[0] ?? -1);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
  return bytes;
}

/** A column of numbers; `cell` writes one of them. */
export function numberColumn(
  { values, has }: Numbers,
  cell: (value: number, index: number) => GridCell,
): Cells {
  const hasAt = (index: number) => index >= 0 && index < values.length && (has === null || has[index] === 1);
  const at = (index: number) => (hasAt(index) ? cell(values[index] ?? Number.NaN, index) : null);
  const present = has === null ? values.length : has.reduce((sum, one) => sum + one, 0);
  return {
    ...{ length: values.length, present, numeric: present > 0 },
    width: firstWidth(values.length, at),
    has: hasAt,
    number: (index) => values[index] ?? Number.NaN,
    key: (index) => (hasAt(index) ? (values[index] ?? Number.NaN) : null),
    at,
  };
}

/** A column of texts; those that are numbers count as such. `shown` is how a text stands in the table. */
export function textColumn(
  column: TextCells,
  shown: (text: string, number: number | null) => string = (text) => text,
  numberIn: (text: string) => number | null = () => null,
): Cells {
  const places = placesOf(column);
  const cells = column.texts.map((text): GridCell => {
    const number = numberIn(text);
    return { text, number, shown: shown(text, number) };
  });
  return listed(cells, places);
}

/** The column of the code (`codeText`): two snapshots of the same tree are the same, whatever their commits are called. */
export function codeColumn(column: TextCells): Cells {
  const cells = column.texts.map((text): GridCell => {
    const at = text.indexOf(" ");
    return { text: text.slice(0, at), number: null, shown: text.slice(at + 1) };
  });
  return listed(cells, placesOf(column));
}

/** A column whose cells are at hand. */
export function cellColumn(cells: readonly (GridCell | null)[]): Cells {
  const places = Int32Array.from(cells, (cell, index) => (cell === null ? -1 : index));
  return listed(cells, places);
}

function listed(cells: readonly (GridCell | null)[], places: Int32Array): Cells {
  const known = cells.filter((cell) => cell !== null);
  const at = (index: number) => cells[places[index] ?? -1] ?? null;
  return {
    length: places.length,
    present: places.reduce((sum, place) => sum + (place < 0 ? 0 : 1), 0),
    numeric: known.length > 0 && known.every(({ number }) => number !== null),
    width: lazyWidth(() => known.map(({ shown }) => shown)),
    has: (index) => (places[index] ?? -1) >= 0,
    number: (index) => at(index)?.number ?? Number.NaN,
    key: (index) => {
      const cell = at(index);
      return cell === null ? null : (cell.number ?? cell.text);
    },
    at,
  };
}

/** A column whose cells are looked up whenever they are seen: they come one by one. */
export function lateColumn(length: number, at: (index: number) => GridCell | null): Cells {
  return {
    ...{ length, present: length, numeric: false, width: firstWidth(length, at), at },
    has: (index) => at(index) !== null,
    number: () => Number.NaN,
    key: (index) => at(index)?.text ?? null,
  };
}

/** Empty texts are no values. */
export function withoutEmpty(cells: Cells): Cells {
  return cellColumn(
    Array.from({ length: cells.length }, (_, index) => {
      const cell = cells.at(index);
      return cell?.text === "" ? null : cell;
    }),
  );
}

/** A column that is not here yet. */
export const noCells: Cells = cellColumn([]);

/** Numbers as the parameters of scripts have them; long ones in a few digits. */
export function parameterColumn(cells: TextCells, format: (value: number) => string): Cells {
  const shown = (text: string, number: number | null) =>
    number !== null && text.length > longNumber ? format(number) : text;
  return textColumn(cells, shown, numberOf);
}

const longNumber = 10;

/** Do not all runs say the same? */
export function cellsDiffer(cells: Cells): boolean {
  const first = cells.key(0);
  for (let index = 1; index < cells.length; index++) {
    const key = cells.key(index);
    if (key !== first && !(Number.isNaN(key) && Number.isNaN(first))) return true;
  }
  return false;
}

/** How many different values there are, those without one counted as one. Stops at `most`. */
export function differentValues(cells: Cells, most = Number.POSITIVE_INFINITY): number {
  const found = new Set<number | string | null>();
  for (let index = 0; index < cells.length && found.size < most; index++) found.add(cells.key(index));
  return found.size;
}

/** By the first values, and no less than numbers usually need where those are not all. */
function firstWidth(length: number, at: (index: number) => GridCell | null): () => CellWidth {
  const first = Math.min(length, mostMeasured);
  const texts = () => Array.from({ length: first }, (_, index) => at(index)?.shown ?? "");
  return lazyWidth(texts, length > mostMeasured ? usualLength : 0);
}
