/**
 * Arguments that a parser makes of types and defaults: HfArgumentParser, simple-parsing, tyro and jsonargparse of dataclasses; typer,
 * fire, tyro and jsonargparse of functions. Only classes and functions of the same text can be read.
 */

import type { Node } from "web-tree-sitter";
import { annotatedType } from "./annotation.ts";
import { type DeclaredArgument, oneLine } from "./declaredArgument.ts";
import { enumMembers } from "./enumMembers.ts";
import { type Field, fieldsOf, parametersOf } from "./fields.ts";
import { isSequence, literal, literals, typeOfLiteral } from "./literal.ts";
import type { Call, Scan } from "./scan.ts";
import { chooserOf, commandName, decorator, definitionOf } from "./subcommands.ts";
import { argumentsOf, rangeIn, stringValue } from "./syntax.ts";

/** How a parser spells what it makes of a field. */
interface Style {
  flag(name: string): string;
  /** The flag that turns a switch off; undefined where there is none. Null style: a switch takes `true` or `false`. */
  readonly off: ((name: string, isOn: boolean) => string | undefined) | null;
  /** What has no default is given by its place. */
  readonly isByPlace: boolean;
  /** Fields of a dataclass within are `--outer.inner`. */
  readonly isNested: boolean;
  readonly isSeveral: boolean;
  /** How a member of an enumeration is given; null where a parser takes no such type. */
  readonly member: "name" | "value" | null;
}

const dashed = (name: string) => `--${name.replace(/_/g, "-")}`;
const plain = (name: string) => `--${name}`;
const no = (name: string) => dashed(name).replace(/(?=[^.-][^.]*$)/, "no-");

const styles = {
  hf: {
    flag: plain,
    off: (name, isOn) => (isOn ? `--no_${name}` : undefined),
    ...{ isByPlace: false, isNested: false, isSeveral: true, member: "value" },
  },
  simple: {
    flag: plain,
    off: (name) => `--no${name}`,
    ...{ isByPlace: false, isNested: false, isSeveral: true, member: "name" },
  },
  tyro: { flag: dashed, off: no, isByPlace: false, isNested: true, isSeveral: true, member: "name" },
  typer: { flag: dashed, off: no, isByPlace: true, isNested: false, isSeveral: false, member: "value" },
  fire: {
    flag: plain,
    off: (name) => `--no${name}`,
    ...{ isByPlace: false, isNested: false, isSeveral: false, member: null },
  },
  jsonargparse: { flag: plain, off: null, isByPlace: true, isNested: true, isSeveral: false, member: "name" },
} as const satisfies Record<string, Style>;

/** In the order of the calls that hand them to a parser; commands of typer in the order of the text. */
export function typedArguments(scan: Scan): readonly DeclaredArgument[] {
  let known: ReadonlyMap<string, Node> | undefined;
  const classes = () => {
    known ??= dataclasses(scan);
    return known;
  };
  const ofClass = (name: string, style: Style, prefix = ""): readonly DeclaredArgument[] => {
    const found = classes().get(name);
    return found === undefined ? [] : fieldsOf(found).flatMap((field) => declared(field, style, prefix));
  };
  const ofFunction = (definition: Node | undefined, style: Style): readonly DeclaredArgument[] =>
    definition === undefined ? [] : parametersOf(definition).flatMap((field) => declared(field, style, ""));
  const declared = (field: Field, style: Style, prefix: string): readonly DeclaredArgument[] => {
    const { type } = annotatedType(field.annotation?.text ?? null);
    // Three deep is as far as people go; a class that holds itself must end somewhere.
    const isInner = style.isNested && type !== null && classes().has(type) && prefix.split(".").length < 4;
    return isInner
      ? ofClass(type, style, `${prefix}${field.name}.`)
      : [typedArgument(field, style, prefix, scan)];
  };
  // Asking the tree for arguments is dear: only calls whose name says that it is worth it.
  const found = scan.calls.filter(isParser).flatMap((call): readonly DeclaredArgument[] => {
    const { positional, keywords } = argumentsOf(call.node);
    const first = positional[0];
    if (/^(?:HfArgumentParser|TrlParser)$/.test(call.last))
      return namesIn(first ?? keywords.get("dataclass_types")).flatMap((name) => ofClass(name, styles.hf));
    if (call.last === "add_arguments") {
      const dest = stringValue(keywords.get("dest") ?? positional[1]);
      return namesIn(first).flatMap((name) =>
        ofClass(name, styles.simple).map((each) => renamed(each, dest)),
      );
    }
    const style = styleOf(call, scan.imports);
    if (style === null || first?.type !== "identifier") return [];
    return classes().has(first.text) && style !== styles.fire
      ? ofClass(first.text, style)
      : ofFunction(scan.definitions.get(first.text), style);
  });
  const commands = typerCommands(scan);
  const ofTyper = commands.flatMap(({ name, definition }) =>
    ofFunction(definition, styles.typer).map((each) => (commands.length > 1 ? behind(each, name) : each)),
  );
  return [...found, ...ofTyper];
}

