/** What the store knows of traces, evaluation data sets and scorers. It is their only truth. */

import type { DatasetRecord, EvaluationDataset, Issue, ScorerVersion } from "../model/evaluation.ts";
import type { FilterTree } from "../model/filterTree.ts";
import type { Assessment, SpanBatch, Trace } from "../model/trace.ts";
import type { TraceMetricPoint, TraceMetricQuery } from "../model/traceMetrics.ts";
import type { TraceClause, TraceQuery } from "../model/traceSearch.ts";

export interface TraceStore {
  /** Those of the ids that there are, in their order. */
  get(ids: readonly string[]): Promise<readonly Trace[]>;
  /** Adds a trace as its client tells of it. Of one that is there, every member is replaced; tags and metadata are added to those there. */
  put(trace: Trace): Promise<void>;
  /**
   * Adds spans, or replaces those with the same id. A trace that nobody told of is made of what its spans say; one that a client told of
   * keeps what the client said.
   */
  addSpans(batches: readonly SpanBatch[]): Promise<void>;
  /** JSON of each span, by start. */
  spans(traceId: string): Promise<readonly string[]>;
  /** A value of null takes the tag away. */
  setTag(id: string, key: string, value: string | null): Promise<void>;
  /** Says that a run, too, is about these traces. */
  link(ids: readonly string[], runId: string): Promise<void>;
  /** Removes traces with all that belongs to them; answers how many. */
  delete(experimentId: string, which: TraceDeletion): Promise<number>;
  /** One more than the limit when there are more. */
  search(query: TraceQuery): Promise<readonly Trace[]>;
  /** How many traces fit all filters of each list. */
  counts(
    experimentIds: readonly string[],
    lists: readonly (readonly FilterTree<TraceClause>[])[],
  ): Promise<readonly number[]>;
  /** By time and dimensions. Measure and dimensions are names of `traceMeasures`. */
  metrics(query: TraceMetricQuery): Promise<readonly TraceMetricPoint[]>;
  /** By time, of each trace that has some. */
  assessments(traceIds: readonly string[]): Promise<ReadonlyMap<string, readonly Assessment[]>>;
  putAssessment(assessment: Assessment): Promise<void>;
  deleteAssessment(traceId: string, id: string): Promise<void>;
}

export type TraceDeletion =
  | { readonly ids: readonly string[] }
  /** The oldest first. */
  | { readonly until: number; readonly most: number | null };

export interface EvaluationStore {
  /** Newest first. */
  datasets(): Promise<readonly EvaluationDataset[]>;
  dataset(id: string): Promise<EvaluationDataset | null>;
  /** Adds or replaces one, with the given records; the records that are already there stay. */
  putDataset(dataset: EvaluationDataset, records?: readonly DatasetRecord[]): Promise<void>;
  deleteDataset(id: string): Promise<void>;
  /** In the order in which they came. */
  records(datasetId: string): Promise<readonly DatasetRecord[]>;
  /** Answers how many there were. */
  deleteRecords(datasetId: string, ids: readonly string[]): Promise<number>;
  /** Versions by experiment, name and number. */
  scorers(experimentId: string): Promise<readonly ScorerVersion[]>;
  /** Registers the next version of a scorer; answers it. */
  addScorer(scorer: Omit<ScorerVersion, "version">): Promise<ScorerVersion>;
  /** One version, or all of them; answers how many there were. */
  deleteScorer(experimentId: string, name: string, version: number | null): Promise<number>;
  issues(): Promise<readonly Issue[]>;
  issue(id: string): Promise<Issue | null>;
  /** Adds or replaces one. */
  putIssue(issue: Issue): Promise<void>;
  /** Id of an issue → how many traces show it, of those that are shown by any. */
  tracesOfIssues(): Promise<ReadonlyMap<string, number>>;
}
