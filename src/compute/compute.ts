/**
 * Where runs run. `Compute` = a transport (how to reach a machine) × a scheduler (who starts the process); both are hidden
 * behind this interface, so nothing above knows which it is. A machine that does not answer throws; it never changes a state.
 */

import type { ExitRecord, QueueRecord, RunSpec, StartRecord } from "../model/journal.ts";

export interface Compute {
  /** As shown to a person: "here" for this machine. */
  readonly host: string;
  /**
   * Starts a run. Idempotent: a second launch of the same id starts nothing and answers like the first.
   * Resolves once the run has a start or a queue record; throws RunlineError `recorderFailed`, `noPython`, `workspaceReadOnly` …
   */
  launch(launch: LaunchRequest): Promise<void>;
  /** Looks at all the given run directories at once. Order and length as asked. */
  observe(directories: readonly string[]): Promise<readonly Observation[]>;
  /** At most `length` bytes from `offset`; shorter at the end of the file, empty when it does not exist. */
  read(directory: string, file: RunFileName, offset: number, length: number): Promise<Uint8Array>;
  /** Asks for the end of a run; works while it waits in the queue, and is harmless when it has ended. */
  cancel(directory: string): Promise<void>;
  /** Calls back (coalesced) when something in the run directory grew or appeared. Cheap; nothing polls after dispose. */
  watch(directory: string, changed: () => void): Disposable;
}

export type RunFileName = "journal.jsonl" | "output.log" | "recorder.log" | "spec.json";

export interface LaunchRequest {
  readonly directory: string;
  readonly spec: RunSpec;
  /** Environment of the script, whole. Values never reach spec.json. */
  readonly environment: Readonly<Record<string, string>>;
  /** The interpreter that runs the recorder; may differ from the script's. */
  readonly python: string;
}

/** Facts about one run directory, as seen on its machine at one moment. */
export interface Observation {
  readonly directory: string;
  readonly exists: boolean;
  readonly claimed: boolean;
  readonly start: StartRecord | null;
  readonly queue: QueueRecord | null;
  readonly exit: ExitRecord | null;
  readonly cancelAsked: boolean;
  readonly bootId: string;
  /** Is the script's process the one of the start record: same pid, same start ticks, not a zombie? */
  readonly scriptAlive: boolean;
  readonly recorderAlive: boolean;
  /** Other living processes that carry the run's mark. */
  readonly marked: readonly number[];
  readonly journalBytes: number;
  readonly logBytes: number;
  /** Inode and birth of the journal, to tell a replaced file from a grown one. */
  readonly journalIdentity: string;
  /** Epoch milliseconds of the look. */
  readonly time: number;
}
