/** The model registry: an append-only, hash-chained log of events, folded into models, versions and aliases. */

export interface Actor {
  readonly name: string;
  readonly email: string | null;
}

/** Stages of MLflow's older clients; new versions are in `None`. */
export const modelStages = ["None", "Staging", "Production", "Archived"] as const;
export type ModelStage = (typeof modelStages)[number];

export type Tags = Readonly<Record<string, string>>;

/** One event of the registry. Its meaning never changes once written; members that may be absent came later. */
export type RegistryEvent =
  | {
      readonly type: "model.created";
      readonly model: string;
      readonly description?: string;
      readonly tags?: Tags;
    }
  | { readonly type: "model.renamed"; readonly model: string; readonly name: string }
  | { readonly type: "model.described"; readonly model: string; readonly description: string }
  /** A value of null takes the tag away. */
  | {
      readonly type: "model.tagged";
      readonly model: string;
      readonly tag: string;
      readonly value: string | null;
    }
  /** Takes the versions along. The name is free again, and counts from 1. */
  | { readonly type: "model.deleted"; readonly model: string }
  | {
      readonly type: "version.registered";
      readonly model: string;
      readonly version: number;
      readonly runId: string;
      readonly artifact: string;
      readonly digest: string;
      readonly bytes: number;
    }
  | ({ readonly type: "version.created" } & CreatedVersion)
  | {
      readonly type: "version.described";
      readonly model: string;
      readonly version: number;
      readonly description: string;
    }
  | {
      readonly type: "version.tagged";
      readonly model: string;
      readonly version: number;
      readonly tag: string;
      readonly value: string | null;
    }
  | {
      readonly type: "version.staged";
      readonly model: string;
      readonly version: number;
      readonly stage: ModelStage;
    }
  /** Its number is never given again. Only a version without an alias can go. */
  | { readonly type: "version.deleted"; readonly model: string; readonly version: number }
  | {
      readonly type: "alias.set";
      readonly model: string;
      readonly alias: string;
      readonly version: number;
      readonly previous: number | null;
      readonly reason: string;
    }
  | {
      readonly type: "alias.removed";
      readonly model: string;
      readonly alias: string;
      readonly previous: number;
      readonly reason: string;
    }
  | TeamEvent;

/**
 * What was asked of a team's MLflow server from here. The models are the server's, so it changes none of ours. `team.alias` is written before
 * the server is asked; `team.failed` follows it when the change is not known to have been made.
 */
export type TeamEvent =
  | ({ readonly type: "team.alias"; readonly reason: string } & TeamAliasChange)
  | ({ readonly type: "team.failed"; readonly cause: string } & TeamAliasChange);

export interface TeamAliasChange {
  /** Host and port. */
  readonly server: string;
  readonly model: string;
  readonly alias: string;
  /** Null takes the alias away. */
  readonly version: number | null;
  /** As the server said just before. */
  readonly previous: number | null;
}

/** What a client of MLflow's protocol makes a version of: whatever lies at a URI, of a run or not, whose bytes may be out of reach. */
export interface CreatedVersion {
  readonly model: string;
  readonly version: number;
  /** As the client gave it: `runs:/<id>/model`, `models:/m-<id>`, `s3://…`. */
  readonly source: string;
  readonly runId: string | null;
  /** The logged model (MLflow 3) that it is. */
  readonly loggedModel: string | null;
  /** Where the bytes lie, when the source only names them; null where the source says it. */
  readonly storage: string | null;
  readonly runLink: string | null;
  readonly description: string;
  readonly tags: Tags;
  /** Path of the files below the artifacts of the run or the logged model; null where they are elsewhere. */
  readonly artifact: string | null;
  /** Of all the files, when they could be read; for a folder that of its manifest, as journals have it. */
  readonly digest: string | null;
  readonly bytes: number | null;
  /** What `MLmodel` said at that moment; null where there is none to be read. */
  readonly signature: ModelSignature | null;
}

/** From a model's `MLmodel` file. */
export interface ModelSignature {
  /** Ways to load it, sorted: `python_function`, `sklearn` … */
  readonly flavors: readonly string[];
  /** One line a column: `sepal length: double`. Empty where the model says nothing of it. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Path of the input example below the model's folder; absent where there is none. */
  readonly example?: string;
}

/**
 * One line of the audit log. `hash` = SHA-256 over the canonical JSON (RFC 8785 key order, no spaces) of
 * {sequence, time, actor, event, previousHash}; the first previousHash is 64 zeros.
 */
export interface AuditEntry {
  readonly sequence: number;
  readonly time: number;
  readonly actor: Actor;
  readonly event: RegistryEvent;
  readonly previousHash: string;
  readonly hash: string;
}

export interface ModelVersion {
  readonly model: string;
  readonly version: number;
  /** Null for a version that no run of this store is known to have made. */
  readonly runId: string | null;
  /** Path of the file of the run; null for a version that is known by its source alone. */
  readonly artifact: string | null;
  readonly digest: string | null;
  readonly bytes: number | null;
  readonly created: number;
  readonly actor: Actor;
  readonly aliases: readonly string[];
  readonly updated: number;
  readonly description: string;
  readonly tags: Tags;
  readonly stage: ModelStage;
  /** What a client of MLflow's protocol said of it; null for a version that was registered from a run here. */
  readonly origin: VersionOrigin | null;
}

/** Where the files of a version are, as one would say it: the path in its run, or the source that a client gave. */
export function versionPlace({ artifact, origin }: Pick<ModelVersion, "artifact" | "origin">): string {
  return artifact ?? origin?.source ?? "";
}

export type VersionOrigin = Pick<
  CreatedVersion,
  "source" | "loggedModel" | "storage" | "runLink" | "signature"
>;

export interface Model {
  readonly name: string;
  readonly created: number;
  readonly updated: number;
  readonly description: string;
  readonly tags: Tags;
  /** The highest number that a version ever had: one that was deleted is never given again. */
  readonly last: number;
  readonly versions: readonly ModelVersion[];
  readonly aliases: readonly Alias[];
}

export interface Alias {
  readonly alias: string;
  readonly version: number;
  readonly since: number;
  readonly actor: Actor;
  readonly reason: string;
  readonly previous: number | null;
}

/** Result of walking the whole chain. `problem` names the first entry that does not fit and what is wrong with it. */
export interface AuditVerdict {
  readonly entries: number;
  readonly head: string;
  readonly problem: { readonly sequence: number; readonly text: string } | null;
}
