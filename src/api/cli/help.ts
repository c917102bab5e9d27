/** The help texts, made from the commands themselves. */

import { type Command, exitCode, type Options, sharedOptions } from "./command.ts";

/** `runline --help`. */
export function overview(commands: Readonly<Record<string, Command>>): string {
  const names = Object.keys(commands);
  const longest = Math.max(...names.map((name) => name.length));
  return [
    "Runline tracks training runs: what was run, with which code and data, what came of it.",
    "",
    "Usage: runline <command> [options]",
    "",
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(longest)}  ${summary}`),
    "",
    "A run is named by its name, or by the beginning of its id. Every command takes --json and --help.",
    "Runs are kept in .runline of the folder, or of the nearest folder above that has one (RUNLINE_DIRECTORY: elsewhere).",
    "",
    "Exit codes:",
    ...exitCodeLines,
    "",
  ].join("\n");
}

/** `runline <command> --help`. */
export function helpOf(name: string, command: Command): string {
  const { summary, usage, details, options } = command;
  return [
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.`,
    "",
    `Usage: runline ${name} ${usage}`,
    "",
    "Options:",
    ...optionLines({ ...options, ...sharedOptions }),
    ...(details === undefined ? [] : ["", details]),
    "",
    "Exit codes:",
    ...exitCodeLines,
    "",
  ].join("\n");
}

const exitCodeLines = [
  `  ${exitCode.done}    it was done (run: the script ended well)`,
  `  ${exitCode.failed}    it failed; the cause and what to do are on standard error`,
  `  ${exitCode.usage}    the command line is not right`,
  `  ${exitCode.notFound}    the run, file, model or version does not exist`,
  `  ${exitCode.ambiguous}    the name fits several runs; the id of one of them says which`,
  `  ${exitCode.canceled}  canceled`,
  "  run answers the exit code of the script; 128 + n when signal n ended it.",
];

function optionLines(options: Options): string[] {
  const rows = Object.entries(options).map(([name, { type, short, value, help }]) => {
    const long = type === "string" ? `--${name} ${value ?? "<text>"}` : `--${name}`;
    return [short === undefined ? `    ${long}` : `-${short}, ${long}`, help] as const;
  });
  const longest = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, help]) => `  ${left.padEnd(longest)}  ${help}`);
}
