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
/** The lowest integers of a decimal layout stand for what is not a number: least = NaN, then +Infinity, then -Infinity. */
const reserved = 3;
const mostInteger = 0x7fffffff - reserved;

/** Chooses the smallest layout that gives back exactly the same values. */
export function encodeValues(values: Float64Array): EncodedValues {
  if (isConstant(values)) return { layout: layout.constant, scale: values[0] ?? 0, data: new Uint8Array(0) };
  const decimal = decimalsOf(values);
  if (decimal !== null && decimal.bits === 16)
    return { layout: layout.decimal16, scale: decimal.decimals, data: scaled(values, decimal) };
  if (isSingle(values)) return { layout: layout.float32, scale: 0, data: bytesOf(new Float32Array(values)) };
  if (decimal !== null)
    return { layout: layout.decimal32, scale: decimal.decimals, data: scaled(values, decimal) };
  return { layout: layout.float64, scale: 0, data: bytesOf(values.slice()) };
}

function isConstant(values: Float64Array): boolean {
  const first = values[0];
  for (let at = 1; at < values.length; at++) if (!Object.is(values[at], first)) return false;
  return true;
}

function isSingle(values: Float64Array): boolean {
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (Math.fround(value) !== value && !Number.isNaN(value)) return false;
  }
  return true;
}

/** Bytes that `count` values take in a layout; null for a layout that is not known. */
export function valueBytes(kind: number, count: number): number | null {
  return [0, 4, 8, 2, 4][kind] === undefined ? null : ([0, 4, 8, 2, 4][kind] ?? 0) * count;
}

/** The values again, at the start of `values`. `data` starts at a multiple of 8 in its buffer. */
export function decodeValues(
  kind: number,
  scale: number,
  data: Uint8Array,
  count: number,
  values: Float64Array = new Float64Array(count),
): Float64Array {
  const { buffer, byteOffset } = data;
  switch (kind) {
    case layout.constant:
      return values.fill(scale, 0, count);
    case layout.float32:
      values.set(new Float32Array(buffer, byteOffset, count));
      return values;
    case layout.decimal16:
      return unscaled(values, new Int16Array(buffer, byteOffset, count), scale, -0x8000);
    case layout.decimal32:
      return unscaled(values, new Int32Array(buffer, byteOffset, count), scale, -0x80000000);
    default:
      values.set(new Float64Array(buffer, byteOffset, count));
      return values;
  }
}

interface Decimals {
  readonly decimals: number;
  /** What the widest of the values needs. */
  readonly bits: 16 | 32;
  /** The values times a power of ten, whatever for those that are not finite. Only good until the next call. */
  readonly integers: Int32Array;
  readonly allFinite: boolean;
}

/** Used again for each chunk: a hundred million points are made of very many. */
let room = new Int32Array(4_096);

/** The fewest decimals that hold every finite value exactly; null when none do. */
function decimalsOf(values: Float64Array): Decimals | null {
  if (room.length < values.length) room = new Int32Array(values.length);
  const integers = room.subarray(0, values.length);
  let [decimals, power, widest, allFinite] = [0, 1, 0, true];
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    // Not finite, in the quickest way there is: this runs over every point.
    if (value - value !== 0) {
      allFinite = false;
      continue;
    }
    if (value === 0 && Object.is(value, -0)) return null;
    const integer = Math.round(value * power);
    if (integer / power !== value || integer > mostInteger || integer < -mostInteger) {
      // One more decimal, and all that came before once more with it; it is nearly always the first value that asks.
      if (++decimals > mostDecimals) return null;
      [power, widest, at] = [10 ** decimals, 0, -1];
      continue;
    }
    integers[at] = integer;
    if (integer > widest) widest = integer;
    else if (-integer > widest) widest = -integer;
  }
  return { decimals, bits: widest <= 0x7fff - reserved ? 16 : 32, integers, allFinite };
}

function scaled(values: Float64Array, { bits, integers, allFinite }: Decimals): Uint8Array {
  const stored = bits === 16 ? new Int16Array(integers) : integers.slice();
  if (allFinite) return bytesOf(stored);
  const least = bits === 16 ? -0x8000 : -0x80000000;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (Number.isNaN(value)) stored[at] = least;
    else if (!Number.isFinite(value)) stored[at] = value > 0 ? least + 1 : least + 2;
  }
  return bytesOf(stored);
}

function unscaled(
  values: Float64Array,
  integers: Int16Array | Int32Array,
  decimals: number,
  least: number,
): Float64Array {
  const power = 10 ** decimals;
  const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < integers.length; at++) {
    const integer = integers[at] as number;
    values[at] = integer < least + reserved ? (special[integer - least] ?? Number.NaN) : integer / power;
  }
  return values;
}

function bytesOf(array: Int16Array | Int32Array | Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
