/** What the store answers to clients of MLflow's protocol. */

import type { Search } from "../model/mlflowSearch.ts";
import type {
  DatasetInput,
  Experiment,
  LoggedModel,
  ModelUse,
  TrackedRun,
  TrackedRunHead,
} from "../model/tracking.ts";

/** Which of the things that can be deleted are meant. */
export type View = "active" | "deleted" | "all";

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; null on the last one. */
  readonly next: string | null;
}

/** A question with pages. `after` is the `next` of the page before; one that does not belong to the question answers null. */
export interface PageQuery {
  readonly search: Search;
  readonly limit: number;
  readonly after: string | null;
}

export interface NewExperiment {
  readonly name: string;
  /** Null for the usual one, which follows from its id. */
  readonly artifactLocation: string | null;
  /** What the usual one stands below, where that is not Runline's own proxy. */
  readonly artifactRoot?: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly time: number;
}

export interface ExperimentStore {
  get(id: string): Promise<Experiment | null>;
  byName(name: string): Promise<Experiment | null>;
  /** Null when the name is taken. */
  create(experiment: NewExperiment): Promise<Experiment | null>;
  /** The runs of the experiment get the new name too. False when the name is taken. */
  rename(id: string, name: string, time: number): Promise<boolean>;
  /** Marks an experiment and all of its runs deleted, or takes the marks away. */
  setDeleted(id: string, deletedAt: number | null, time: number): Promise<void>;
  /** A value of null takes the tag away. */
  setTag(id: string, key: string, value: string | null): Promise<void>;
  search(query: PageQuery & { readonly view: View }): Promise<Page<Experiment> | null>;
  /**
   * Takes over experiments of another store when a store is rebuilt: ids, locations, times, tags and marks. `runs` says of runs which experiment
   * they belong to, by its id: one that was renamed is found under its old name in their directories.
   */
  restore(experiments: readonly Experiment[], runs: ReadonlyMap<string, string>): Promise<void>;
  /** Run → id of its experiment, of all runs. */
  ofRuns(): Promise<ReadonlyMap<string, string>>;
}

/** Points of a metric over all attempts, by time, step and value; the same point twice is one. */
export interface History {
  readonly steps: Float64Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/**
 * What a run of a page has, as the items of JSON lists with commas between them: the engine makes them several times faster than objects.
 * "" where there are none.
 */
export interface RunTexts {
  /** The latest value of each as `{"key", "value", "timestamp", "step"}`; NaN is the text "NaN", infinities are the greatest numbers there are. */
  readonly metrics: string;
  /** `{"key", "value"}` each. */
  readonly parameters: string;
  readonly tags: string;
}

export interface FoundRun extends TrackedRunHead, RunTexts {
  readonly inputs: readonly DatasetInput[];
  readonly modelOutputs: readonly ModelUse[];
}

export interface TrackedRunStore {
  get(id: string): Promise<TrackedRun | null>;
  /** A page may be of very many runs: some at once are made into what is wanted of them before the next ones are read. */
  search<T>(
    query: PageQuery & { readonly view: View; readonly experimentIds: readonly string[] },
    shape: (runs: readonly FoundRun[]) => T,
  ): Promise<Page<T> | null>;
  /** What writes need to know of a run, and the present values of the given parameters and tags. */
  state(id: string, parameters: readonly string[], tags: readonly string[]): Promise<RunAtWrite | null>;
  history(runId: string, key: string): Promise<History>;
  /** Data sets that runs of the experiments declared, each with each of its contexts. */
  datasets(experimentIds: readonly string[], limit: number): Promise<readonly DatasetSummary[]>;
}

export interface RunAtWrite {
  readonly directory: string;
  readonly name: string;
  readonly deleted: boolean;
  readonly attempt: number;
  readonly parameters: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
}

export interface DatasetSummary {
  readonly experimentId: string;
  readonly name: string;
  readonly digest: string;
  readonly context: string | null;
}

/** A logged model that no run made; of others the journal of their run tells. */
export interface NewLoggedModel {
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  readonly type: string;
  readonly time: number;
  /** What its client calls the run that made it, where that is no run known here. */
  readonly sourceRun: string | null;
}

export interface LoggedModelStore {
  get(id: string): Promise<LoggedModel | null>;
  create(model: NewLoggedModel): Promise<void>;
  /** Changes what only the store knows of: a model that no run made. Members that are absent stay. */
  change(id: string, change: LoggedModelChange): Promise<void>;
  setDeleted(id: string, deletedAt: number): Promise<void>;
  search(query: PageQuery & { readonly experimentIds: readonly string[] }): Promise<Page<LoggedModel> | null>;
  /** Models that no run made, for a store that is rebuilt. */
  unattached(): Promise<readonly LoggedModel[]>;
}

export interface LoggedModelChange {
  readonly time: number;
  readonly status?: LoggedModel["status"];
  readonly parameters?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string | null>>;
}
