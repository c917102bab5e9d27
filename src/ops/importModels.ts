/** Models of another registry: names, versions with their numbers, tags, stages and aliases, as events of our own log. */

import { failureOf } from "../model/failure.ts";
import type { ForeignModel, ForeignTrouble, ForeignVersion } from "../model/foreignLog.ts";
import type { Actor, Model, RegistryEvent } from "../model/registry.ts";
import { isRegistryAlias, modelNameProblem } from "../model/registryNames.ts";
import type { RegistryStore } from "../store/store.ts";
import type { AliasRules } from "./aliasRules.ts";
import { promote } from "./promote.ts";

/** Who stands in the log for what came from elsewhere. */
const importer: Actor = { name: "import", email: null };

export interface ModelParts {
  readonly registry: RegistryStore;
  readonly clock: () => number;
  readonly trouble: (what: ForeignTrouble) => void;
  /** Digest and signature of a version's files as they lie with its run here. */
  readonly filesOf: (version: ForeignVersion) => Promise<VersionFiles>;
  readonly rules?: AliasRules;
}

export type VersionFiles = Pick<
  Extract<RegistryEvent, { readonly type: "version.created" }>,
  "runId" | "artifact" | "digest" | "bytes" | "signature"
>;

export interface ImportedModels {
  readonly versions: number;
  readonly aliases: number;
}

/**
 * Adds what is not there. A version that is there under its number stays as it is; an alias moves only while nobody here has moved it.
 * Numbers that were deleted there are never given here either.
 */
export async function importModel(model: ForeignModel, parts: ModelParts): Promise<ImportedModels> {
  const { registry, clock, trouble } = parts;
  const about = `model ${model.name}`;
  const problem = modelNameProblem(model.name);
  if (problem !== null || model.name.length > 250) {
    trouble({ about, text: problem ?? "its name is too long" });
    return { versions: 0, aliases: 0 };
  }
  const fresh = new Map<number, VersionFiles>();
  for (const version of model.versions) fresh.set(version.version, await parts.filesOf(version));
  let versions = 0;
  const decide = (models: readonly Model[]) => {
    const here = models.find(({ name }) => name === model.name);
    const events = eventsOf(model, here, fresh, trouble);
    versions = events.filter(({ type }) => type === "version.created").length;
    versions -= events.filter(({ type }) => type === "version.deleted").length;
    return events;
  };
  await registry.append(importer, clock(), decide, [model.name]);
  let aliases = 0;
  for (const { alias, version } of model.aliases)
    if (await setAlias(model, alias, version, parts)) aliases += 1;
  return { versions, aliases };
}

/** A number that no registry is likely to have given: each one before it takes two entries of the log. */
const highestVersion = 100_000;

function eventsOf(
  { name: model, description, tags, versions }: ForeignModel,
  here: Model | undefined,
  fresh: ReadonlyMap<number, VersionFiles>,
  trouble: ModelParts["trouble"],
): readonly RegistryEvent[] {
  const events: RegistryEvent[] = [];
  if (here === undefined)
    events.push({
      ...{ type: "model.created", model },
      ...(description === "" ? {} : { description }),
      ...(Object.keys(tags).length === 0 ? {} : { tags }),
    });
  let last = here?.last ?? 0;
  for (const version of versions) {
    const known = here?.versions.find((each) => each.version === version.version);
    if (version.version <= last) {
      if (known === undefined || (known.origin?.source ?? "") !== version.source)
        trouble({
          about: `${model}@${version.version}`,
          text: "another version has this number here; it was left as it is",
        });
      continue;
    }
    const files = fresh.get(version.version);
    if (files === undefined) continue;
    if (version.version > highestVersion) {
      trouble({ about: `${model}@${version.version}`, text: "its number is too high; it was left out" });
      continue;
    }
    for (last += 1; last < version.version; last++) events.push(...deletedVersion(model, last));
    const { loggedModel, storage, runLink, source, description: text } = version;
    events.push({
      ...{ type: "version.created", model, version: last, source, loggedModel, storage, runLink },
      ...{ description: text, tags: version.tags, ...files },
    });
    if (version.stage !== "None")
      events.push({ type: "version.staged", model, version: last, stage: version.stage });
  }
  return events;
}

/** A version that was deleted before it could be imported: its number is taken. */
function deletedVersion(model: string, version: number): readonly RegistryEvent[] {
  const unknown = { runId: null, loggedModel: null, storage: null, runLink: null, artifact: null } as const;
  const unseen = { digest: null, bytes: null, signature: null } as const;
  const description = "Deleted before the import";
  return [
    { type: "version.created", model, version, source: "", description, tags: {}, ...unknown, ...unseen },
    { type: "version.deleted", model, version },
  ];
}

async function setAlias(
  { name: model }: ForeignModel,
  alias: string,
  version: number,
  { registry, clock, trouble, rules }: ModelParts,
): Promise<boolean> {
  const here = await registry.model(model);
  const now = here?.aliases.find((each) => each.alias === alias);
  if (now?.version === version) return false;
  const about = `${model}@${alias}`;
  if (now !== undefined && now.actor.name !== importer.name) {
    trouble({
      about,
      text: `it is on version ${now.version} here and on ${version} there; it was left as it is`,
    });
    return false;
  }
  if (!isRegistryAlias(alias)) {
    trouble({ about, text: "this can't be the name of an alias" });
    return false;
  }
  try {
    const asked = { model, version, alias, reason: "Imported", actor: importer };
    await promote(asked, registry, clock, rules);
    return true;
  } catch (thrown) {
    trouble({ about, text: failureOf(thrown).message });
    return false;
  }
}
