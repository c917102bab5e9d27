/** How a project stands: where its files are, whether the store can be used, which Python would run a script. */

import { stat } from "node:fs/promises";
import { type Failure, failureOf } from "../model/failure.ts";
import type { StoreStatus } from "../protocol/editor.ts";
import type { Project } from "./project.ts";

/** Never throws: what is wrong with the store is in the answer. Creates nothing, and starts no Python of an untrusted workspace. */
export async function projectStatus(project: Project): Promise<StoreStatus> {
  const { layout, store, compute, versions } = project;
  let failure: Failure | null = null;
  const opened = await store.existing().catch((thrown: unknown) => {
    failure = failureOf(thrown);
    return null;
  });
  const location = opened?.location ?? layout.store;
  return {
    location,
    directory: layout.directory,
    runs: (await compute.list(layout.runs).catch(() => [])).length,
    bytes: await sizeOf(location),
    python: project.trusted ? await pythonOf(project) : null,
    failure,
    versions,
  };
}

/** The store with what SQLite keeps beside it. */
async function sizeOf(file: string): Promise<number> {
  const sizes = ["", "-wal", "-shm"].map((end) =>
    stat(file + end).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

async function pythonOf({ compute, settings, layout }: Project): Promise<string | null> {
  const wish = { setting: settings.python, editor: null, script: null, folders: [layout.workspace] };
  return compute.interpreter(wish).then(
    ({ script }) => script,
    () => null,
  );
}
