/** A real store in a folder of its own, gone after the test. */

import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { onTestFinished } from "vitest";
import type { JournalRecord } from "../../../src/model/journal.ts";
import { type OpenOptions, openSqliteStore } from "../../../src/store/sqlite/open.ts";
import type { Store } from "../../../src/store/store.ts";

export async function freshFolder(): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "runline-store-"));
  onTestFinished(() => fs.rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function freshStore(options: OpenOptions = {}): Promise<Store> {
  const store = await openSqliteStore(path.join(await freshFolder(), "runline.db"), options);
  onTestFinished(() => store.close());
  return store;
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