/** Several commands of typer are chosen among; a single one is not named. */
export function typerChooser(scan: Scan): DeclaredArgument | null {
  const names = typerCommands(scan).map(({ name }) => name);
  return names.length > 1 ? chooserOf("command", names) : null;
}

function isParser({ last }: Call): boolean {
  return /^(?:HfArgumentParser|TrlParser|add_arguments|cli|Fire|run|CLI|auto_cli|parse)$/.test(last);
}

function styleOf({ name, last }: Call, imports: ReadonlySet<string>): Style | null {
  if (/^(?:tyro\.)?cli$/.test(name) && imports.has("tyro")) return styles.tyro;
  if (/^(?:fire\.)?Fire$/.test(name) && imports.has("fire")) return styles.fire;
  if (/^(?:simple_parsing\.)?parse$/.test(name) && imports.has("simple_parsing")) return styles.simple;
  if (name === "typer.run") return styles.typer;
  const isCli = /^(?:CLI|auto_cli)$/.test(last) && imports.has("jsonargparse");
  return isCli ? styles.jsonargparse : null;
}

function typerCommands({ decorated, imports }: Scan) {
  if (!imports.has("typer")) return [];
  return decorated.flatMap((each) => {
    const definition = definitionOf(each);
    const found = decorator(each, /^@\w+\.command\b/);
    if (found === null || definition?.type !== "function_definition") return [];
    return [{ name: commandName(each, found), definition }];
  });
}

function dataclasses({ decorated }: Scan): ReadonlyMap<string, Node> {
  const found = decorated.flatMap((each) => {
    const definition = definitionOf(each);
    if (definition?.type !== "class_definition") return [];
    const isOne = decorator(each, /^@(?:\w+\.)*(?:dataclass|define|frozen|mutable|attrs|s)\b/) !== null;
    return isOne ? [[definition.childForFieldName("name")?.text ?? "", definition] as const] : [];
  });
  return new Map(found);
}

/** `A`, `(A, B)`, `[A, B]`. */
function namesIn(node: Node | undefined): readonly string[] {
  if (node?.type === "identifier") return [node.text];
  const parts = node?.type === "tuple" || node?.type === "list" ? node.namedChildren : [];
  return parts.filter(({ type }) => type === "identifier").map(({ text }) => text);
}

function renamed({ argument, ranges }: DeclaredArgument, dest: string | null): DeclaredArgument {
  return dest === null
    ? { argument, ranges }
    : { argument: { ...argument, name: `${dest}.${argument.name}` }, ranges };
}

function behind({ argument, ranges }: DeclaredArgument, command: string): DeclaredArgument {
  return { argument: { ...argument, command, required: false }, ranges };
}

