/** Messages of an offline `.wandb` file, as far as they are read here (wandb_internal.proto). */

import { isObject, parseJson } from "../../model/fields.ts";
import { doubleOf, fieldsOf, textOf, timestampOf } from "./protobuf.ts";

/** A key with the value of it: a number, a text, or what was JSON. */
export type WandbItem = readonly [key: string, value: unknown];

export type WandbRecord =
  | { readonly kind: "history"; readonly step: number | null; readonly items: readonly WandbItem[] }
  | { readonly kind: "summary" | "config"; readonly items: readonly WandbItem[] }
  | { readonly kind: "run"; readonly run: WandbRun }
  | { readonly kind: "exit"; readonly code: number };

export interface WandbRun {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly notes: string;
  readonly group: string;
  readonly user: string;
  readonly tags: readonly string[];
  readonly started: number;
  readonly config: readonly WandbItem[];
}

const kinds = { history: 2, summary: 3, config: 4, run: 17, exit: 18 } as const;

/** Null for the many records that say nothing of interest. */
export function wandbRecord(bytes: Uint8Array): WandbRecord | null {
  for (const { number, value } of fieldsOf(bytes)) {
    if (typeof value === "number") continue;
    if (number === kinds.history) return { kind: "history", step: stepOf(value), items: [...itemsIn(value)] };
    if (number === kinds.summary) return { kind: "summary", items: [...itemsIn(value)] };
    if (number === kinds.config) return { kind: "config", items: [...itemsIn(value)] };
    if (number === kinds.run) return { kind: "run", run: runOf(value) };
    if (number === kinds.exit) return { kind: "exit", code: numberField(value, 1) };
  }
  return null;
}

function stepOf(history: Uint8Array): number | null {
  for (const { number, value } of fieldsOf(history))
    if (number === 2 && typeof value !== "number") return numberField(value, 1);
  return null;
}

/** The number of a field; what is left out of a message is zero. */
function numberField(bytes: Uint8Array, wanted: number): number {
  for (const { number, value } of fieldsOf(bytes))
    if (number === wanted && typeof value === "number") return value;
  return 0;
}

/** Items of a history, a summary or a configuration: they are alike. */
function* itemsIn(bytes: Uint8Array): Generator<WandbItem> {
  for (const { number, value } of fieldsOf(bytes))
    if (number === 1 && typeof value !== "number") {
      const item = itemOf(value);
      if (item !== null) yield item;
    }
}

function itemOf(bytes: Uint8Array): WandbItem | null {
  const keys: string[] = [];
  let found: unknown;
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 1 || number === 2) keys.push(textOf(value));
    else if (number === 4) found = value === 1;
    else if (number === 5) found = value;
    else if (number === 6 && typeof value !== "number") found = doubleOf(value);
    else if (number === 7) found = textOf(value);
    else if (number === 8 || number === 16) found = jsonOf(textOf(value));
  }
  const key = keys.filter((part) => part !== "").join(".");
  return key === "" ? null : [key, found];
}

/** Python's JSON has words for numbers that JSON lacks. */
function jsonOf(text: string): unknown {
  const word = text.replaceAll('"', "");
  if (word === "NaN") return Number.NaN;
  if (word === "Infinity" || word === "-Infinity") return Number(word);
  return parseJson(text);
}

function runOf(bytes: Uint8Array): WandbRun {
  const texts = new Map<number, string>();
  const tags: string[] = [];
  let started = 0;
  let config: readonly WandbItem[] = [];
  for (const { number, value } of fieldsOf(bytes)) {
    if (typeof value === "number") continue;
    if (number === 4) config = [...itemsIn(value)];
    else if (number === 10) tags.push(textOf(value));
    else if (number === 17) started = timestampOf(value);
    else texts.set(number, textOf(value));
  }
  const text = (number: number) => texts.get(number) ?? "";
  return {
    ...{ id: text(1), user: text(2), project: text(3), group: text(6), name: text(8), notes: text(9) },
    ...{ tags, started, config },
  };
}

/** Numbers in a value, however deep: `val` of `{acc: 1}` is `val.acc`. Texts, lists and media are none. */
export function* numbersOf(key: string, value: unknown, depth = 6): Generator<readonly [string, number]> {
  if (typeof value === "number") yield [key.slice(0, 1_000), value];
  else if (typeof value === "boolean") yield [key.slice(0, 1_000), value ? 1 : 0];
  else if (isObject(value) && !("_type" in value) && depth > 0)
    for (const [name, member] of Object.entries(value)) yield* numbersOf(`${key}.${name}`, member, depth - 1);
}
