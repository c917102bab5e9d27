/**
 * What other tools have left behind, in one shape whatever the tool: runs that are told as the records of a journal, and models with their
 * versions. Whoever reads a tool's files implements it; whoever imports knows nothing of the tool. All of it comes from outside.
 */

import type { JournalRecord } from "./journal.ts";
import type { ModelStage, Tags } from "./registry.ts";

export const foreignKinds = [
  "mlruns",
  "mlflow.db",
  "tensorboard",
  "wandb",
  "dvclive",
  "lightning",
  "ultralytics",
] as const;
export type ForeignKind = (typeof foreignKinds)[number];

/** One place that a tool has written to: a folder or a file. */
export interface ForeignPlace {
  readonly kind: ForeignKind;
  /** Absolute. */
  readonly path: string;
}

/** Reads a place. Nothing is ever written to it. */
export interface ForeignLog extends ForeignPlace {
  /** One after the other, so that any number may come; in an order that stays. What can't be read is told and left out. */
  runs(): AsyncIterable<ForeignRun>;
  experiments(): Promise<readonly ForeignExperiment[]>;
  models(): Promise<readonly ForeignModel[]>;
  close(): Promise<void>;
}

export interface ForeignExperiment {
  readonly name: string;
  readonly created: number;
  readonly tags: Tags;
}

/** How a run ended as its tool says; `unsaid` where the tool does not say such things. */
export type ForeignStatus = "running" | "finished" | "failed" | "cancelled" | "unsaid";

export interface ForeignRun {
  /** The tool's own name for it, or its path in the place: the same at every reading. */
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  readonly user: string;
  readonly status: ForeignStatus;
  /** Epoch milliseconds. */
  readonly started: number;
  /** When it ended, or else when it was last heard of. */
  readonly ended: number;
  /** The tool's name of the run that it is a part of. */
  readonly parent: string | null;
  /** The script as the tool has it. */
  readonly script: string | null;
  /** Another text as soon as there is more to read. */
  readonly mark: string;
  /** False where the tool keeps no time of points: theirs are then made up from when the run began. */
  readonly timed: boolean;
  /**
   * All that is known of it, in an order that stays as it grows: parameters, tags, points, inputs, and a notice for each thing that could
   * not be read. Attempt, name, user and experiment are not among them.
   */
  records(): AsyncIterable<JournalRecord>;
  /** Files that it kept and that lie in the place. */
  files(): AsyncIterable<ForeignFile>;
}

/** A plain file, without a link on the way to it. */
export interface ForeignFile {
  /** Relative to the run's artifacts. */
  readonly path: string;
  /** Absolute. */
  readonly place: string;
  readonly bytes: number;
}

export interface ForeignModel {
  readonly name: string;
  readonly description: string;
  readonly tags: Tags;
  /** By number. */
  readonly versions: readonly ForeignVersion[];
  readonly aliases: readonly { readonly alias: string; readonly version: number }[];
}

export interface ForeignVersion {
  readonly version: number;
  readonly description: string;
  readonly tags: Tags;
  readonly stage: ModelStage;
  readonly source: string;
  /** As the tool names it. */
  readonly runId: string | null;
  readonly loggedModel: string | null;
  readonly storage: string | null;
  readonly runLink: string | null;
  /** Path below the run's artifacts; null where the source lies elsewhere. */
  readonly artifact: string | null;
}

/** Something of a place that could not be read, in words for a person. */
export interface ForeignTrouble {
  readonly about: string;
  readonly text: string;
}

/** Opens places. One implementation for all tools, given to whoever imports. */
export interface ForeignReaders {
  /** What lies at a path: the place itself, or those in it. Looks at names, at most `depth` folders deep. */
  find(path: string, depth: number): Promise<readonly ForeignPlace[]>;
  /** About how many runs lie there, cheaply; null where that is not cheap. */
  count(place: ForeignPlace): Promise<number | null>;
  /** Throws `fileUnreadable` for a place that can't be read at all. */
  open(place: ForeignPlace, trouble: (what: ForeignTrouble) => void): Promise<ForeignLog>;
}
