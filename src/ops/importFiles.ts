/** Files of a foreign run: small ones are kept with it as artifacts, of larger ones it is only said where they are. */

import { createReadStream } from "node:fs";
import type { ForeignFile } from "../model/foreignLog.ts";
import { foreignNotice } from "../model/foreignText.ts";
import { type JournalRecord, runFile } from "../model/journal.ts";
import { safeParts, writeArtifact } from "./artifactFiles.ts";
import { fileDigest } from "./fileDigest.ts";

/** A file that is larger stays where it is; so do all that come once a run has this much. */
const largestKept = 16 * 2 ** 20;
export const mostKept = 256 * 2 ** 20;

/** Copies what is kept into the run directory, and tells of every file that `isKnown` does not know from an earlier import. */
export async function* keptFiles(
  files: AsyncIterable<ForeignFile>,
  directory: string,
  time: number,
  isKnown: (record: JournalRecord) => boolean,
): AsyncGenerator<JournalRecord> {
  let kept = 0;
  for await (const file of files) {
    const parts = safeParts(file.path);
    const isKept = file.bytes <= largestKept && kept + file.bytes <= mostKept;
    if (isKept) kept += file.bytes;
    const record = isKept ? await artifactRecord(file, parts, time) : leftRecord(file, time);
    if (isKnown(record)) continue;
    if (record.kind !== "artifact" || parts === null) yield record;
    else {
      const target = { root: directory, parts: [runFile.artifacts, ...parts] };
      yield { ...record, ...(await writeArtifact(target, createReadStream(file.place))) };
    }
  }
}

async function artifactRecord(
  { path, place }: ForeignFile,
  parts: readonly string[] | null,
  time: number,
): Promise<JournalRecord> {
  if (parts === null || parts.length === 0)
    return foreignNotice(`The file ${path} has a name that can't be kept.`, time);
  const digest = await fileDigest(place, "refused").catch(() => null);
  if (digest === null) return foreignNotice(`The file ${path} could not be read.`, time);
  return { kind: "artifact", time, path: parts.join("/"), origin: place, ...digest };
}

function leftRecord({ place, bytes }: ForeignFile, time: number): JournalRecord {
  const reason = "left where it is: only small files are copied by an import";
  const what = { type: "file", files: 1, bytes, digest: null, reason, how: "stated" } as const;
  return { kind: "write", time, path: place, ...what };
}
