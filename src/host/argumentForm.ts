/** "Run with parameters…" without the editor: what each row says and which values will do. Pure. */

import type { ScriptArgument } from "../model/scriptArgument.ts";
import { splitCommandLine } from "./commandLine.ts";
import type { Translate } from "./translate.ts";

/** Chosen values by argument name, as text; "true" and "false" for a switch. What is absent stays at its default. */
export type ArgumentValues = Readonly<Record<string, string>>;

/** What is wrong with a value for an argument, in words; null when it will do. Types that are not known take anything. */
export function valueProblem(argument: ScriptArgument, value: string, t: Translate): string | null {
  if (value === "") return argument.required ? t("{0} needs a value.", argument.name) : null;
  const each = argument.values === undefined ? [value] : splitCommandLine(value);
  return each.map((one) => oneProblem(argument, one, t)).find((problem) => problem !== null) ?? null;
}

const float = /^[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?(inf|nan|infinity)$/i;

function oneProblem({ choices, type }: ScriptArgument, value: string, t: Translate): string | null {
  if (choices.length > 0 && !choices.includes(value)) return t("One of: {0}.", choices.join(", "));
  if (type === "int" && !/^[+-]?\d+(_\d+)*$/.test(value)) return t("A whole number, such as 100.");
  if (type === "float" && !float.test(value)) return t("A number, such as 0.01 or 1e-3.");
  return null;
}

/** Required arguments that have no value yet. */
export function missingArguments(
  declared: readonly ScriptArgument[],
  values: ArgumentValues,
): readonly string[] {
  return declared
    .filter((argument) => argument.required && (values[argument.name] ?? "") === "")
    .map(({ name }) => name);
}

/** The value column of a row: what will be used, and whether it is the default. */
export function valueText(argument: ScriptArgument, values: ArgumentValues, t: Translate): string {
  const value = values[argument.name];
  if (value !== undefined && value !== "")
    return argument.flagOnly ? (value === "true" ? t("on") : t("off")) : value;
  if (argument.required) return t("needs a value");
  if (argument.flagOnly) return argument.defaultValue === "True" ? t("on (default)") : t("off (default)");
  return argument.defaultValue === null ? t("not set") : t("{0} (default)", argument.defaultValue);
}

/** The arguments that mean something with the chosen subcommand, which comes first; before one is chosen only the script's own. */
export function shownArguments(
  declared: readonly ScriptArgument[],
  values: ArgumentValues,
): readonly ScriptArgument[] {
  const chooser = declared.find(({ isCommand }) => isCommand);
  if (chooser === undefined) return declared;
  const chosen = values[chooser.name] ?? "";
  const others = declared.filter((argument) => argument !== chooser);
  return [chooser, ...others.filter(({ command }) => command === undefined || command === chosen)];
}
