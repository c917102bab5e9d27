/** What models of language are measured with: data sets of inputs and expectations, and scorers. */

import type { Tags } from "./registry.ts";

export interface EvaluationDataset {
  readonly id: string;
  readonly name: string;
  readonly tags: Tags;
  readonly digest: string;
  /** JSON, null until there are records. */
  readonly schema: string | null;
  readonly profile: string | null;
  readonly created: number;
  readonly updated: number;
  readonly createdBy: string;
  readonly updatedBy: string;
  readonly experimentIds: readonly string[];
}

export interface DatasetRecord {
  readonly id: string;
  readonly datasetId: string;
  /** Digest of the inputs: one record for each. */
  readonly inputs: string;
  readonly created: number;
  /** JSON of the record as its clients have it. */
  readonly content: string;
}

export interface ScorerVersion {
  readonly experimentId: string;
  readonly scorerId: string;
  readonly name: string;
  readonly version: number;
  readonly serialized: string;
  readonly time: number;
}

export const issueStatuses = ["pending", "rejected", "resolved"] as const;
/** The least severe first. */
export const issueSeverities = ["not_an_issue", "low", "medium", "high"] as const;

/** A problem that was found in the traces of an application. Its assessments (`kind` issue) are named after its id. */
export interface Issue {
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  readonly description: string;
  readonly status: (typeof issueStatuses)[number];
  readonly severity: (typeof issueSeverities)[number] | null;
  readonly rootCauses: readonly string[];
  readonly categories: readonly string[];
  readonly sourceRun: string | null;
  readonly createdBy: string | null;
  readonly created: number;
  readonly updated: number;
  readonly updatedBy: string | null;
  /** When it was last observed. */
  readonly seen: number;
  readonly metadata: Tags;
}
