/** A workspace with a store, and logs written by hand into it as their tools write them. */

import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { localCompute } from "../../../src/compute/local/local.ts";
import { localCode } from "../../../src/compute/snapshot/snapshot.ts";
import { foreignReaders } from "../../../src/data/import/readers.ts";
import type { ForeignPlace } from "../../../src/model/foreignLog.ts";
import { deleteRuns, purgeRuns } from "../../../src/ops/deleteRun.ts";
import { type Imported, importPlace, placesAt } from "../../../src/ops/importRuns.ts";
import { layoutOf } from "../../../src/ops/layout.ts";
import { mlflowDatabases } from "../../../src/store/foreign/mlflowDatabase.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import type { Store } from "../../../src/store/store.ts";

export interface ImportStack extends AsyncDisposable {
  readonly folder: string;
  readonly store: Store;
  readonly readers: ReturnType<typeof foreignReaders>;
  /** Writes files below the folder. */
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  importAll(calls?: Partial<Parameters<typeof importPlace>[2]>): Promise<readonly Imported[]>;
  importOne(place: ForeignPlace): Promise<Imported>;
  /** Deletes runs, and lets go of them for good. */
  purge(ids: readonly string[]): Promise<void>;
}

export async function importStack(clock: () => number = Date.now): Promise<ImportStack> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), "runline-import-unit-")));
  const layout = layoutOf(folder);
  await mkdir(layout.runs, { recursive: true });
  const store = await openSqliteStore(layout.store);
  const readers = foreignReaders(mlflowDatabases);
  const parts = { store, layout, readers, clock, compute: localCompute("recorder") };
  const never = { signal: new AbortController().signal, progress: () => undefined };
  return {
    ...{ folder, store, readers },
    async write(files) {
      for (const [name, content] of Object.entries(files)) {
        const file = path.join(folder, name);
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, content);
      }
    },
    async importAll(calls = {}) {
      const all: Imported[] = [];
      for (const place of await placesAt(folder, readers))
        all.push(await importPlace(place, parts, { ...never, ...calls }));
      return all;
    },
    importOne: (place) => importPlace(place, parts, never),
    async purge(ids) {
      await deleteRuns(ids, store, clock);
      await purgeRuns(clock() + 1, { ...parts, code: localCode() });
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const runId = (number: number) => number.toString(16).padStart(32, "a");

/** The files of one run in `mlruns/`, as MLflow writes them; `status` 1 is running, 3 finished. */
export function mlrunsRun(number: number, status: number, files: Readonly<Record<string, string>> = {}) {
  const at = `mlruns/1/${runId(number)}`;
  const meta = `run_id: ${runId(number)}\nrun_name: run ${number}\nstatus: ${status}\nlifecycle_stage: active\n`;
  const times = `start_time: 1700000000000\nend_time: ${status === 1 ? "null" : 1_700_000_060_000}\n`;
  const own = Object.entries(files).map(([name, content]) => [`${at}/${name}`, content]);
  return {
    "mlruns/1/meta.yaml": "artifact_location: x\nexperiment_id: '1'\nlifecycle_stage: active\nname: first\n",
    [`${at}/meta.yaml`]: `artifact_uri: file:///x/${runId(number)}/artifacts\n${meta}${times}`,
    ...Object.fromEntries(own),
  } as Readonly<Record<string, string>>;
}

export async function pointsOf(
  store: Store,
  id: string,
  key: string,
): Promise<readonly (readonly number[])[]> {
  const { steps, times, values } = await store.metrics.points({ runId: id, attempt: 1, key });
  return Array.from(steps, (step, at) => [step, times[at] ?? 0, values[at] ?? 0]);
}
