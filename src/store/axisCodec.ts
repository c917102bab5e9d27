/**
 * Steps and times of a chunk as bytes. Exact for every finite double; small for what training really logs: a regular stride
 * takes 16 bytes whatever the length, timestamps one or two bytes a point.
 */

/** How an axis is laid out; the number is stored, so it never changes its meaning. */
const layout = { stride: 0, delta8: 1, delta16: 2, offset32: 3, float64: 4 } as const;
type Layout = (typeof layout)[keyof typeof layout];

/** One axis as bytes: `base` and `stride` are used by the layouts that need them, `data` follows in the chunk. */
export interface EncodedAxis {
  readonly layout: number;
  readonly base: number;
  readonly stride: number;
  readonly data: Uint8Array;
}

/** Chooses the smallest layout that gives back exactly the same numbers. */
export function encodeAxis(values: Float64Array): EncodedAxis {
  const count = values.length;
  const base = values[0] ?? 0;
  const stride = count > 1 ? (values[1] ?? 0) - base : 0;
  const chosen = chooseLayout(values, base, stride);
  if (chosen === layout.stride) return { layout: chosen, base, stride, data: new Uint8Array(0) };
  if (chosen === layout.float64) return { layout: chosen, base, stride: 0, data: bytesOf(values.slice()) };
  if (chosen === layout.offset32) {
    const least = values.reduce((low, value) => Math.min(low, value), base);
    return {
      layout: chosen,
      base: least,
      stride: 0,
      data: bytesOf(Uint32Array.from(values, (v) => v - least)),
    };
  }
  const deltas = chosen === layout.delta8 ? new Uint8Array(count) : new Uint16Array(count);
  for (let at = 1; at < count; at++) deltas[at] = (values[at] ?? 0) - (values[at - 1] ?? 0);
  return { layout: chosen, base, stride: 0, data: bytesOf(deltas) };
}

/** Bytes that `count` values take in a layout; null for a layout that is not known. */
export function axisBytes(kind: number, count: number): number | null {
  switch (kind as Layout) {
    case layout.stride:
      return 0;
    case layout.delta8:
      return count;
    case layout.delta16:
      return 2 * count;
    case layout.offset32:
      return 4 * count;
    case layout.float64:
      return 8 * count;
    default:
      return null;
  }
}

/** Whether the values never fall, where the layout alone tells. */
export function axisAscends(kind: number, stride: number): boolean {
  return kind === layout.delta8 || kind === layout.delta16 || (kind === layout.stride && stride >= 0);
}

/** The values again, at the start of `values`. `data` starts at a multiple of 8 in its buffer. */
export function decodeAxis(
  kind: number,
  base: number,
  stride: number,
  data: Uint8Array,
  count: number,
  values: Float64Array = new Float64Array(count),
): Float64Array {
  switch (kind as Layout) {
    case layout.stride:
      for (let at = 0; at < count; at++) values[at] = base + at * stride;
      return values;
    case layout.delta8:
      return addUp(values, base, data, count);
    case layout.delta16:
      return addUp(values, base, new Uint16Array(data.buffer, data.byteOffset, count), count);
    case layout.offset32: {
      const offsets = new Uint32Array(data.buffer, data.byteOffset, count);
      for (let at = 0; at < count; at++) values[at] = base + (offsets[at] as number);
      return values;
    }
    default:
      values.set(new Float64Array(data.buffer, data.byteOffset, count));
      return values;
  }
}

function addUp(
  values: Float64Array,
  base: number,
  deltas: Uint8Array | Uint16Array,
  count: number,
): Float64Array {
  let value = base;
  for (let at = 0; at < count; at++) {
    value += deltas[at] as number;
    values[at] = value;
  }
  return values;
}

/** By itself, as most columns of the pyramid are regular and the others show it at once. */
function isRegular(values: Float64Array, base: number, stride: number): boolean {
  for (let at = 0; at < values.length; at++) if (!Object.is(values[at], base + at * stride)) return false;
  return true;
}

function chooseLayout(values: Float64Array, base: number, stride: number): Layout {
  if (isRegular(values, base, stride)) return layout.stride;
  let integers = Number.isSafeInteger(base) && !Object.is(base, -0);
  let least = base;
  let most = base;
  let leastDelta = 0;
  let mostDelta = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    if (integers && (!Number.isSafeInteger(value) || Object.is(value, -0))) integers = false;
    if (value < least) least = value;
    if (value > most) most = value;
    const delta = at === 0 ? 0 : value - (values[at - 1] ?? 0);
    if (delta < leastDelta) leastDelta = delta;
    if (delta > mostDelta) mostDelta = delta;
  }
  if (!integers) return layout.float64;
  if (leastDelta >= 0 && mostDelta <= 0xff) return layout.delta8;
  if (leastDelta >= 0 && mostDelta <= 0xffff) return layout.delta16;
  return most - least <= 0xffffffff ? layout.offset32 : layout.float64;
}

function bytesOf(array: Uint8Array | Uint16Array | Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
