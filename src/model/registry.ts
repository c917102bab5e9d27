/** The model registry: an append-only, hash-chained log of events, folded into models, versions and aliases. */

export interface Actor {
  readonly name: string;
  readonly email: string | null;
}

/** One event of the registry. Its meaning never changes once written. */
export type RegistryEvent =
  | { readonly type: "model.created"; readonly model: string }
  | {
      readonly type: "version.registered";
      readonly model: string;
      readonly version: number;
      readonly runId: string;
      readonly artifact: string;
      readonly digest: string;
      readonly bytes: number;
    }
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
    };

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
  readonly runId: string;
  readonly artifact: string;
  readonly digest: string;
  readonly bytes: number;
  readonly created: number;
  readonly actor: Actor;
  readonly aliases: readonly string[];
}

export interface Model {
  readonly name: string;
  readonly created: number;
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
