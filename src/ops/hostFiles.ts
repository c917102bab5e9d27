/** Files that a run has kept, wherever it ran. */

import type { Compute } from "../compute/compute.ts";
import { RunlineError } from "../model/failure.ts";
import type { Store } from "../store/store.ts";
import { runOf } from "./findRun.ts";

/**
 * Where a kept file can be read on this machine; one of another machine is brought first, and checked. Throws `runUnknown`,
 * `artifactMissing`, `artifactDamaged`, and why the machine can't be reached.
 */
export async function artifactHere(
  ask: { readonly id: string; readonly path: string },
  store: Store | null,
  compute: Compute,
): Promise<string> {
  const run = await runOf(ask.id, store);
  const files = (await store?.lineage.files(ask.id)) ?? [];
  const file = files.find(({ direction, path }) => direction === "kept" && path === ask.path);
  const missing = () => new RunlineError("artifactMissing", { run: run.name, path: ask.path });
  if (file === undefined || file.digest === null || compute.artifact === undefined) throw missing();
  return compute.artifact(run.directory, { path: file.path, bytes: file.bytes, digest: file.digest });
}
