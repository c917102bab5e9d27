/** Takes an alias away from a model. */

import { RunlineError } from "../model/failure.ts";
import type { Actor, Model, RegistryEvent } from "../model/registry.ts";
import type { RegistryStore } from "../store/store.ts";
import { type AliasRules, demandAllowed, freeAliases } from "./aliasRules.ts";
import { aliasVersion, modelOf, reasonOf } from "./promote.ts";

export interface AliasRemoval {
  readonly model: string;
  readonly alias: string;
  readonly reason: string;
  readonly actor: Actor;
}

/** Removes an alias; answers the version it was on. Throws `reasonMissing`, `modelUnknown`, `aliasUnknown`, `aliasProtected`. */
export async function removeAlias(
  asked: AliasRemoval,
  registry: RegistryStore,
  clock: () => number,
  rules: AliasRules = freeAliases,
): Promise<{ readonly previous: number }> {
  const reason = reasonOf(asked.reason);
  let previous = 0;
  const decide = (models: readonly Model[]): readonly RegistryEvent[] => {
    const found = aliasVersion(modelOf(asked.model, models), asked.alias);
    if (found === null) throw new RunlineError("aliasUnknown", { model: asked.model, alias: asked.alias });
    previous = found;
    const { model, alias, actor } = asked;
    demandAllowed({ model, alias, from: found, to: null, actor }, rules);
    return [{ type: "alias.removed", model, alias, previous, reason }];
  };
  await registry.append(asked.actor, clock(), decide, [asked.model]);
  return { previous };
}
