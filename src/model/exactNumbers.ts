/**
 * JSON has no NaN and no infinities, and writes them as null; metrics do have them. Across a process or a frame such a number
 * travels as `{"$number": "NaN"}`, so that what arrives is what was sent. A long list of numbers travels as its bytes (`numberBytes.ts`): a
 * chart of many lines is a million of them, and each would be written out and read again at every step of the way.
 */

import { isPackedNumbers, longList, numbersOf, packedNumbers } from "./numberBytes.ts";

interface PackedNumber {
  readonly $number: "NaN" | "Infinity" | "-Infinity";
}

/** The value as JSON can carry it. Parts without such numbers are passed on as they are, not copied. */
export function packed(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : { $number: String(value) };
  if (Array.isArray(value) && value.length >= longList) return packedNumbers(value) ?? mapped(value, packed);
  return mapped(value, packed);
}

/** The value as it was before `packed`. Anything else is left alone. */
export function unpacked(value: unknown): unknown {
  if (isPackedNumber(value)) return Number(value.$number);
  return isPackedNumbers(value) ? numbersOf(value) : mapped(value, unpacked);
}

function isPackedNumber(value: unknown): value is PackedNumber {
  if (typeof value !== "object" || value === null || !("$number" in value)) return false;
  return ["NaN", "Infinity", "-Infinity"].includes(String(value.$number));
}

/** The members of an array or a plain object, each changed; the same object where none was. */
function mapped(value: unknown, change: (member: unknown) => unknown): unknown {
  if (Array.isArray(value)) {
    let copy: unknown[] | null = null;
    for (let at = 0; at < value.length; at++) {
      const member = change(value[at]);
      if (Object.is(member, value[at])) continue;
      copy ??= [...value];
      copy[at] = member;
    }
    return copy ?? value;
  }
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  let copy: Record<string, unknown> | null = null;
  for (const [key, member] of Object.entries(value)) {
    const next = change(member);
    if (Object.is(next, member)) continue;
    copy ??= { ...value };
    copy[key] = next;
  }
  return copy ?? value;
}
