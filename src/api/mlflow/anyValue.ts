/** Values of OpenTelemetry as plain ones, and JSON that keeps every digit of them. */

/** A value as protobuf's JSON has it; times and integers of 64 bits are bigint. */
export type AnyValue =
  | { readonly string_value: string }
  | { readonly bool_value: boolean }
  | { readonly int_value: bigint }
  | { readonly double_value: number }
  | { readonly array_value: { readonly values: readonly AnyValue[] } }
  | { readonly kvlist_value: { readonly values: readonly KeyValue[] } }
  | { readonly bytes_value: string }
  | Readonly<Record<string, never>>;

export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

export function plainValue(value: AnyValue): unknown {
  if ("kvlist_value" in value)
    return Object.fromEntries(
      (value.kvlist_value?.values ?? []).map((each) => [each.key, plainValue(each.value)]),
    );
  if ("array_value" in value) return (value.array_value?.values ?? []).map(plainValue);
  return Object.values(value)[0];
}

/** A value of JSON as OpenTelemetry has it. */
export function anyValue(plain: unknown): AnyValue {
  if (Array.isArray(plain)) return { array_value: { values: plain.map(anyValue) } };
  switch (typeof plain) {
    case "string":
      return { string_value: plain };
    case "boolean":
      return { bool_value: plain };
    case "number":
      return Number.isSafeInteger(plain) ? { int_value: BigInt(plain) } : { double_value: plain };
    case "object":
      if (plain === null) return {};
      return {
        kvlist_value: {
          values: Object.entries(plain).map(([key, value]) => ({ key, value: anyValue(value) })),
        },
      };
    default:
      return {};
  }
}

/** JSON with every digit of large integers, and with NaN and Infinity as protobuf writes them. */
export function exactJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member === "bigint") return rawJson(String(member));
    return typeof member === "number" && !Number.isFinite(member) ? String(member) : member;
  });
}

/** A JSON text that stands as it is in what is made of it. (Node has it, TypeScript does not know yet.) */
export function rawJson(text: string): object {
  return (JSON as unknown as { rawJSON(text: string): object }).rawJSON(text);
}
