/** Which alias, and why: asked the same for one's own models and for those of a team's server. */

import * as vscode from "vscode";
import { isAliasName } from "../../model/names.ts";

const t = vscode.l10n.t;

interface Aliased {
  readonly name: string;
  readonly aliases: readonly { readonly alias: string; readonly version: number }[];
}

interface Numbered {
  readonly version: number;
  readonly aliases: readonly string[];
}

/** `where` is the server, for models of one. Undefined when the person changed their mind. */
export async function askAlias(
  model: Aliased,
  version: Numbered,
  where: string | null = null,
): Promise<string | undefined> {
  const own = t("Another alias…");
  const names = [...new Set(["champion", "challenger", ...model.aliases.map(({ alias }) => alias)])];
  const items = names
    .filter((name) => !version.aliases.includes(name))
    .map((label) => {
      const now = model.aliases.find(({ alias }) => alias === label);
      return { label, description: now === undefined ? t("not set") : t("now v{0}", now.version) };
    });
  const title =
    where === null
      ? t("Set an alias of {0} to v{1}", model.name, version.version)
      : t("Set an alias of {0} to v{1} on {2}", model.name, version.version, where);
  const chosen = await vscode.window.showQuickPick([...items, { label: own, description: "" }], { title });
  if (chosen?.label !== own) return chosen?.label;
  return vscode.window.showInputBox({
    title,
    placeHolder: "staging",
    validateInput: (text) =>
      isAliasName(text)
        ? undefined
        : t("Letters, digits, - and _, starting with a letter; v1, v2 … and latest are taken."),
  });
}

/** The only one of a version, or the person's pick. */
export async function pickAlias({ aliases }: Numbered): Promise<string | undefined> {
  const only = aliases.length === 1 ? aliases[0] : undefined;
  return only ?? (await vscode.window.showQuickPick([...aliases], { title: t("Which alias?") }));
}

export function askReason(title: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title,
    prompt: t("Why? This stands in the audit log."),
    validateInput: (text) => (text.trim() === "" ? t("A change of an alias needs a reason.") : undefined),
  });
}
