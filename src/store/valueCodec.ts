/**
 * Metric values of a chunk as bytes, exact to the bit (all NaNs are one NaN). f32 where it loses nothing, decimals as scaled
 * integers (what a script prints as "0.9431" takes two bytes), one number for a constant run, else f64.
 */

const layout = { constant: 0, float32: 1, float64: 2, decimal16: 3, decimal32: 4 } as const;

/** `scale` is the number of decimals, or the value itself of a constant run. */
export interface EncodedValues {
  readonly layout: number;
  readonly scale: number;
  readonly data: Uint8Array;
}

const mostDecimals = 9;
const powers = Array.from({ length: mostDecimals + 1 }, (_, at) => 10 ** at);
/** The lowest integers of a decimal layout stand for what is not a number: least = NaN, then +Infinity, then -Infinity. */
const reserved = 3;

/** Chooses the smallest layout that gives back exactly the same values. */
export function encodeValues(values: Float64Array): EncodedValues {
  const first = values[0] ?? 0;
  if (values.every((value) => Object.is(value, first)))
    return { layout: layout.constant, scale: first, data: new Uint8Array(0) };
  const decimal = decimalsOf(values);
  if (decimal !== null && decimal.bits === 16)
    return { layout: layout.decimal16, scale: decimal.decimals, data: scaled(values, decimal.decimals, 16) };
  if (values.every((value) => Object.is(Math.fround(value), value)))
    return { layout: layout.float32, scale: 0, data: bytesOf(new Float32Array(values)) };
  if (decimal !== null)
    return { layout: layout.decimal32, scale: decimal.decimals, data: scaled(values, decimal.decimals, 32) };
  return { layout: layout.float64, scale: 0, data: bytesOf(values.slice()) };
}

/** Bytes that `count` values take in a layout; null for a layout that is not known. */
export function valueBytes(kind: number, count: number): number | null {
  return [0, 4, 8, 2, 4][kind] === undefined ? null : ([0, 4, 8, 2, 4][kind] ?? 0) * count;
}

/** The values again. `data` starts at a multiple of 8 in its buffer. */
export function decodeValues(kind: number, scale: number, data: Uint8Array, count: number): Float64Array {
  const { buffer, byteOffset } = data;
  switch (kind) {
    case layout.constant:
      return new Float64Array(count).fill(scale);
    case layout.float32:
      return new Float64Array(new Float32Array(buffer, byteOffset, count));
    case layout.decimal16:
      return unscaled(new Int16Array(buffer, byteOffset, count), scale, -0x8000);
    case layout.decimal32:
      return unscaled(new Int32Array(buffer, byteOffset, count), scale, -0x80000000);
    default:
      return new Float64Array(buffer, byteOffset, count).slice();
  }
}

/** The fewest decimals that hold every finite value exactly, and the bits that the widest of them needs; null when none do. */
function decimalsOf(values: Float64Array): { readonly decimals: number; readonly bits: 16 | 32 } | null {
  let decimals = 0;
  let widest = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    // Not finite, in the quickest way there is: this runs over every point.
    if (value - value !== 0) continue;
    if (value === 0 && Object.is(value, -0)) return null;
    while (!fits(value, decimals)) if (++decimals > mostDecimals) return null;
    if (value > widest) widest = value;
    else if (-value > widest) widest = -value;
  }
  const most = Math.round(widest * (powers[decimals] ?? 1));
  if (most <= 0x7fff - reserved) return { decimals, bits: 16 };
  return most <= 0x7fffffff - reserved ? { decimals, bits: 32 } : null;
}

function fits(value: number, decimals: number): boolean {
  const power = powers[decimals] ?? 1;
  const integer = Math.round(value * power);
  return Math.abs(integer) <= 0x7fffffff - reserved && integer / power === value;
}

function scaled(values: Float64Array, decimals: number, bits: 16 | 32): Uint8Array {
  const power = powers[decimals] ?? 1;
  const least = bits === 16 ? -0x8000 : -0x80000000;
  const integers = bits === 16 ? new Int16Array(values.length) : new Int32Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (value - value === 0) integers[at] = Math.round(value * power);
    else integers[at] = Number.isNaN(value) ? least : value > 0 ? least + 1 : least + 2;
  }
  return bytesOf(integers);
}

function unscaled(integers: Int16Array | Int32Array, decimals: number, least: number): Float64Array {
  const power = powers[decimals] ?? 1;
  const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const values = new Float64Array(integers.length);
  for (let at = 0; at < integers.length; at++) {
    const integer = integers[at] ?? 0;
    values[at] = integer < least + reserved ? (special[integer - least] ?? Number.NaN) : integer / power;
  }
  return values;
}

function bytesOf(array: Int16Array | Int32Array | Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
