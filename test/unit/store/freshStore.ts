/** A real store in a folder of its own, gone after the test. */

import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { onTestFinished } from "vitest";
import type { JournalRecord } from "../../../src/model/journal.ts";
import { runIdAt } from "../../../src/model/runId.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import type { NewRun, Store } from "../../../src/store/store.ts";

export async function freshFolder(): Promise<string> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "runline-store-"));
  onTestFinished(() => fs.rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function freshStore(): Promise<Store> {
  const store = await openSqliteStore(path.join(await freshFolder(), "runline.db"));
  onTestFinished(() => store.close());
  return store;
}

/** The id of the run number `number`; later numbers are later runs. */
export function runId(number: number): string {
  return runIdAt(1_700_000_000_000 + number * 1000, new Uint8Array(16).fill(number));
}

export function newRun(number: number, changes: Partial<NewRun> = {}): NewRun {
  return {
    id: runId(number),
    name: `run-${number}`,
    experiment: "tests",
    host: "here",
    argv: ["python", "train.py"],
    cwd: "/work",
    script: "train.py",
    code: null,
    created: 1_700_000_000_000 + number * 1000,
    directory: `/runs/${number}`,
    ...changes,
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