function typedArgument(field: Field, style: Style, prefix: string, scan: Scan): DeclaredArgument {
  const info = typerInfo(field);
  const value = info === null || info.isDefault ? (info?.value ?? null) : field.value;
  const isOptional =
    info === null ? field.isOptional : info.isOptional || (!info.isDefault && field.isOptional);
  const fallback = literal(info === null ? field.value : value, scan.constants);
  const annotated = annotatedType(field.annotation?.text ?? null);
  const isBoolean =
    annotated.isSwitch || (field.annotation === null && /^(?:True|False)$/.test(fallback ?? ""));
  const name = prefix + field.name;
  const isByPlace = style.isByPlace && (info === null ? !isOptional : info.isByPlace);
  const base = { name, help: oneLine(info?.help || field.help), required: !isOptional };
  const ranges = [rangeIn(field.node, 0, field.name.length)];
  const own = info?.flags ?? [];
  const flags = isByPlace ? [] : own.length > 0 ? own : [style.flag(name)];
  if (isBoolean && style.off !== null && !isByPlace) {
    const off = own.length > 0 ? undefined : style.off(name, fallback === "True");
    const argument = { ...base, type: null, choices: [], flagOnly: true, defaultValue: fallback ?? "False" };
    const both = off === undefined ? flags : [...flags, off];
    return { argument: { ...argument, flags: both, ...(off !== undefined && { offFlag: off }) }, ranges };
  }
  const several = annotated.isSeveral && (style.isSeveral || isByPlace ? "several" : null);
  const repeated = annotated.isSeveral && style === styles.typer && !isByPlace ? "repeated" : null;
  const values = several || repeated;
  // One value that holds several is given as the script writes it: `--sizes "[64, 32]"`.
  const isWritten = annotated.isSeveral && !values;
  const written = isWritten && isSequence(field.value) ? (field.value?.text ?? null) : fallback;
  const members = enumMembers(style.member === null ? undefined : scan.classes.get(annotated.type ?? ""));
  const chosen = [...members].find(([member]) => field.value?.text.endsWith(`.${member}`));
  const place = style.member === "name" ? 0 : 1;
  const choices = [
    ...annotated.choices,
    ...literals(field.choices, scan.constants),
    ...[...members].map((each) => each[place]),
  ];
  return {
    argument: {
      ...base,
      flags,
      type: members.size > 0 || isWritten ? null : (annotated.type ?? typeOfLiteral(fallback)),
      defaultValue: chosen?.[place] ?? written,
      choices: isBoolean ? ["true", "false"] : choices,
      flagOnly: false,
      ...(values && { values }),
    },
    ranges,
  };
}

/** `typer.Option(3, "--epochs", "-e", help="…")` as the default, or within `Annotated[int, typer.Option(…)]`; null where there is none. */
function typerInfo({ annotation, value }: Field) {
  const isInfo = (node: Node | null) =>
    node?.type === "call" &&
    /^(?:typer\.)?(?:Option|Argument)$/.test(node.childForFieldName("function")?.text ?? "");
  const within = annotation?.text.includes("Annotated")
    ? annotation.descendantsOfType("call").find((node) => isInfo(node))
    : undefined;
  const call = within ?? (isInfo(value) ? value : null);
  if (call === null || call === undefined) return null;
  const { positional, keywords } = argumentsOf(call);
  const isDefault = within === undefined;
  const first = isDefault ? (keywords.get("default") ?? positional[0] ?? null) : null;
  const strings = (isDefault ? positional.slice(1) : positional).map((node) => stringValue(node) ?? "");
  return {
    isByPlace: (call.childForFieldName("function")?.text ?? "").endsWith("Argument"),
    isDefault,
    isOptional: isDefault && first !== null && first.type !== "ellipsis",
    value: first?.type === "ellipsis" ? null : first,
    flags: strings.filter((text) => /^-[^/]*$/.test(text)),
    help: stringValue(keywords.get("help")) ?? "",
  };
}
