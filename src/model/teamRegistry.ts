/** The registry of a team's MLflow server, as it was last read. It is theirs: nothing of it is in our own log but what was done from here. */

import type { ModelSignature, Tags } from "./registry.ts";

export interface TeamAlias {
  readonly alias: string;
  readonly version: number;
}

export interface TeamVersion {
  readonly version: number;
  readonly created: number;
  readonly user: string;
  readonly description: string;
  readonly tags: Tags;
  /** `None` unless an older client has moved it. */
  readonly stage: string;
  readonly source: string;
  /** Of the server; null for a version that no run made. */
  readonly runId: string | null;
  readonly aliases: readonly string[];
}

export interface TeamModel {
  readonly name: string;
  readonly description: string;
  readonly tags: Tags;
  /** Newest first. */
  readonly versions: readonly TeamVersion[];
  readonly aliases: readonly TeamAlias[];
}

/** By name. `cut` says that the server has more than is read. */
export interface TeamModels {
  readonly models: readonly TeamModel[];
  readonly cut: boolean;
}

/** What the files of a version say of it. */
export interface TeamFiles {
  /** Null where its files can't be had through the server, or say nothing. */
  readonly signature: ModelSignature | null;
}

export function teamAliasVersion({ aliases }: Pick<TeamModel, "aliases">, alias: string): number | null {
  return aliases.find((each) => each.alias === alias)?.version ?? null;
}

/** The model with the aliases that it has now; its versions know them too. */
export function withAliases(model: TeamModel, { aliases }: Pick<TeamModel, "aliases">): TeamModel {
  const versions = model.versions.map((version) => ({
    ...version,
    aliases: aliases.filter((each) => each.version === version.version).map(({ alias }) => alias),
  }));
  return { ...model, aliases, versions };
}
