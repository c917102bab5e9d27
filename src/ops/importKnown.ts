/** What of a foreign run its journal has already, so that only what has grown since is added. Pure: no point is counted twice, none is lost. */

import type { JournalRecord, MetricRecord } from "../model/journal.ts";

/** Points of one metric as they were read, three numbers each: step, time, value. */
interface Series {
  readonly numbers: number[];
  /** How many of them have been met again, in their order. */
  met: number;
  /** Those left, by their text and how often, once the order turned out to be another one. */
  left: Map<string, number> | null;
}

export class KnownRecords {
  readonly #series = new Map<string, Series>();
  readonly #last = new Map<string, string>();
  readonly #timed: boolean;

  /** `timed`: whether times tell points apart. */
  constructor(timed: boolean) {
    this.#timed = timed;
  }

  /** Takes note of a record that is there. */
  learn(record: JournalRecord): void {
    if (record.kind !== "metric") {
      this.#last.set(placeOf(record), textOf(record));
      return;
    }
    for (const [key, value] of Object.entries(record.values)) {
      const series = this.#series.get(key) ?? { numbers: [], met: 0, left: null };
      series.numbers.push(record.step, record.time, value);
      this.#series.set(key, series);
    }
  }

  /** The record without what is there already; null when all of it is. Each call takes one place: two equal points need two. */
  rest(record: JournalRecord): JournalRecord | null {
    if (record.kind === "metric") return this.#restOf(record);
    const place = placeOf(record);
    const text = textOf(record);
    if (this.#last.get(place) === text) return null;
    this.#last.set(place, text);
    return record;
  }

  #restOf(record: MetricRecord): MetricRecord | null {
    const fresh = Object.entries(record.values).filter(
      ([key, value]) => !this.#meet(key, record.step, record.time, value),
    );
    return fresh.length === 0 ? null : { ...record, values: Object.fromEntries(fresh) };
  }

  #meet(key: string, step: number, time: number, value: number): boolean {
    const series = this.#series.get(key);
    if (series === undefined) return false;
    const { numbers } = series;
    const at = series.met * 3;
    if (series.left === null && at < numbers.length) {
      const sameTime = !this.#timed || numbers[at + 1] === time;
      if (numbers[at] === step && sameTime && isSame(numbers[at + 2], value)) {
        series.met += 1;
        return true;
      }
    }
    series.left ??= this.#leftOf(series);
    const text = this.#pointText(step, time, value);
    const count = series.left.get(text) ?? 0;
    if (count > 0) series.left.set(text, count - 1);
    return count > 0;
  }

  #leftOf({ numbers, met }: Series): Map<string, number> {
    const left = new Map<string, number>();
    for (let at = met * 3; at < numbers.length; at += 3) {
      const text = this.#pointText(numbers[at] ?? 0, numbers[at + 1] ?? 0, numbers[at + 2] ?? 0);
      left.set(text, (left.get(text) ?? 0) + 1);
    }
    return left;
  }

  #pointText(step: number, time: number, value: number): string {
    return `${step} ${this.#timed ? time : ""} ${value}`;
  }
}

function isSame(left: number | undefined, right: number): boolean {
  return left === right || (Number.isNaN(left) && Number.isNaN(right));
}

/** What a later record takes the place of. */
function placeOf(record: JournalRecord): string {
  const { kind } = record;
  if ("key" in record) return `${kind} ${record.key}`;
  if (kind === "model") return `${kind} ${record.id}`;
  if (kind === "model_input" || kind === "model_output") return `${kind} ${record.model} ${record.step}`;
  if (kind === "input") return `${kind} ${record.name} ${record.digest}`;
  if ("path" in record) return `${kind} ${record.path}`;
  return kind === "notice" ? `${kind} ${record.text}` : kind;
}

function textOf({ time: _, ...said }: JournalRecord): string {
  return JSON.stringify(said);
}
