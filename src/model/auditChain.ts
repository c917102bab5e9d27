/** The hash chain of the audit log: each entry carries the hash of the one before, so that a change anywhere shows. */

import { canonicalJson } from "./canonicalJson.ts";
import type { AuditEntry } from "./registry.ts";

/** SHA-256 of a text's UTF-8 bytes as 64 hex digits; passed in, because the model does no IO. */
export type Sha256 = (text: string) => string;

/** What the first entry follows. */
export const chainStart = "0".repeat(64);

/** The entry with its hash. */
export function sealed(entry: Omit<AuditEntry, "hash">, sha256: Sha256): AuditEntry {
  return { ...entry, hash: entryHash(entry, sha256) };
}

/** SHA-256 over the canonical JSON of {sequence, time, actor, event, previousHash}. */
function entryHash(entry: Omit<AuditEntry, "hash">, sha256: Sha256): string {
  const { sequence, time, actor, event, previousHash } = entry;
  return sha256(canonicalJson({ sequence, time, actor, event, previousHash }));
}

/** What is wrong with an entry that should follow `previous` (null for the first); null when it fits. */
export function chainProblem(previous: AuditEntry | null, entry: AuditEntry, sha256: Sha256): string | null {
  const expected = (previous?.sequence ?? 0) + 1;
  if (entry.sequence !== expected) return `entry ${expected} is missing`;
  if (entry.previousHash !== (previous?.hash ?? chainStart))
    return previous === null
      ? "it does not start the chain"
      : `its previous hash is not that of entry ${previous.sequence}`;
  return entry.hash === entryHash(entry, sha256) ? null : "its content does not fit its hash";
}
