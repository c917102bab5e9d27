/** Takes an alias away from a model. */

import { RunlineError } from "../model/failure.ts";
import type { Actor } from "../model/registry.ts";
import type { RegistryStore } from "../store/store.ts";
import { aliasVersion, modelOf, reasonOf } from "./promote.ts";

export interface AliasRemoval {
  readonly model: string;
  readonly alias: string;
  readonly reason: string;
  readonly actor: Actor;
}

/** Removes an alias; answers the version it was on. Throws `reasonMissing`, `modelUnknown`, `aliasUnknown`. */
export async function removeAlias(
  asked: AliasRemoval,
  registry: RegistryStore,
  clock: () => number,
): Promise<{ readonly previous: number }> {
  const reason = reasonOf(asked.reason);
  let previous = 0;
  await registry.append(asked.actor, clock(), (models) => {
    const found = aliasVersion(modelOf(asked.model, models), asked.alias);
    if (found === null) throw new RunlineError("aliasUnknown", { model: asked.model, alias: asked.alias });
    previous = found;
    const { model, alias } = asked;
    return [{ type: "alias.removed", model, alias, previous, reason }];
  });
  return { previous };
}
