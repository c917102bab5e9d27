/** Takes models and versions out of the registry. The log keeps what they were. */

import type { Model, RegistryEvent } from "../model/registry.ts";
import { type AliasRules, demandRemovable, freeAliases } from "./aliasRules.ts";
import { decide, type RegistryParts } from "./editRegistry.ts";
import { modelOf, versionOf } from "./promote.ts";

/** Deletes a model with its versions and aliases; its name is free again. Throws `modelUnknown`, `aliasProtected`. */
export async function deleteModel(
  name: string,
  reason: string,
  parts: RegistryParts,
  rules: AliasRules = freeAliases,
): Promise<void> {
  await decide(parts, [name], (models) => {
    const model = modelOf(name, models);
    demandRemovable(model, null, parts.actor, rules);
    return [...removals(model, null, reason), { type: "model.deleted", model: name }];
  });
}

/** Deletes a version and the aliases on it; its number is never given again. Throws `modelUnknown`, `versionUnknown`, `aliasProtected`. */
export async function deleteVersion(
  name: string,
  version: number,
  reason: string,
  parts: RegistryParts,
  rules: AliasRules = freeAliases,
): Promise<void> {
  await decide(parts, [name], (models) => {
    const model = modelOf(name, models);
    versionOf(version, model);
    demandRemovable(model, version, parts.actor, rules);
    return [...removals(model, version, reason), { type: "version.deleted", model: name, version }];
  });
}

/** That an alias went is said by itself: whoever reads the log for one alias misses nothing. */
function removals(model: Model, version: number | null, reason: string): RegistryEvent[] {
  return model.aliases
    .filter((alias) => version === null || alias.version === version)
    .map(({ alias, version: previous }) => ({
      type: "alias.removed",
      model: model.name,
      alias,
      previous,
      reason,
    }));
}
