/** Flags that a script declares with absl: `flags.DEFINE_float("lr", 1e-3, "Learning rate.")`. */

import { type DeclaredArgument, oneLine } from "./declaredArgument.ts";
import { literal, literals, type Names, typeOfLiteral } from "./literal.ts";
import type { Call } from "./scan.ts";
import { argumentsOf, rangeIn, stringValue } from "./syntax.ts";

const types: Readonly<Record<string, string | null>> = {
  string: "str",
  integer: "int",
  float: "float",
  bool: null,
  boolean: null,
  enum: null,
  list: "str",
  spaceseplist: "str",
  multi_string: "str",
  multi_integer: "int",
  multi_float: "float",
  multi_enum: null,
  // ml_collections
  config_file: "path",
};

/** Null for a call that declares no flag that is known. `required` are those that are marked so elsewhere. */
export function abslFlag(
  { node, last }: Call,
  names: Names,
  required: ReadonlySet<string>,
): DeclaredArgument | null {
  const kind = /^DEFINE_(\w+)$/.exec(last)?.[1];
  const type = kind === undefined ? undefined : types[kind];
  const { positional, keywords } = argumentsOf(node);
  const name = stringValue(positional[0] ?? keywords.get("name"));
  if (kind === undefined || type === undefined || name === null) return null;
  const isChoice = kind.endsWith("enum");
  const isSwitch = kind.startsWith("bool");
  const value = positional[1] ?? keywords.get("default");
  const fallback = literal(value, names);
  const listed = stringValue(value) ?? (literals(value, names).join(",") || null);
  const help = stringValue(positional[isChoice ? 3 : 2] ?? keywords.get("help"));
  const flag = `--${name}`;
  const off = `--no${name}`;
  return {
    argument: {
      name,
      flags: isSwitch ? [flag, off] : [flag],
      type: type ?? (isChoice || isSwitch ? null : typeOfLiteral(fallback)),
      defaultValue: isSwitch ? (fallback ?? "False") : kind === "list" ? listed : fallback,
      choices: isChoice ? literals(positional[2] ?? keywords.get("enum_values"), names) : [],
      help: oneLine(help ?? ""),
      required: required.has(name) || keywords.get("required")?.text === "True",
      flagOnly: isSwitch,
      ...(isSwitch && { offFlag: off }),
      ...(kind.startsWith("multi_") && { values: "repeated" }),
    },
    ranges: positional[0] === undefined ? [] : [rangeIn(positional[0], 0, positional[0].text.length)],
  };
}

/** `flags.mark_flag_as_required("workdir")`, `flags.mark_flags_as_required(["config", "workdir"])`. */
export function requiredFlags(calls: readonly Call[], names: Names): ReadonlySet<string> {
  const marks = calls.filter(({ last }) => /^mark_flags?_as_required$/.test(last));
  return new Set(
    marks.flatMap(({ node }) => {
      const first = argumentsOf(node).positional[0];
      const one = stringValue(first);
      return one === null ? literals(first, names) : [one];
    }),
  );
}
