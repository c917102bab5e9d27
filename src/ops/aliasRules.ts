/** Who may point an alias where. The one place that every face asks before an alias is set, moved or taken away. */

import { RunlineError } from "../model/failure.ts";
import type { Actor, Model } from "../model/registry.ts";

export interface AliasChange {
  readonly model: string;
  readonly alias: string;
  /** The version it is on; null while it is free. */
  readonly from: number | null;
  /** The version it shall be on; null takes it away. */
  readonly to: number | null;
  readonly actor: Actor;
}

/** Why a change may not be made like this, and the command that asks for it instead; null where it may. */
export type AliasRules = (change: AliasChange) => { readonly cause: string; readonly next: string } | null;

/** No policy: every alias may be moved by everybody. */
export const freeAliases: AliasRules = () => null;

/** Throws `aliasProtected`. */
export function demandAllowed(change: AliasChange, rules: AliasRules): void {
  const refusal = rules(change);
  const { model, alias } = change;
  if (refusal !== null) throw new RunlineError("aliasProtected", { model, alias, ...refusal });
}

/** Demands that every alias on a version may be taken away, as when it is deleted; on all versions without a number. */
export function demandRemovable(model: Model, version: number | null, actor: Actor, rules: AliasRules): void {
  for (const { alias, version: from } of model.aliases)
    if (version === null || from === version)
      demandAllowed({ model: model.name, alias, from, to: null, actor }, rules);
}
