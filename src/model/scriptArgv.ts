/** Chosen values of a script's arguments → its command line. */

import type { ScriptArgument } from "./scriptArgument.ts";

/** Values by argument name, as text; "true" and "false" for a switch. Several values stand in one text as in a shell, or in a list. */
export type ArgumentChoice = Readonly<Record<string, string | readonly string[]>>;

/** The command line of all values; where there are subcommands, the script's own, the chosen one and what belongs to that. */
export function toArgv(declared: readonly ScriptArgument[], choice: ArgumentChoice): readonly string[] {
  const chooser = declared.find(({ isCommand }) => isCommand);
  const chosen = String((chooser && choice[chooser.name]) ?? "");
  const own = declared.filter((argument) => argument !== chooser && argument.command === undefined);
  const behind = declared.filter(({ command }) => command === chosen);
  return [...lineOf(own, choice), ...(chosen === "" ? [] : [chosen, ...lineOf(behind, choice)])];
}

/**
 * The command line in the order of declaration, positional arguments first so that no option with several values swallows them
 * (last, after `--`, when one begins with a dash). What is absent or empty stays at its default; names nobody declared are left out.
 */
function lineOf(declared: readonly ScriptArgument[], choice: ArgumentChoice): readonly string[] {
  const options: string[] = [];
  const positional: string[] = [];
  for (const argument of declared) {
    const chosen = choice[argument.name];
    if (chosen === undefined || chosen === "") continue;
    if (argument.flagOnly) options.push(...switched(argument, String(chosen)));
    else if (argument.flags.length === 0) positional.push(...valuesOf(argument, chosen));
    else options.push(...option(argument, valuesOf(argument, chosen)));
  }
  if (positional.some((value) => value.startsWith("-"))) return [...options, "--", ...positional];
  return [...positional, ...options];
}

/** A switch is named only where it leaves its default. */
function switched(argument: ScriptArgument, chosen: string): readonly string[] {
  const on = chosen.toLowerCase() === "true";
  if (on === (argument.defaultValue === "True")) return [];
  const flag = on ? longest(argument.flags.filter((each) => each !== argument.offFlag)) : argument.offFlag;
  return flag === undefined ? [] : [flag];
}

function option(argument: ScriptArgument, values: readonly string[]): readonly string[] {
  const flag = longest(argument.flags);
  if (flag === undefined || values.length === 0) return [];
  if (argument.values === "several") return [flag, ...values];
  return values.flatMap((value) => pair(flag, value));
}

/** A value that begins with a dash would be read as a flag, so it is joined to its own. */
function pair(flag: string, value: string): readonly string[] {
  if (!value.startsWith("-")) return [flag, value];
  return [flag.startsWith("--") ? `${flag}=${value}` : `${flag}${value}`];
}

function valuesOf(argument: ScriptArgument, chosen: string | readonly string[]): readonly string[] {
  if (typeof chosen !== "string") return chosen;
  return argument.values === undefined ? [chosen] : words(chosen);
}

/** Splits at blanks as a shell does; quotes keep a word together. */
function words(text: string): readonly string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|\S+/g)].map((match) => match[1] ?? match[2] ?? match[0]);
}

function longest(flags: readonly string[]): string | undefined {
  return flags.reduce<string | undefined>(
    (best, flag) => (flag.length > (best?.length ?? 0) ? flag : best),
    undefined,
  );
}
