/** The arguments a script declares, read from its text: calls of argparse and click here, of absl and types and defaults for other parsers beside it. */

import type { Node } from "web-tree-sitter";
import type { ScriptArgument } from "../model/scriptArgument.ts";
import { abslFlag, requiredFlags } from "./abslFlags.ts";
import { type DeclaredArgument, oneLine } from "./declaredArgument.ts";
import { literal, literals, type Names, typeOfLiteral } from "./literal.ts";
import type { Call, Scan } from "./scan.ts";
import { subcommands } from "./subcommands.ts";
import { argumentsOf, type CallArguments, rangeIn, stringValue, type TextRange } from "./syntax.ts";
import { typedArguments, typerChooser } from "./typedArguments.ts";

/** Arguments in the order in which the command line shows them; with subcommands, the one that chooses among them last. */
export function scriptArguments(scan: Scan): readonly DeclaredArgument[] {
  const commands = subcommands(scan);
  const declared: DeclaredArgument[] = [];
  const add = ({ argument, ranges }: DeclaredArgument) => {
    const isKnown = declared.some(
      ({ argument: { name, command } }) => name === argument.name && command === argument.command,
    );
    if (!isKnown) declared.push({ argument, ranges });
  };
  const required = requiredFlags(scan.calls, scan.constants);
  for (const call of scan.calls) {
    const command = commands.of(call);
    const found = command === undefined ? null : declaredBy(call, scan, required);
    if (found === null || command === undefined) continue;
    // What another command needs must not keep this one from being run.
    const behind = command === null ? {} : { command, required: false };
    add({ ...found, argument: { ...found.argument, ...behind } });
  }
  for (const argument of typedArguments(scan)) add(argument);
  for (const chooser of [commands.chooser, typerChooser(scan)]) if (chooser !== null) add(chooser);
  return declared;
}

function declaredBy(
  call: Call,
  { constants, imports }: Scan,
  required: ReadonlySet<string>,
): DeclaredArgument | null {
  if (call.last.startsWith("DEFINE_")) return abslFlag(call, constants, required);
  if (call.last === "add_argument") return argparse(call.node, constants);
  if (!imports.has("click") || !/^(?:click\.)?(?:option|argument)$/.test(call.name)) return null;
  return call.last === "option" ? clickOption(call.node, constants) : clickArgument(call.node, constants);
}

interface Named {
  readonly flags: readonly string[];
  /** Names without a dash: the destination of an option, or a positional argument. */
  readonly plain: readonly string[];
  readonly ranges: readonly TextRange[];
}

/** The strings a declaration begins with. Click writes both forms of a switch as one: `--shuffle/--no-shuffle`. */
function namesOf(positional: readonly Node[]): Named {
  const strings = positional.flatMap((node) => {
    const value = stringValue(node);
    return value === null ? [] : [{ node, value }];
  });
  const names = strings.flatMap(({ value }) => (value.startsWith("-") ? value.split(/\s*\/\s*/) : [value]));
  return {
    flags: names.filter((name) => name.startsWith("-")),
    plain: names.filter((name) => !name.startsWith("-")),
    ranges: strings.map(({ node }) => rangeIn(node, 0, node.text.length)),
  };
}

/** As argparse does it: the first long flag, else the first flag, dashes inside turned to underscores. */
function destination(flags: readonly string[]): string {
  const flag = flags.find((each) => each.startsWith("--")) ?? flags[0] ?? "";
  return flag.replace(/^-+/, "").replace(/-/g, "_");
}

function argparse(call: Node, names: Names): DeclaredArgument | null {
  const given = argumentsOf(call);
  const { flags, plain, ranges } = namesOf(given.positional);
  const name =
    stringValue(given.keywords.get("dest")) ?? (flags.length > 0 ? destination(flags) : (plain[0] ?? ""));
  const action = stringValue(given.keywords.get("action")) ?? given.keywords.get("action")?.text ?? "store";
  if (name === "" || action === "help" || action === "version") return null;
  const base = { name, flags, choices: literals(given.keywords.get("choices"), names), help: helpOf(given) };
  const fallback = literal(given.keywords.get("default"), names);
  if (
    /^(?:store_true|store_false|store_const|append_const|count)$/.test(action) ||
    action.endsWith("BooleanOptionalAction")
  )
    return { argument: argparseSwitch(base, action, fallback), ranges };
  const nargs =
    literal(given.keywords.get("nargs"), names) ??
    (given.keywords.get("nargs")?.text.endsWith("REMAINDER") ? "*" : null);
  const optional = nargs === "?" || nargs === "*";
  return {
    argument: {
      ...base,
      type: typeOf(given.keywords.get("type")),
      defaultValue: fallback,
      required: flags.length === 0 ? !optional : given.keywords.get("required")?.text === "True",
      flagOnly: false,
      ...(nargs !== null && nargs !== "?" && { values: "several" }),
      ...((action === "append" || action === "extend") && { values: "repeated" }),
    },
    ranges,
  };
}

