/** A store with runs that wrote and kept files, whose bytes are really there. */

import { mkdir, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { localCompute } from "../../../src/compute/local/local.ts";
import type { JournalRecord } from "../../../src/model/journal.ts";
import type { Actor } from "../../../src/model/registry.ts";
import { fileDigest } from "../../../src/ops/fileDigest.ts";
import type { Store } from "../../../src/store/store.ts";
import { freshFolder, freshStore } from "../store/freshStore.ts";
import { newRun, runId } from "../store/records.ts";

export const ana: Actor = { name: "Ana", email: null };
/** Nothing is started here, so that no recorder is needed. */
export const compute = localCompute("");
export const clock = () => 1_800_000_000_000;

export interface Workspace {
  readonly store: Store;
  readonly workspace: string;
  /** A file that run number `run` wrote, kept or not; answers the run's id. */
  made(run: number, file: string, text: string, kept?: "kept"): Promise<string>;
}

export async function freshWorkspace(): Promise<Workspace> {
  const [store, workspace] = [await freshStore(), await freshFolder()];
  return {
    store,
    workspace,
    async made(run, file, text, kept) {
      const directory = path.join(workspace, ".runline", "runs", runId(run));
      const places = [
        path.join(workspace, file),
        ...(kept === undefined ? [] : [path.join(directory, "artifacts", file)]),
      ];
      for (const place of places) {
        await mkdir(path.dirname(place), { recursive: true });
        await writeFile(place, text);
      }
      const found = await fileDigest(places[0] ?? "", "refused");
      const fact = { time: 1, path: file, bytes: found?.bytes ?? 0, digest: found?.digest ?? "" };
      const records: JournalRecord[] = [{ ...fact, kind: "write", type: "file", files: 1, how: "audit" }];
      if (kept !== undefined) records.push({ ...fact, kind: "artifact", origin: file });
      await store.runs.create(newRun(run, { directory }));
      await take(store, runId(run), records);
      return runId(run);
    },
  };
}

/** Takes records in behind whatever was taken in before. */
export async function take(store: Store, id: string, records: readonly JournalRecord[]): Promise<void> {
  const from = await store.journal.cursor(id);
  const to = {
    offset: (from?.offset ?? 0) + records.length,
    line: (from?.line ?? 0) + records.length,
    identity: "1",
  };
  if (!(await store.journal.append(id, from, to, records, []))) throw new Error("the cursor did not fit");
}
