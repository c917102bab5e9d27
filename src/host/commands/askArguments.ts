/** The quick pick of "Run with parameters…": Enter runs with what stands there; a row changes one value. */

import * as vscode from "vscode";
import type { ScriptArgument } from "../../model/scriptArgument.ts";
import { toArgv } from "../../model/scriptArgv.ts";
import { shellLine } from "../../model/shellWord.ts";
import { type ArgumentValues, missingArguments, valueProblem, valueText } from "../argumentForm.ts";
import { splitCommandLine } from "../commandLine.ts";

const t = vscode.l10n.t;

type Row = vscode.QuickPickItem & {
  readonly argument?: ScriptArgument;
  readonly does?: "run" | "reset" | "extra";
};

interface Chosen {
  values: ArgumentValues;
  /** Arguments that the script's text does not declare. */
  extra: readonly string[];
}

/** Asks until the person runs or leaves. The last values of each script are remembered. Null when left. */
export async function askArguments(
  name: string,
  path: string,
  declared: readonly ScriptArgument[],
  memory: vscode.Memento,
): Promise<string[] | null> {
  const key = `runline.arguments:${path}`;
  const chosen: Chosen = memory.get<Chosen>(key, { values: {}, extra: [] });
  for (;;) {
    const line = [...toArgv(declared, chosen.values), ...chosen.extra];
    const row = await showForm(name, line, rows(declared, chosen, line));
    if (row === undefined) return null;
    if (row.does === "run") {
      await memory.update(key, chosen);
      return line;
    }
    if (row.does === "reset") Object.assign(chosen, { values: {}, extra: [] });
    if (row.does === "extra") chosen.extra = await askExtra(chosen.extra);
    if (row.argument !== undefined) chosen.values = await askValue(row.argument, chosen.values);
  }
}

function rows(declared: readonly ScriptArgument[], chosen: Chosen, line: readonly string[]): Row[] {
  const missing = missingArguments(declared, chosen.values);
  const run: Row =
    missing.length === 0
      ? { label: `$(play) ${t("Run")}`, description: shellLine(line), does: "run", alwaysShow: true }
      : { label: `$(circle-slash) ${t("Needs {0}", missing.join(", "))}`, alwaysShow: true };
  const separator: Row = { label: t("Parameters"), kind: vscode.QuickPickItemKind.Separator };
  const each = declared.map(
    (argument): Row => ({
      label: argument.name,
      description: valueText(argument, chosen.values, t),
      ...(argument.help === "" ? {} : { detail: argument.help }),
      argument,
    }),
  );
  const extra: Row = {
    label: `$(add) ${t("Other arguments…")}`,
    description: shellLine(chosen.extra),
    does: "extra",
  };
  const reset: Row = { label: `$(discard) ${t("Back to the defaults")}`, does: "reset" };
  return [run, separator, ...each, extra, ...(line.length > 0 ? [reset] : [])];
}

function showForm(
  name: string,
  line: readonly string[],
  items: Row[],
  _active?: string,
): Promise<Row | undefined> {
  const pick = vscode.window.createQuickPick<Row>();
  pick.title = t("Run {0}", shellLine([name, ...line]));
  pick.placeholder = t("Enter runs; choose a parameter to change it");
  pick.matchOnDescription = true;
  pick.items = items;
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

async function askValue(argument: ScriptArgument, values: ArgumentValues): Promise<ArgumentValues> {
  const choices = argument.flagOnly ? ["true", "false"] : argument.choices;
  const value =
    choices.length > 0 && argument.values === undefined
      ? await askChoice(argument, choices)
      : await askText(argument, values);
  if (value === undefined) return values;
  const { [argument.name]: _before, ...others } = values;
  return value === "" || value === argument.defaultValue ? others : { ...others, [argument.name]: value };
}

async function askChoice(argument: ScriptArgument, choices: readonly string[]): Promise<string | undefined> {
  const text = (choice: string) => (argument.flagOnly ? (choice === "true" ? t("on") : t("off")) : choice);
  const items = choices.map((choice) => ({ label: text(choice), choice }));
  const options = { title: argument.name, ...(argument.help === "" ? {} : { placeHolder: argument.help }) };
  return (await vscode.window.showQuickPick(items, options))?.choice;
}

function askText(argument: ScriptArgument, values: ArgumentValues): Thenable<string | undefined> {
  const { defaultValue } = argument;
  return vscode.window.showInputBox({
    title: argument.name,
    prompt: [argument.help, defaultValue === null ? "" : t("Empty means {0}.", defaultValue)]
      .filter(Boolean)
      .join(" "),
    value: values[argument.name] ?? defaultValue ?? "",
    validateInput: (text) => valueProblem(argument, text, t),
  });
}

async function askExtra(before: readonly string[]): Promise<readonly string[]> {
  const line = await vscode.window.showInputBox({
    title: t("Other arguments"),
    prompt: t("Added at the end of the command line."),
    value: shellLine(before),
  });
  return line === undefined ? before : splitCommandLine(line);
}
