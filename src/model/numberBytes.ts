/** Long lists of numbers as base64 of their little-endian bytes, in the narrowest of three forms that gives back exactly the same. Pure. */

const forms = { int32: Int32Array, float32: Float32Array, float64: Float64Array } as const;
type Form = keyof typeof forms;

export interface PackedNumbers {
  readonly $numbers: Form;
  readonly count: number;
  /** Of one number where all are the same. */
  readonly base64: string;
}

/** Shorter lists are as quick as they stand. */
export const longList = 64;

/** Null when not every member is a number. */
export function packedNumbers(values: readonly unknown[]): PackedNumbers | null {
  const all = new Float64Array(values.length);
  let [isInteger, isSingle, isOne] = [true, true, true];
  const [first] = values;
  for (let at = 0; at < all.length; at++) {
    const value = values[at];
    if (typeof value !== "number") return null;
    all[at] = value;
    if (isOne) isOne = Object.is(value, first);
    // -0 is no integer here.
    if (isInteger) isInteger = (value | 0) === value && (value !== 0 || 1 / value > 0);
    if (isSingle) isSingle = Math.fround(value) === value || Number.isNaN(value);
  }
  const form: Form = isInteger ? "int32" : isSingle ? "float32" : "float64";
  const numbers = isOne ? all.subarray(0, 1) : all;
  return { $numbers: form, count: values.length, base64: base64Of(new forms[form](numbers)) };
}

/** Whether it was made by `packedNumbers`, and can be read again. */
export function isPackedNumbers(value: unknown): value is PackedNumbers {
  if (typeof value !== "object" || value === null || !("$numbers" in value)) return false;
  return Object.hasOwn(forms, String(value.$numbers)) && "count" in value && "base64" in value;
}

/** The list again. */
export function numbersOf({ $numbers, count, base64 }: PackedNumbers): number[] {
  const numbers = new forms[$numbers](bytesOf(base64).buffer);
  const list = new Array<number>(count).fill(numbers[0] ?? Number.NaN);
  if (numbers.length === count) for (let at = 0; at < count; at++) list[at] = numbers[at] as number;
  return list;
}

/** What some of the places where this runs have for it: Node its `Buffer`, newer engines a method of the language. */
interface Engine {
  readonly Buffer?: {
    from(bytes: ArrayBufferLike): { toString(encoding: "base64"): string };
  };
  readonly Uint8Array: { readonly fromBase64?: (base64: string) => Uint8Array<ArrayBuffer> };
}
const engine = globalThis as unknown as Engine;

function base64Of({ buffer }: Int32Array | Float32Array | Float64Array): string {
  if (engine.Buffer !== undefined) return engine.Buffer.from(buffer).toString("base64");
  let characters = "";
  for (const byte of new Uint8Array(buffer)) characters += String.fromCharCode(byte);
  return btoa(characters);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  if (engine.Uint8Array.fromBase64 !== undefined) return engine.Uint8Array.fromBase64(base64);
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
  return bytes;
}
