/** Folds the events of the registry into models, versions and aliases. The tables of a store are only a cache of this. */

import type {
  Actor,
  Alias,
  AuditEntry,
  Model,
  ModelStage,
  ModelVersion,
  RegistryEvent,
  Tags,
} from "./registry.ts";

/** The state that events are folded into. Made by `emptyRegistry`, changed only by `foldEvent`. */
export interface Registry {
  readonly models: Map<string, FoldedModel>;
}

export interface FoldedModel {
  readonly created: number;
  updated: number;
  description: string;
  tags: Tags;
  last: number;
  /** By number. */
  readonly versions: Map<number, FoldedVersion>;
  readonly aliases: Map<string, Alias>;
}

export type FoldedVersion = Omit<ModelVersion, "aliases" | "model">;

function emptyRegistry(): Registry {
  return { models: new Map() };
}

/** A registry that stands where the given models stand, so that new events can be folded onto it. */
export function registryOf(models: readonly Model[]): Registry {
  const registry = emptyRegistry();
  for (const { name, versions, aliases, ...model } of models)
    registry.models.set(name, {
      ...model,
      versions: new Map(versions.map(({ aliases: _, model: __, ...one }) => [one.version, one])),
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
  if (event.type === "team.alias" || event.type === "team.failed") return null;
  const model = registry.models.get(event.model);
  if (event.type === "model.created") {
    if (model !== undefined) return `model ${event.model} exists already`;
    const { description = "", tags = {} } = event;
    const empty = { last: 0, versions: new Map(), aliases: new Map() };
    registry.models.set(event.model, { created: time, updated: time, description, tags, ...empty });
    return null;
  }
  if (model === undefined) return `there is no model ${event.model}`;
  switch (event.type) {
    case "model.renamed":
      if (event.name !== event.model && registry.models.has(event.name))
        return `model ${event.name} exists already`;
      registry.models.delete(event.model);
      registry.models.set(event.name, model);
      model.updated = time;
      for (const [number, version] of model.versions)
        model.versions.set(number, { ...version, updated: time });
      return null;
    case "model.described":
      model.description = event.description;
      model.updated = time;
      return null;
    case "model.tagged":
      model.tags = retagged(model.tags, event);
      return null;
    case "model.deleted":
      registry.models.delete(event.model);
      return null;
    case "alias.set": {
      const { alias, version, previous, reason } = event;
      if (!model.versions.has(version)) return `${event.model} has no version ${version}`;
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
      return foldVersion(model, event, time, actor);
  }
}

type VersionEvent = Extract<RegistryEvent, { readonly type: `version.${string}` }>;

function foldVersion(model: FoldedModel, event: VersionEvent, time: number, actor: Actor): string | null {
  if (event.type === "version.registered" || event.type === "version.created") {
    if (event.version !== model.last + 1)
      return `version ${event.version} does not follow version ${model.last} of ${event.model}`;
    model.last = event.version;
    model.updated = time;
    model.versions.set(event.version, foldedVersion(event, time, actor));
    return null;
  }
  const found = model.versions.get(event.version);
  if (found === undefined)
    return isVersionEvent(event) ? `${event.model} has no version ${event.version}` : unknownEvent(event);
  const change = (changes: Partial<FoldedVersion>) => {
    model.versions.set(event.version, { ...found, ...changes });
    return null;
  };
  switch (event.type) {
    case "version.described":
      return change({ description: event.description, updated: time });
    case "version.tagged":
      return change({ tags: retagged(found.tags, event) });
    case "version.staged":
      model.updated = time;
      return change({ stage: event.stage, updated: time });
    case "version.deleted": {
      const alias = [...model.aliases.values()].find((each) => each.version === event.version);
      if (alias !== undefined) return `alias ${alias.alias} is on version ${event.version}`;
      model.versions.delete(event.version);
      model.updated = time;
      return null;
    }
    default:
      return unknownEvent(event);
  }
}

/** The version as an event that makes one says it. */
export function foldedVersion(
  event: Extract<RegistryEvent, { readonly type: "version.registered" | "version.created" }>,
  time: number,
  actor: Actor,
): FoldedVersion {
  const { version, runId, artifact, digest, bytes } = event;
  const stage: ModelStage = "None";
  const made = { version, runId, artifact, digest, bytes, created: time, updated: time, actor, stage };
  if (event.type === "version.registered") return { ...made, description: "", tags: {}, origin: null };
  const { source, loggedModel, storage, runLink, signature, description, tags } = event;
  return { ...made, description, tags, origin: { source, loggedModel, storage, runLink, signature } };
}

/** The tags after one was set, or taken away by a value of null; in the order of their names. */
export function retagged(
  tags: Tags,
  { tag, value }: { readonly tag: string; readonly value: string | null },
): Tags {
  const others = Object.entries(tags).filter(([name]) => name !== tag);
  return Object.fromEntries(value === null ? others : [...others, [tag, value]]);
}

/** The models as everybody reads them: by name; versions newest first, each with its aliases; aliases by name. */
export function modelsOf(registry: Registry): readonly Model[] {
  return [...registry.models]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, { created, updated, description, tags, last, versions, aliases }]) => ({
      name,
      created,
      updated,
      description,
      tags,
      last,
      versions: [...versions.values()]
        .sort((left, right) => right.version - left.version)
        .map((version) => ({
          model: name,
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

function isVersionEvent(event: { readonly type: string }): boolean {
  return event.type.startsWith("version.");
}

/** Reached only by a log of a newer Runline, or by one that was tampered with. */
function unknownEvent(event: object): string {
  return `unknown event ${JSON.stringify((event as { readonly type?: unknown }).type)}`;
}
