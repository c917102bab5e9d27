/** The shape of one command of the CLI: one file each, all of this shape. */

import { parseArgs } from "node:util";
import { RunlineError } from "../../model/failure.ts";
import type { Project } from "../project.ts";
import type { Terminal } from "./terminal.ts";
import { plain } from "./text.ts";

export interface Command {
  /** What it does, for the list of commands. */
  readonly summary: string;
  /** After `runline <name> `, e.g. `[options] <run>…`. */
  readonly usage: string;
  readonly options: Options;
  /** How many words it takes: at least and at most. */
  readonly words: readonly [least: number, most: number];
  /** Everything from the first word on belongs to the command it starts. */
  readonly takesCommand?: true;
  /** More than the summary, for `--help`: shapes of `--json`, examples. */
  readonly details?: string;
  /** Answers the exit code. What it throws is shown as a failure. */
  run(call: Call): Promise<number>;
}

export type Options = Readonly<Record<string, Option>>;

export interface Option {
  readonly type: "string" | "boolean";
  readonly short?: string;
  readonly multiple?: true;
  /** Name of its value in the help, e.g. `<text>`. */
  readonly value?: string;
  readonly help: string;
}

/** One call of a command, parsed. */
export interface Call {
  readonly words: readonly string[];
  readonly json: boolean;
  /** Where the person stands: paths on the command line start here. */
  readonly folder: string;
  readonly project: Project;
  readonly terminal: Terminal;
  /** Variables that the CLI was started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The value of an option that has one, or undefined. */
  text(name: string): string | undefined;
  /** Every value of an option that may be given more than once. */
  texts(name: string): readonly string[];
  flag(name: string): boolean;
}

/** Exit codes, the same for every command; `run` answers that of the script instead. */
export const exitCode = { done: 0, failed: 1, usage: 2, notFound: 3, ambiguous: 4, canceled: 130 } as const;

/** Options that every command takes. */
export const sharedOptions = {
  json: { type: "boolean", help: "print one JSON value instead of text" },
  directory: {
    type: "string",
    short: "C",
    value: "<folder>",
    help: "work in this folder instead of the present one",
  },
  help: { type: "boolean", short: "h", help: "show this help" },
} as const satisfies Options;

export type ParsedCall = Pick<Call, "words" | "text" | "texts" | "flag">;

/** Parses the arguments of a command. Throws `usage`, naming what is wrong. */
export function parseCall(command: Command, args: readonly string[]): ParsedCall {
  const options = { ...command.options, ...sharedOptions };
  const [own, rest] = command.takesCommand ? split(args, options) : [args, []];
  const { values, positionals } = parsed(own, options);
  const words = [...positionals, ...rest];
  const value = (name: string) => values[name];
  return {
    words,
    text: (name) => [value(name)].flat().find((each) => typeof each === "string"),
    texts: (name) => [value(name)].flat().filter((each) => typeof each === "string"),
    flag: (name) => value(name) === true,
  };
}

/** Throws `usage` unless the number of words fits. Not part of parsing: `--help` takes none. */
export function checkWords(name: string, command: Command, words: readonly string[]): void {
  const [least, most] = command.words;
  if (words.length >= least && words.length <= most) return;
  const wrong = words.length < least ? "Something is missing" : `“${plain(words[most] ?? "")}” is too much`;
  throw new RunlineError("usage", { cause: `${wrong}. Usage: runline ${name} ${command.usage}` });
}

function parsed(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options: nodeOptions(options), allowPositionals: true });
  } catch (thrown) {
    const text =
      thrown instanceof Error ? (thrown.message.split(/\. (?=To specify)/)[0] ?? "") : String(thrown);
    throw new RunlineError("usage", { cause: text.endsWith(".") ? text : `${text}.` });
  }
}

/** Own options before `--` or the first word; the command with its own options after it. */
function split(args: readonly string[], options: Options): readonly [readonly string[], readonly string[]] {
  const { tokens } = parseArgs({
    args: [...args],
    options: nodeOptions(options),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const end = tokens.find((token) => token.kind !== "option");
  if (end === undefined) return [args, []];
  const from = end.kind === "option-terminator" ? end.index + 1 : end.index;
  return [args.slice(0, end.index), args.slice(from)];
}

function nodeOptions(options: Options) {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short === undefined ? {} : { short }), ...(multiple === undefined ? {} : { multiple }) },
    ]),
  );
}
