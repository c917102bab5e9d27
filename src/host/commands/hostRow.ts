/** The machine that a row of the Compute view stands for or belongs to. */

import type { ComputeRow } from "../computeRows.ts";

/** Null for this machine; undefined for what is no such row. */
export function hostOfRow(given: unknown): string | null | undefined {
  return isRow(given) ? given.face.host : undefined;
}

/** The partition of a cluster that a row stands for; undefined for any other. */
export function partitionOfRow(given: unknown): string | undefined {
  return isRow(given) && given.face.flags === "partition" ? given.face.label : undefined;
}

function isRow(given: unknown): given is ComputeRow {
  return (
    typeof given === "object" &&
    given !== null &&
    "face" in given &&
    typeof given.face === "object" &&
    given.face !== null &&
    "host" in given.face
  );
}
