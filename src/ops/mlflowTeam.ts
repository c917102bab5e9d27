/** A team's own MLflow server, as the verbs need it. Everything that it says is checked before it comes here. */

import type { TeamFiles, TeamModel, TeamModels } from "../model/teamRegistry.ts";
import type { DatasetInput, LatestMetric } from "../model/tracking.ts";

type Pair = readonly [key: string, value: string];

export interface TeamRun {
  /** As the server has it; not always 32 hex digits. */
  readonly id: string;
  readonly name: string;
  readonly experiment: string;
  readonly user: string;
  readonly status: "running" | "finished" | "failed" | "cancelled";
  readonly started: number;
  readonly ended: number | null;
  /** Where its artifacts are, a URI. */
  readonly artifacts: string;
  readonly parameters: readonly Pair[];
  readonly tags: readonly Pair[];
  /** The latest value of each. */
  readonly metrics: readonly LatestMetric[];
  /** Data sets that its script declared. */
  readonly inputs: readonly DatasetInput[];
}

export interface TeamBatch {
  readonly metrics?: readonly LatestMetric[];
  readonly parameters?: readonly Pair[];
  readonly tags?: readonly Pair[];
}

/** So many points of a metric are read; a server that has more says so page by page, and would never end. */
export const mostPoints = 1_000_000;

/** Every call throws `teamDown`, `teamUntrusted`, `teamRefused`, `teamOdd` or `teamRejected`. */
export interface TeamServer extends TeamRegistry {
  readonly url: string;
  /** Host and port: what its runs are marked with. */
  readonly name: string;
  /** At most so many runs, of all experiments, newest first. */
  newest(most: number): Promise<readonly TeamRun[]>;
  /** Every point of a metric, in the server's order; `cut` where there are more than `mostPoints`. */
  history(
    runId: string,
    key: string,
  ): Promise<{ readonly points: readonly LatestMetric[]; readonly cut: boolean }>;
  /** The run that has this id, or the tag with this value, above all in the experiment of that name; null where there is none. */
  find(id: string, tag: Pair, experiment: string): Promise<TeamRun | null>;
  /** A run under way, in the experiment of that name, made where there is none. */
  create(
    run: Pick<TeamRun, "name" | "experiment" | "user" | "started">,
    tags: readonly Pair[],
  ): Promise<TeamRun>;
  /** At most 1,000 metrics, 100 parameters and 100 tags. */
  log(runId: string, batch: TeamBatch): Promise<void>;
  end(runId: string, status: TeamRun["status"], time: number): Promise<void>;
  remove(runId: string): Promise<void>;
  /** Takes one file through the server's proxy; false where it has its clients write elsewhere, or takes none of that size. */
  upload(run: TeamRun, path: string, file: string): Promise<boolean>;
  /** The page of a run for a browser. */
  link(run: TeamRun): string;
}

/** The server's models. The same failures. */
export interface TeamRegistry {
  /** All models with their versions, as far as they are read. */
  models(): Promise<TeamModels>;
  /** A model as it is at this moment, its aliases above all, without its versions; null where there is none. */
  model(name: string): Promise<Pick<TeamModel, "name" | "aliases"> | null>;
  hasVersion(model: string, version: number): Promise<boolean>;
  setAlias(model: string, alias: string, version: number): Promise<void>;
  removeAlias(model: string, alias: string): Promise<void>;
  /** What the files of a version say, as far as the server hands them out. */
  files(model: string, version: number): Promise<TeamFiles>;
}

/** The tag that a run sent from here has: it finds the copy again. */
export const sentTag = "runline.runId";
