/** Values of a request as Python shows them, in whose words mistakes are told: with sorted names, in ASCII, and `9.0` is no `9`. */

/** JSON of this length and shorter is kept to tell how its numbers were written. */
export const longestKept = 64 * 1024;

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** A number as it was written. */
class Written {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** What stands at a place of a JSON text (`metrics[3].step`), with its numbers as they were written; undefined for nothing. */
export function written(json: string, place: string): unknown {
  const whole = parseWithSource(json, (_, value, { source }) =>
    typeof value === "number" && source !== undefined ? new Written(source) : value,
  );
  return place
    .split(/[.[\]]+/)
    .reduce<unknown>((at, name) => (isHolder(at) && Object.hasOwn(at, name) ? at[name] : undefined), whole);
}

export function sortedJson(value: unknown): string {
  if (value instanceof Written) return numberText(value.source);
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`;
  if (!isHolder(value)) return ascii(JSON.stringify(value) ?? "null");
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const sorted = members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, member]) => `${ascii(JSON.stringify(name))}:${sortedJson(member)}`).join(",")}}`;
}

/** Name of the type that a JSON value has in Python. */
export function typeName(value: unknown): string {
  if (value instanceof Written) return isFloat(value.source) ? "float" : "int";
  if (value === null || value === undefined) return "NoneType";
  if (Array.isArray(value)) return "list";
  switch (typeof value) {
    case "string":
      return "str";
    case "boolean":
      return "bool";
    case "number":
      return Number.isInteger(value) ? "int" : "float";
    default:
      return "dict";
  }
}

function isFloat(source: string): boolean {
  return /[.e]/i.test(source);
}

function numberText(source: string): string {
  if (!isFloat(source)) return source === "-0" ? "0" : source;
  const number = Number(source);
  if (!Number.isFinite(number)) return number > 0 ? "Infinity" : "-Infinity";
  const size = Math.abs(number);
  if (size !== 0 && (size >= 1e16 || size < 1e-4))
    return number.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  const text = Object.is(number, -0) ? "-0" : String(number);
  return Number.isInteger(number) ? `${text}.0` : text;
}

function ascii(json: string): string {
  return json.replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function isHolder(at: unknown): at is Readonly<Record<string, unknown>> {
  return typeof at === "object" && at !== null;
}
