/** Subcommands that a script declares with argparse or click: which there are, and to which one a declaration belongs. */

import type { Node } from "web-tree-sitter";
import type { DeclaredArgument } from "./declaredArgument.ts";
import type { Call, Scan } from "./scan.ts";
import { argumentsOf, stringValue } from "./syntax.ts";

export interface Subcommands {
  /** The argument that chooses; null where there are no subcommands. */
  readonly chooser: DeclaredArgument | null;
  /** The command a declaration belongs to; null for the whole script's, undefined for one that can't be placed. */
  of(call: Call): string | null | undefined;
}

export function subcommands(scan: Scan): Subcommands {
  const parsers = argparseCommands(scan);
  const click = scan.imports.has("click") ? clickCommands(scan) : none;
  const names = [...new Set([...parsers.names, ...click.names])];
  return {
    chooser: names.length === 0 ? null : chooserOf(parsers.dest ?? "command", names),
    of: (call) => (call.last === "add_argument" ? parsers.of(call) : click.of(call)),
  };
}

/** The positional argument that stands for the choice of a command. */
export function chooserOf(name: string, choices: readonly string[]): DeclaredArgument {
  const argument = { name, flags: [], type: null, defaultValue: null, choices, help: "" };
  return { argument: { ...argument, required: true, flagOnly: false, isCommand: true }, ranges: [] };
}

interface Commands {
  readonly names: readonly string[];
  readonly dest: string | null;
  of(call: Call): string | null | undefined;
}

const none: Commands = { names: [], dest: null, of: () => null };

/** `sub = p.add_subparsers(dest="command")`, `fit = sub.add_parser("fit")`, `fit.add_argument(…)`. */
function argparseCommands({ calls, assigned }: Scan): Commands {
  const declaring = calls.filter(({ last }) => last === "add_subparsers");
  const first = declaring[0];
  if (first === undefined) return none;
  const assignedTo = (name: string) => assigned.get(name)?.childForFieldName("right") ?? null;
  const receiver = (call: string) => call.slice(0, Math.max(0, call.lastIndexOf(".")));
  /** Undefined for the parser of a command of a command: those are left out. */
  const commandOf = (parser: string): string | null | undefined => {
    const made = assignedTo(parser);
    if (made?.type !== "call") return null;
    const callee = made.childForFieldName("function")?.text ?? "";
    if (!callee.endsWith(".add_parser")) return null;
    const group = assignedTo(receiver(callee))?.childForFieldName("function")?.text ?? "";
    const isNested = group !== "" && commandOf(receiver(group)) !== null;
    return isNested ? undefined : (stringValue(argumentsOf(made).positional[0]) ?? undefined);
  };
  const names = [...assigned.keys()].map(commandOf).filter((name) => typeof name === "string");
  const dest = stringValue(argumentsOf(first.node).keywords.get("dest"));
  return { names, dest, of: (call) => commandOf(receiver(call.name)) };
}

/** `@click.group()` on a function, and `@thatFunction.command()` on others or `thatFunction.add_command(other)`. */
function clickCommands({ decorated, calls }: Scan): Commands {
  const functions = decorated.filter((each) => definitionOf(each)?.type === "function_definition");
  const groups = new Set(
    functions.filter((each) => decorator(each, /^@(?:click\.)?group\b/)).map((each) => nameOf(each)),
  );
  const added = new Map<string, string | null>();
  for (const { node, name, last } of calls)
    if (last === "add_command" && groups.has(name.slice(0, -last.length - 1))) {
      const { positional, keywords } = argumentsOf(node);
      added.set(positional[0]?.text ?? "", stringValue(positional[1] ?? keywords.get("name")));
    }
  const placed = functions.flatMap((each) => {
    const own = decorator(each, /^@(?:click\.)?command\b/);
    const given = added.get(nameOf(each));
    if (own !== null && given !== undefined)
      return [{ start: each.startIndex, end: each.endIndex, name: given ?? commandName(each, own) }];
    const found = decorator(each, /^@(\w+)\.(?:command|group)\b/);
    const owner = /^@(\w+)/.exec(found?.text ?? "")?.[1];
    if (found === null || owner === undefined || owner === "click") return [];
    const isLeaf = /^@\w+\.command\b/.test(found.text) && groups.has(owner);
    return [
      { start: each.startIndex, end: each.endIndex, name: isLeaf ? commandName(each, found) : undefined },
    ];
  });
  return {
    names: placed.map(({ name }) => name).filter((name) => name !== undefined),
    dest: null,
    of({ node }) {
      const at = placed.find(({ start, end }) => start <= node.startIndex && node.startIndex < end);
      return at === undefined ? null : at.name;
    },
  };
}

/** The name that is given, else the function's as click makes one of it. */
export function commandName(definition: Node, decoration: Node): string {
  const call = decoration.namedChildren.find(({ type }) => type === "call");
  const given = call === undefined ? undefined : argumentsOf(call);
  const named = stringValue(given?.positional[0]) ?? stringValue(given?.keywords.get("name"));
  return named ?? nameOf(definition).toLowerCase().replace(/_/g, "-");
}

export function decorator(definition: Node, pattern: RegExp): Node | null {
  const decorators = definition.namedChildren.filter(({ type }) => type === "decorator");
  return decorators.find((each) => pattern.test(each.text.slice(0, 200))) ?? null;
}

export function definitionOf(decorated: Node): Node | null {
  return decorated.childForFieldName("definition");
}

function nameOf(decorated: Node): string {
  return definitionOf(decorated)?.childForFieldName("name")?.text ?? "";
}
