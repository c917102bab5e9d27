/** Asks a run to end. Its recorder does it in its own time, so the answer comes before the end. */

import type { Compute } from "../compute/compute.ts";
import { terminalStates } from "../model/run.ts";
import type { Store } from "../store/store.ts";
import { runOf } from "./findRun.ts";

/** Harmless for a run that has ended. Throws `runUnknown`, or `workspaceReadOnly` when it can't be told. */
export async function cancel(id: string, store: Store | null, compute: Compute): Promise<void> {
  const run = await runOf(id, store);
  if (!terminalStates.has(run.state)) await compute.cancel(run.directory);
}
