/** Keeping the exact code of a run, whatever the folder is under: git, or nothing. */

import type { CodeSnapshot } from "../model/journal.ts";

export interface CodeKeeper {
  /** Keeps the code as it is now. Throws RunlineError `snapshotFailed` when neither git nor a plain copy works. */
  keep(request: KeepRequest): Promise<KeptCode>;
  /** A file as it was kept; null when it was not there, is no plain file, or is over 16 MiB. */
  file(place: CodePlace, path: string): Promise<Uint8Array | null>;
  /** What differs between the snapshot and the folder now, by path, at most 1,000 entries. */
  changes(place: CodePlace, written: readonly string[]): Promise<readonly CodeChange[]>;
  /** How to get the kept tree back; null when it is gone (the private ref was removed, the copy deleted). */
  checkout(place: CodePlace): Promise<Checkout | null>;
  /** Lets go of the snapshot of a purged run. Never throws. */
  forget(place: CodePlace, runId: string): Promise<void>;
}

export interface KeepRequest {
  readonly runId: string;
  readonly workspace: string;
  /** The run directory: copies go under its `code/`. */
  readonly directory: string;
  /** Files over this that git does not follow are left out and listed; all of them together may be a few times as much. */
  readonly limitBytes: number;
  /** What runs have written: results, no code. Only a folder without git needs telling; git's ignore rules are the person's word. */
  readonly written: readonly string[];
  readonly signal?: AbortSignal;
}

export interface KeptCode {
  readonly snapshot: CodeSnapshot;
  /** One line each, for a person: what was left out and why. */
  readonly warnings: readonly string[];
}

/** Where a snapshot is to be found again. */
export interface CodePlace {
  readonly workspace: string;
  readonly directory: string;
  readonly snapshot: CodeSnapshot;
}

/** Paths inside the workspace are relative to it with `/`, others (a workspace inside a larger repository) absolute. */
export interface CodeChange {
  readonly path: string;
  readonly change: "modified" | "deleted" | "added";
}

/** `git`: the commit is in this repository, the workspace lies at `prefix` in it. `copy`: the files lie in `folder`. */
export type Checkout =
  | { readonly kind: "git"; readonly repository: string; readonly prefix: string; readonly commit: string }
  | { readonly kind: "copy"; readonly folder: string };