type Base = Pick<ScriptArgument, "name" | "flags" | "choices" | "help">;

function argparseSwitch(base: Base, action: string, fallback: string | null): ScriptArgument {
  const plain = { ...base, type: null, required: false, flagOnly: true, defaultValue: fallback ?? "False" };
  if (action === "store_false") {
    const off = base.flags.find((flag) => flag.startsWith("--")) ?? base.flags[0] ?? "";
    return { ...plain, defaultValue: fallback ?? "True", offFlag: off };
  }
  if (!action.endsWith("BooleanOptionalAction")) return plain;
  const negated = base.flags.filter((flag) => flag.startsWith("--")).map((flag) => `--no-${flag.slice(2)}`);
  return {
    ...plain,
    flags: [...base.flags, ...negated],
    ...(negated[0] !== undefined && { offFlag: negated[0] }),
  };
}

function clickOption(call: Node, names: Names): DeclaredArgument | null {
  const given = argumentsOf(call);
  const { flags, plain, ranges } = namesOf(given.positional);
  const off = given.positional
    .map((node) => /^-.*\/\s*(-\S+)$/.exec(stringValue(node) ?? "")?.[1])
    .find((flag) => flag !== undefined);
  const name = plain[0] ?? destination(longestFirst(flags.filter((flag) => flag !== off))).toLowerCase();
  if (name === "") return null;
  const isFlag =
    off !== undefined ||
    given.keywords.get("is_flag")?.text === "True" ||
    given.keywords.get("count")?.text === "True";
  const fallback = literal(given.keywords.get("default"), names);
  const type = given.keywords.get("type");
  return {
    argument: {
      name,
      flags,
      type: isFlag ? null : (typeOf(type) ?? typeOfLiteral(fallback)),
      defaultValue: isFlag ? (fallback ?? "False") : fallback,
      choices: choicesOf(type, names),
      help: helpOf(given),
      required: given.keywords.get("required")?.text === "True",
      flagOnly: isFlag,
      ...(off !== undefined && { offFlag: off }),
      ...(given.keywords.has("nargs") && { values: "several" }),
      ...(given.keywords.get("multiple")?.text === "True" && { values: "repeated" }),
    },
    ranges,
  };
}

function clickArgument(call: Node, names: Names): DeclaredArgument | null {
  const given = argumentsOf(call);
  const { plain, ranges } = namesOf(given.positional);
  if (plain[0] === undefined) return null;
  const fallback = literal(given.keywords.get("default"), names);
  const type = given.keywords.get("type");
  const nargs = given.keywords.get("nargs")?.text;
  const optional = fallback !== null || nargs === "-1" || given.keywords.get("required")?.text === "False";
  return {
    argument: {
      name: plain[0].toLowerCase(),
      flags: [],
      type: typeOf(type) ?? typeOfLiteral(fallback),
      defaultValue: fallback,
      choices: choicesOf(type, names),
      help: "",
      required: !optional,
      flagOnly: false,
      ...(nargs !== undefined && { values: "several" }),
    },
    ranges,
  };
}

function longestFirst(flags: readonly string[]): readonly string[] {
  return [...flags].sort((a, b) => b.length - a.length);
}

function choicesOf(type: Node | undefined, names: Names): readonly string[] {
  if (type?.type !== "call" || !/(?:^|\.)Choice$/.test(type.childForFieldName("function")?.text ?? ""))
    return [];
  return literals(argumentsOf(type).positional[0], names);
}

/** `int`, `click.INT`, `click.IntRange(1)`, `pathlib.Path`, `str2bool` → int, int, int, path, str2bool; null where nothing is named. */
function typeOf(node: Node | undefined): string | null {
  const text = node?.type === "call" ? node.childForFieldName("function")?.text : node?.text;
  const last = /(\w+)$/.exec(text ?? "")?.[1] ?? null;
  if (last === null || node?.type === "lambda" || last === "Choice") return null;
  if (/^(?:INT|IntRange)$/.test(last)) return "int";
  if (/^(?:FLOAT|FloatRange)$/.test(last)) return "float";
  if (last === "STRING") return "str";
  return /^(?:Path|File|FileType)$/.test(last) ? "path" : last;
}

function helpOf({ keywords }: CallArguments): string {
  return oneLine(stringValue(keywords.get("help")) ?? "");
}
