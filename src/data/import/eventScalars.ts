/** What an event of TensorBoard says: scalars, also those in tensors of one number, and the parameters of its plugin for these. */

import { doubleOf, fieldsOf, floatOf, textOf } from "./protobuf.ts";

export interface EventScalar {
  readonly time: number;
  readonly step: number;
  readonly tag: string;
  readonly value: number;
}

/** From the hparams plugin: values by name, and how its session ended. */
export interface EventParameters {
  readonly values: readonly (readonly [key: string, value: string])[];
  readonly status: "finished" | "failed" | null;
}

const startTag = "_hparams_/session_start_info";
const endTag = "_hparams_/session_end_info";

/** Reads the events of one file, which says the plugin of a tag only once. */
export class EventReader {
  readonly #plugins = new Map<string, string>();

  read(event: Uint8Array): {
    readonly scalars: readonly EventScalar[];
    readonly parameters: EventParameters | null;
  } {
    let wall = 0;
    let step = 0;
    const scalars: EventScalar[] = [];
    let parameters: EventParameters | null = null;
    const summaries: Uint8Array[] = [];
    for (const { number, value } of fieldsOf(event)) {
      if (number === 1 && typeof value !== "number" && value.length === 8) wall = doubleOf(value);
      else if (number === 2 && typeof value === "number") step = value;
      else if (number === 5 && typeof value !== "number") summaries.push(value);
    }
    for (const summary of summaries)
      for (const { number, value } of fieldsOf(summary)) {
        if (number !== 1 || typeof value === "number") continue;
        const read = this.#value(value);
        if (read.parameters !== null) parameters = read.parameters;
        if (read.value !== null && read.tag !== "")
          scalars.push({ time: Math.round(wall * 1_000), step, tag: read.tag, value: read.value });
      }
    return { scalars, parameters };
  }

  #value(bytes: Uint8Array) {
    let tag = "";
    let plain: number | null = null;
    let tensor: Uint8Array | null = null;
    let metadata: Uint8Array | null = null;
    for (const { number, value } of fieldsOf(bytes)) {
      if (typeof value === "number") continue;
      if (number === 1) tag = textOf(value);
      else if (number === 2 && value.length === 4) plain = floatOf(value);
      else if (number === 8) tensor = value;
      else if (number === 9) metadata = value;
    }
    const plugin = metadata === null ? null : pluginOf(metadata);
    if (plugin !== null && this.#plugins.size < 100_000) this.#plugins.set(tag, plugin.name);
    if (plugin?.name === "hparams" && (tag === startTag || tag === endTag))
      return { tag, value: null, parameters: sessionOf(plugin.content) };
    const isScalar = (this.#plugins.get(tag) ?? "scalars") === "scalars";
    if (plain === null && tensor !== null && isScalar) plain = numberIn(tensor);
    return { tag, value: plain, parameters: null };
  }
}

function pluginOf(metadata: Uint8Array): { readonly name: string; readonly content: Uint8Array } | null {
  for (const { number, value } of fieldsOf(metadata)) {
    if (number !== 1 || typeof value === "number") continue;
    let name = "";
    let content = new Uint8Array();
    for (const inner of fieldsOf(value)) {
      if (inner.number === 1) name = textOf(inner.value);
      else if (inner.number === 2 && typeof inner.value !== "number") content = new Uint8Array(inner.value);
    }
    return { name, content };
  }
  return null;
}

const sessionEnds: Readonly<Record<number, "finished" | "failed">> = { 1: "finished", 2: "failed" };

function sessionOf(content: Uint8Array): EventParameters {
  const values: [string, string][] = [];
  let status: EventParameters["status"] = null;
  for (const { number, value } of fieldsOf(content)) {
    if (typeof value === "number") continue;
    for (const inner of fieldsOf(value)) {
      if (number === 3 && inner.number === 1 && typeof inner.value !== "number")
        values.push(entryOf(inner.value));
      else if (number === 4 && inner.number === 1 && typeof inner.value === "number")
        status = sessionEnds[inner.value] ?? null;
    }
  }
  return { values, status };
}

/** An entry of a map from names to `google.protobuf.Value`. */
function entryOf(bytes: Uint8Array): [string, string] {
  let key = "";
  let text = "";
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === 1) key = textOf(value);
    else if (number === 2 && typeof value !== "number")
      for (const inner of fieldsOf(value)) {
        if (inner.number === 4) text = inner.value === 1 ? "true" : "false";
        else if (typeof inner.value !== "number")
          text = inner.number === 2 ? String(doubleOf(inner.value)) : textOf(inner.value);
      }
  }
  return [key, text];
}

const types = { float: 1, double: 2, int32: 3, int64: 9 } as const;

/** The number in a tensor of exactly one number, else null. */
function numberIn(tensor: Uint8Array): number | null {
  let kind = 0;
  let size = 1;
  let found: number | null = null;
  for (const { number, value } of fieldsOf(tensor)) {
    if (number === 1 && typeof value === "number") kind = value;
    else if (number === 2 && typeof value !== "number") size *= sizeOf(value);
    else if (number === 4 && typeof value !== "number" && value.length > 0) found = contentOf(value, kind);
    else if (number === 5 && typeof value !== "number" && value.length >= 4) found = floatOf(value);
    else if (number === 6 && typeof value !== "number" && value.length >= 8) found = doubleOf(value);
    else if (number === 7 || number === 10) found = typeof value === "number" ? value : firstVarint(value);
  }
  if (size !== 1) return null;
  // A proto leaves out what is zero.
  return found ?? (Object.values(types).some((type) => type === kind) ? 0 : null);
}

/** The first of numbers that are packed one behind the other. */
function firstVarint(bytes: Uint8Array): number | null {
  const asField = Uint8Array.of(8, ...bytes.subarray(0, 10));
  for (const { value } of fieldsOf(asField)) return typeof value === "number" ? value : null;
  return null;
}

function sizeOf(shape: Uint8Array): number {
  let size = 1;
  for (const { number, value } of fieldsOf(shape))
    if (number === 2 && typeof value !== "number")
      for (const inner of fieldsOf(value))
        if (inner.number === 1 && typeof inner.value === "number") size *= inner.value;
  return size;
}

function contentOf(bytes: Uint8Array, kind: number): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (kind === types.float && bytes.length === 4) return view.getFloat32(0, true);
  if (kind === types.double && bytes.length === 8) return view.getFloat64(0, true);
  if (kind === types.int32 && bytes.length === 4) return view.getInt32(0, true);
  return kind === types.int64 && bytes.length === 8 ? Number(view.getBigInt64(0, true)) : null;
}
