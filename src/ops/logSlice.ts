/** A piece of a run's raw output. */

import type { Compute } from "../compute/compute.ts";
import { runFile } from "../model/journal.ts";
import type { Store } from "../store/store.ts";
import { runOf } from "./findRun.ts";

const mostBytes = 1024 * 1024;

export interface LogPiece {
  readonly bytes: Uint8Array;
  /** Where in the log the piece begins. */
  readonly offset: number;
  /** Size of the log now. */
  readonly size: number;
}

/** At most 1 MiB from `offset`; a negative offset counts from the end. Empty where there is no output yet. Throws `runUnknown`. */
export async function logSlice(
  ask: { readonly id: string; readonly offset: number; readonly length: number },
  store: Store | null,
  compute: Compute,
): Promise<LogPiece> {
  const run = await runOf(ask.id, store);
  const length = Math.max(0, Math.min(mostBytes, Math.floor(ask.length)));
  const read = (offset: number, most: number) => compute.read(run.directory, runFile.log, offset, most);
  const offset =
    ask.offset >= 0 ? Math.floor(ask.offset) : Math.max(0, (await read(0, 0)).size + Math.ceil(ask.offset));
  const { bytes, size } = await read(offset, length);
  return { bytes, offset, size };
}
