/** Sets or moves an alias of a model. */

import { RunlineError } from "../model/failure.ts";
import type { Actor, Model, ModelVersion, RegistryEvent } from "../model/registry.ts";
import { isRegistryAlias } from "../model/registryNames.ts";
import type { RegistryStore } from "../store/store.ts";
import { type AliasRules, demandAllowed, freeAliases } from "./aliasRules.ts";

export interface Promotion {
  readonly model: string;
  readonly version: number;
  readonly alias: string;
  readonly reason: string;
  readonly actor: Actor;
  /** The version that the person saw the alias on; null when it was free. Undefined asks for no such check. */
  readonly expected?: number | null;
}

/**
 * Points an alias at a version. Answers the version it was on before, null when it was free. An alias that is there already stays, with
 * nothing added to the log. Throws `aliasInvalid`, `reasonMissing`, `modelUnknown`, `versionUnknown`, `aliasProtected`, and `aliasMoved`
 * when somebody else moved it since the person looked.
 */
export async function promote(
  asked: Promotion,
  registry: RegistryStore,
  clock: () => number,
  rules: AliasRules = freeAliases,
): Promise<{ readonly previous: number | null }> {
  if (!isRegistryAlias(asked.alias)) throw new RunlineError("aliasInvalid", { alias: asked.alias });
  const reason = reasonOf(asked.reason);
  let previous: number | null = null;
  const decide = (models: readonly Model[]): readonly RegistryEvent[] => {
    const model = modelOf(asked.model, models);
    versionOf(asked.version, model);
    previous = aliasVersion(model, asked.alias);
    if (asked.expected !== undefined && asked.expected !== previous)
      throw new RunlineError("aliasMoved", {
        model: asked.model,
        alias: asked.alias,
        now: previous === null ? "no version" : `version ${previous}`,
      });
    if (previous === asked.version) return [];
    const { model: name, alias, version, actor } = asked;
    demandAllowed({ model: name, alias, from: previous, to: version, actor }, rules);
    return [{ type: "alias.set", model: name, alias, version, previous, reason }];
  };
  await registry.append(asked.actor, clock(), decide, [asked.model]);
  return { previous };
}

/** The reason as it is kept: trimmed, never empty. Throws `reasonMissing`. */
export function reasonOf(text: string): string {
  const reason = text.trim();
  if (reason === "") throw new RunlineError("reasonMissing");
  return reason;
}

/** The model of that name. Throws `modelUnknown`. */
export function modelOf(name: string, models: readonly Model[]): Model {
  const model = models.find((each) => each.name === name);
  if (model === undefined) throw new RunlineError("modelUnknown", { model: name });
  return model;
}

/** The version that an alias is on, or null. */
export function aliasVersion(model: Model, alias: string): number | null {
  return model.aliases.find((each) => each.alias === alias)?.version ?? null;
}

/** The version of that number. Throws `versionUnknown`. */
export function versionOf(version: number, model: Model): ModelVersion {
  const found = model.versions.find((each) => each.version === version);
  if (found !== undefined) return found;
  const known = model.versions.map((each) => each.version).sort((a, b) => a - b);
  const shown = known.length > 10 ? `${known[0]} to ${known.at(-1)}` : known.join(", ");
  throw new RunlineError("versionUnknown", { model: model.name, version, versions: shown || "none" });
}
