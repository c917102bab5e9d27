/** Evaluation data sets, their records, and scorers. */

import type { DatasetRecord, EvaluationDataset, Issue, ScorerVersion } from "../../model/evaluation.ts";
import type { EvaluationStore } from "../traces.ts";
import type { Connection } from "./connection.ts";

const scorerColumns = "experiment as experimentId, id as scorerId, name, version, serialized, time";

export class SqliteEvaluations implements EvaluationStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async datasets(): Promise<readonly EvaluationDataset[]> {
    return this.#connection
      .rows<{ content: string }>("select content from evaluation_dataset order by created desc, id")
      .map(({ content }) => JSON.parse(content) as EvaluationDataset);
  }

  async dataset(id: string): Promise<EvaluationDataset | null> {
    const sql = "select content from evaluation_dataset where id = ?";
    const row = this.#connection.row<{ content: string }>(sql, id);
    return row === undefined ? null : (JSON.parse(row.content) as EvaluationDataset);
  }

  async putDataset(dataset: EvaluationDataset, records: readonly DatasetRecord[] = []): Promise<void> {
    this.#connection.write(() => {
      this.#connection.change(
        `insert into evaluation_dataset (id, name, created, content) values (?, ?, ?, ?)
         on conflict (id) do update set name = excluded.name, content = excluded.content`,
        ...[dataset.id, dataset.name, dataset.created, JSON.stringify(dataset)],
      );
      for (const { id, inputs, created, content } of records)
        this.#connection.change(
          `insert into dataset_record (id, dataset, inputs, created, content) values (?, ?, ?, ?, ?)
           on conflict (dataset, inputs) do update set content = excluded.content`,
          ...[id, dataset.id, inputs, created, content],
        );
    });
  }

  async deleteDataset(id: string): Promise<void> {
    this.#connection.write(() => this.#connection.change("delete from evaluation_dataset where id = ?", id));
  }

  async records(datasetId: string): Promise<readonly DatasetRecord[]> {
    return this.#connection.rows<DatasetRecord>(
      "select id, dataset as datasetId, inputs, created, content from dataset_record where dataset = ? order by number",
      datasetId,
    );
  }

  async issues(): Promise<readonly Issue[]> {
    return this.#connection
      .rows<{ content: string }>("select content from issue order by created desc, id")
      .map(({ content }) => readIssue(content));
  }

  async issue(id: string): Promise<Issue | null> {
    const row = this.#connection.row<{ content: string }>("select content from issue where id = ?", id);
    return row === undefined ? null : readIssue(row.content);
  }

  async putIssue(issue: Issue): Promise<void> {
    this.#connection.write(() =>
      this.#connection.change(
        "insert or replace into issue (id, created, content) values (?, ?, ?)",
        ...[issue.id, issue.created, JSON.stringify(issue)],
      ),
    );
  }

  async tracesOfIssues(): Promise<ReadonlyMap<string, number>> {
    const rows = this.#connection.rows<{ name: string; traces: number }>(
      "select name, count(distinct trace) as traces from assessment where kind = 'issue' group by name",
    );
    return new Map(rows.map(({ name, traces }) => [name, traces]));
  }

  async deleteRecords(datasetId: string, ids: readonly string[]): Promise<number> {
    return this.#connection.write(() => {
      const which = "dataset = ? and id in (select value from json_each(?))";
      return this.#counted(`from dataset_record where ${which}`, datasetId, JSON.stringify(ids));
    });
  }

  async scorers(experimentId: string): Promise<readonly ScorerVersion[]> {
    return this.#connection.rows<ScorerVersion>(
      `select ${scorerColumns} from scorer where experiment = ? order by name, version`,
      experimentId,
    );
  }

  async addScorer({ experimentId, scorerId, name, serialized, time }: Omit<ScorerVersion, "version">) {
    return this.#connection.write((): ScorerVersion => {
      const last = this.#connection.row<{ id: string; version: number }>(
        "select id, version from scorer where experiment = ? and name = ? order by version desc limit 1",
        ...[experimentId, name],
      );
      const added = {
        ...{ experimentId, name, serialized, time },
        scorerId: last?.id ?? scorerId,
        version: (last?.version ?? 0) + 1,
      };
      this.#connection.change(
        "insert into scorer (experiment, name, version, id, serialized, time) values (?, ?, ?, ?, ?, ?)",
        ...[experimentId, name, added.version, added.scorerId, serialized, time],
      );
      return added;
    });
  }

  async deleteScorer(experimentId: string, name: string, version: number | null): Promise<number> {
    return this.#connection.write(() =>
      this.#counted(
        "from scorer where experiment = ? and name = ? and version = coalesce(?, version)",
        ...[experimentId, name, version],
      ),
    );
  }

  /** Deletes and answers how many rows there were. */
  #counted(rest: string, ...values: readonly (string | number | null)[]): number {
    const count = this.#connection.row<{ count: number }>(
      `select count(*) as count ${rest}`,
      ...values,
    )?.count;
    this.#connection.change(`delete ${rest}`, ...values);
    return count ?? 0;
  }
}

/** One that was kept before it had all of these lacks some. */
function readIssue(content: string): Issue {
  const kept = JSON.parse(content) as Omit<Issue, "updatedBy" | "seen" | "metadata"> & Partial<Issue>;
  return { updatedBy: null, seen: kept.created, metadata: {}, ...kept };
}
