/**
 * The filter language of the runs table, as people know it from trackers:
 *
 *     metrics.val_loss < 0.3 and params.model = "resnet" and tags.team like "vis%"
 *     not starred and state in ("failed", "lost") or metrics.`a b` is null
 *
 * `metrics` (the last value of each), `params` and `tags` have any names, in backquotes where they hold a blank or a sign of the language; the
 * attributes of a run stand bare. `and` binds tighter than `or`, `not` tightest; words of the language in any case. Texts stand in
 * quotes of either kind with `\` before a quote or a backslash (and \n, \r, \t); times are texts such as "2026-11-22" or "2026-11-22 14:30", local
 * unless they say otherwise; a duration is in seconds.
 *
 * Every filter is true or false of a run: a comparison with something that the run does not have is false (`!=` too), and so `not` of it
 * is true. A metric that is NaN is equal to nothing but `nan`, unequal to every number, and neither less nor greater. A parameter or tag
 * compares as a number with a number (false if it is none) and as text with a text. `like` knows % and _, `\` before them takes them
 * as they are; `ilike` takes letters of either case.
 */

export type Filter =
  | { readonly kind: "and" | "or"; readonly parts: readonly Filter[] }
  | { readonly kind: "not"; readonly part: Filter }
  | {
      readonly kind: "compare";
      readonly field: FilterField;
      readonly operator: Comparison;
      readonly value: Literal;
    }
  | {
      readonly kind: "like";
      readonly field: FilterField;
      readonly pattern: string;
      readonly anyCase: boolean;
    }
  | { readonly kind: "in"; readonly field: FilterField; readonly values: readonly Literal[] }
  | { readonly kind: "null"; readonly field: FilterField };

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";
export type Literal = number | string | boolean;

export type FilterField =
  | { readonly of: "metrics" | "params" | "tags"; readonly name: string }
  | { readonly of: "run"; readonly name: Attribute };

/** What a run has of its own, and how it compares. */
export const attributes = {
  name: "text",
  id: "text",
  state: "text",
  host: "text",
  experiment: "text",
  script: "text",
  note: "text",
  started: "time",
  created: "time",
  ended: "time",
  duration: "number",
  attempt: "number",
  exit: "number",
  findings: "number",
  starred: "flag",
} as const;
export type Attribute = keyof typeof attributes;

/** What is wrong and where: `column` counts UTF-16 units from 0; `length` may be 0 at the end of the text. */
export interface FilterError {
  readonly column: number;
  readonly length: number;
  readonly text: string;
}

/** The names that a filter looks at, each once, in order: what a reader has to fetch. */
export function fieldsOf(filter: Filter): readonly FilterField[] {
  const found = new Map<string, FilterField>();
  const pending: Filter[] = [filter];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    if ("parts" in next) pending.unshift(...next.parts);
    else if ("part" in next) pending.unshift(next.part);
    else found.set(printField(next.field), next.field);
  }
  return [...found.values()];
}

/** A filter as text that parses to the same filter. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.parts.map((part) => inside(part, filter.kind)).join(` ${filter.kind} `);
    case "not":
      return printNot(filter.part);
    default:
      return printTest(filter, "");
  }
}

type Test = Exclude<Filter, { readonly kind: "and" | "or" | "not" }>;

function printTest(test: Test, not: "" | "not "): string {
  const field = printField(test.field);
  switch (test.kind) {
    case "compare":
      return `${field} ${test.operator} ${printLiteral(test.value)}`;
    case "like":
      return `${field} ${not}${test.anyCase ? "ilike" : "like"} ${printLiteral(test.pattern)}`;
    case "in":
      return `${field} ${not}in (${test.values.map(printLiteral).join(", ")})`;
    case "null":
      return `${field} is ${not}null`;
  }
}

function printNot(part: Filter): string {
  if (part.kind === "like" || part.kind === "in" || part.kind === "null") return printTest(part, "not ");
  return part.kind === "and" || part.kind === "or"
    ? `not (${printFilter(part)})`
    : `not ${printFilter(part)}`;
}

/** Parentheses where the part would not stay a part: one of the same kind would run into the outer one. */
function inside(part: Filter, outer: "and" | "or"): string {
  const text = printFilter(part);
  return part.kind === "or" || part.kind === outer ? `(${text})` : text;
}

function printField({ of, name }: FilterField): string {
  if (of === "run") return name;
  return /^[\p{L}_][\p{L}\p{N}_./-]*$/u.test(name)
    ? `${of}.${name}`
    : `${of}.\`${name.replace(/[\\`]/g, "\\$&")}\``;
}

const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function printLiteral(value: Literal): string {
  if (typeof value === "string")
    return `"${value.replace(/[\\"\n\r\t]/g, (sign) => escapes[sign] ?? `\\${sign}`)}"`;
  if (typeof value === "boolean" || Number.isFinite(value))
    return Object.is(value, -0) ? "-0" : String(value);
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
