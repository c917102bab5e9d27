/** Folds the events of the registry into models, versions and aliases. The tables of a store are only a cache of this. */

import type { Actor, Alias, AuditEntry, Model, ModelVersion, RegistryEvent } from "./registry.ts";

/** The state that events are folded into. Made by `emptyRegistry`, changed only by `foldEvent`. */
export interface Registry {
  readonly models: Map<string, FoldedModel>;
}

export interface FoldedModel {
  readonly created: number;
  readonly versions: Omit<ModelVersion, "aliases">[];
  readonly aliases: Map<string, Alias>;
}

export function emptyRegistry(): Registry {
  return { models: new Map() };
}

/** A registry that stands where the given models stand, so that new events can be folded onto it. */
export function registryOf(models: readonly Model[]): Registry {
  const registry = emptyRegistry();
  for (const { name, created, versions, aliases } of models)
    registry.models.set(name, {
      created,
      versions: versions.map(({ aliases: _, ...version }) => version).sort((a, b) => a.version - b.version),
      aliases: new Map(aliases.map((alias) => [alias.alias, alias])),
    });
  return registry;
}

/** Folds one event in. Answers what is wrong with it, in which case nothing changed, or null. */
export function foldEvent(
  registry: Registry,
  event: RegistryEvent,
  time: number,
  actor: Actor,
): string | null {
  const model = registry.models.get(event.model);
  if (event.type === "model.created") {
    if (model !== undefined) return `model ${event.model} exists already`;
    registry.models.set(event.model, { created: time, versions: [], aliases: new Map() });
    return null;
  }
  if (model === undefined) return `there is no model ${event.model}`;
  switch (event.type) {
    case "version.registered": {
      const { type: _, ...version } = event;
      if (event.version !== model.versions.length + 1)
        return `version ${event.version} does not follow version ${model.versions.length} of ${event.model}`;
      model.versions.push({ ...version, created: time, actor });
      return null;
    }
    case "alias.set": {
      const { alias, version, previous, reason } = event;
      if (model.versions[version - 1] === undefined) return `${event.model} has no version ${version}`;
      const problem = previousProblem(model, alias, previous);
      if (problem === null)
        model.aliases.set(alias, { alias, version, since: time, actor, reason, previous });
      return problem;
    }
    case "alias.removed": {
      const problem = previousProblem(model, event.alias, event.previous);
      if (problem === null) model.aliases.delete(event.alias);
      return problem;
    }
    default:
      return unknownEvent(event);
  }
}

/** The models as everybody reads them: by name; versions newest first, each with its aliases; aliases by name. */
export function modelsOf(registry: Registry): readonly Model[] {
  return [...registry.models]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, { created, versions, aliases }]) => ({
      name,
      created,
      versions: [...versions].reverse().map((version) => ({
        ...version,
        aliases: [...aliases.values()]
          .filter((alias) => alias.version === version.version)
          .map((alias) => alias.alias)
          .sort(),
      })),
      aliases: [...aliases.values()].sort((left, right) => (left.alias < right.alias ? -1 : 1)),
    }));
}

/** Folds a whole log. Stops at the first entry that does not fit and says why. */
export function foldLog(entries: readonly AuditEntry[]): {
  readonly models: readonly Model[];
  readonly problem: { readonly sequence: number; readonly text: string } | null;
} {
  const registry = emptyRegistry();
  for (const { event, time, actor, sequence } of entries) {
    const text = foldEvent(registry, event, time, actor);
    if (text !== null) return { models: modelsOf(registry), problem: { sequence, text } };
  }
  return { models: modelsOf(registry), problem: null };
}

function previousProblem(model: FoldedModel, alias: string, previous: number | null): string | null {
  const now = model.aliases.get(alias)?.version ?? null;
  if (now === previous) return null;
  const name = (version: number | null) => (version === null ? "nothing" : `version ${version}`);
  return `alias ${alias} was at ${name(now)}, not at ${name(previous)}`;
}

/** Reached only by a log of a newer Runline, or by one that was tampered with. */
function unknownEvent(event: never): string {
  return `unknown event ${JSON.stringify((event as { readonly type?: unknown }).type)}`;
}
