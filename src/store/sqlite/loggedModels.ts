/** Logged models: those of runs come from their journals, others are kept here alone. */

import type { Comparison, OrderTerm, Search } from "../../model/mlflowSearch.ts";
import type { LoggedModel, ModelMetric } from "../../model/tracking.ts";
import type { LoggedModelChange, LoggedModelStore, NewLoggedModel, Page, PageQuery } from "../tracking.ts";
import { setModelTexts } from "./clientRecords.ts";
import type { Connection } from "./connection.ts";
import { compared, nullsLast, type Searched, type Sql, searchPage, sql } from "./search.ts";

interface ModelRow extends Omit<LoggedModel, "deleted" | "parameters" | "tags" | "metrics"> {
  readonly key: number;
  readonly deleted_at: number | null;
}

export class SqliteLoggedModels implements LoggedModelStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(id: string): Promise<LoggedModel | null> {
    return this.#connection.read(() => {
      const key = this.#key(id);
      return key === undefined ? null : (this.#read([key])[0] ?? null);
    });
  }

  async create({ id, experimentId, name, type, time, sourceRun }: NewLoggedModel): Promise<void> {
    this.#connection.write(() => {
      this.#connection.change(
        `insert or ignore into logged_model (id, source_run, experiment, name, type, created, updated)
         values (?, ?, ?, ?, ?, ?, ?)`,
        ...[id, sourceRun, experimentId, name, type, time, time],
      );
    });
  }

  async change(id: string, { time, status, ...texts }: LoggedModelChange): Promise<void> {
    this.#connection.write(() => {
      const key = this.#key(id);
      if (key === undefined) return;
      const set = "update logged_model set";
      if (status === undefined) this.#connection.change(`${set} updated = ? where key = ?`, time, key);
      else this.#connection.change(`${set} status = ?, updated = ? where key = ?`, status, time, key);
      setModelTexts(this.#connection, key, texts);
    });
  }

  async setDeleted(id: string, deletedAt: number): Promise<void> {
    this.#connection.write(() => {
      this.#connection.change("update logged_model set deleted_at = ? where id = ?", deletedAt, id);
    });
  }

  async search({
    experimentIds,
    ...ask
  }: PageQuery & { readonly experimentIds: readonly string[] }): Promise<Page<LoggedModel> | null> {
    return this.#connection.read(() => {
      const experiments = JSON.stringify(experimentIds);
      const within = [
        sql("logged_model.experiment in (select value from json_each(?))", experiments),
        sql("logged_model.deleted_at is null"),
        ...onDatasets(ask.search),
      ];
      const page = searchPage(this.#connection, searched, { ...ask, within });
      return page === null ? null : { items: this.#read(page.keys), next: page.next };
    });
  }

  async unattached(): Promise<readonly LoggedModel[]> {
    return this.#connection.read(() => {
      const rows = this.#connection.rows<{ key: number }>("select key from logged_model where run is null");
      return this.#read(rows.map(({ key }) => key));
    });
  }

  #key(id: string): number | undefined {
    return this.#connection.row<{ key: number }>("select key from logged_model where id = ?", id)?.key;
  }

  #read(keys: readonly number[]): readonly LoggedModel[] {
    const asked = JSON.stringify(keys);
    const rows = this.#connection.rows<ModelRow>(
      `select m.key, m.id, m.experiment as experimentId, coalesce(experiment.artifact_location, '') as artifactLocation,
         m.name, m.type, run.id as runId, m.source_run as sourceRun, m.status, m.status_message as statusMessage, m.created, m.updated, m.deleted_at
       from json_each(?) as asked cross join logged_model as m on m.key = asked.value
       left join run on run.key = m.run left join experiment on experiment.id = m.experiment`,
      asked,
    );
    const parameters = this.#texts("logged_model_parameter", asked);
    const tags = this.#texts("logged_model_tag", asked);
    return rows.map(({ key, deleted_at, ...row }) => ({
      ...row,
      deleted: deleted_at !== null,
      parameters: parameters.get(key) ?? [],
      tags: tags.get(key) ?? [],
      metrics: this.#metrics(row.id),
    }));
  }

  #texts(table: string, asked: string): ReadonlyMap<number, [string, string][]> {
    const found = new Map<number, [string, string][]>();
    const rows = this.#connection.rows<{ model: number; name: string; value: string }>(
      `select model, name, value from ${table} where model in (select value from json_each(?)) order by model, name`,
      asked,
    );
    for (const { model, name, value } of rows) found.set(model, [...(found.get(model) ?? []), [name, value]]);
    return found;
  }

  #metrics(model: string): readonly ModelMetric[] {
    const rows = this.#connection.rows<{
      key: string;
      value: number | null;
      time: number;
      step: number;
      runId: string;
      datasetName: string;
      datasetDigest: string;
    }>(
      `select logged_model_metric.name as key, value, time, step, run.id as runId, dataset_name as datasetName,
         dataset_digest as datasetDigest
       from logged_model_metric join run on run.key = logged_model_metric.run where model = ? order by 1, time, step`,
      model,
    );
    return rows.map(({ datasetName, datasetDigest, value, ...metric }) => ({
      ...metric,
      value: value ?? Number.NaN,
      dataset: datasetName === "" ? null : { name: datasetName, digest: datasetDigest },
    }));
  }
}

const attributes: Readonly<Record<string, string>> = {
  name: "logged_model.name",
  model_id: "logged_model.id",
  model_type: "logged_model.type",
  status: "case logged_model.status when 'ready' then 'READY' when 'failed' then 'FAILED' else 'PENDING' end",
  source_run_id: "logged_model.source_run",
  creation_timestamp: "logged_model.created",
  last_updated_timestamp: "logged_model.updated",
};

const searched: Searched = {
  table: "logged_model",
  condition(comparison: Comparison, search: Search): Sql {
    const { entity, key } = comparison;
    if (entity === "attribute") return compared(sql(attributes[key] ?? "null"), comparison);
    const { text, values } = compared(sql("t.value"), comparison);
    if (entity === "metric") {
      const scope = scoped(search);
      const of = `select 1 from logged_model_metric as t where t.model = logged_model.id and t.name = ?${scope.text}`;
      return sql(`exists (${of} and ${text})`, key, ...scope.values, ...values);
    }
    const of = `select 1 from logged_model_${entity} as t where t.model = logged_model.key and t.name = ?`;
    return sql(`exists (${of} and ${text})`, key, ...values);
  },
  order({ entity, key, ascending, dataset }: OrderTerm) {
    if (entity === "attribute")
      return { join: null, by: nullsLast(sql(attributes[key] ?? "null"), ascending) };
    const scope = scoped({
      filter: null,
      order: [],
      ...(dataset === undefined ? {} : { datasets: [dataset] }),
    });
    const value =
      entity === "metric"
        ? sql(
            `(select value from logged_model_metric as t where t.model = logged_model.id and t.name = ?${scope.text}
              order by time desc, step desc limit 1)`,
            ...[key, ...scope.values],
          )
        : sql(
            `(select value from logged_model_${entity} as t where t.model = logged_model.key and t.name = ?)`,
            key,
          );
    return { join: null, by: nullsLast(value, ascending) };
  },
  usual: [
    { ...sql("logged_model.created"), ascending: false },
    { ...sql("logged_model.id"), ascending: true },
  ],
};

/** Only values measured on one of the data sets that the search is about. */
function scoped({ datasets = [] }: Search): Sql {
  if (datasets.length === 0) return sql("");
  const each = datasets.map(({ digest }) =>
    digest === null ? "t.dataset_name = ?" : "(t.dataset_name = ? and t.dataset_digest = ?)",
  );
  const values = datasets.flatMap(({ name, digest }) => (digest === null ? [name] : [name, digest]));
  return sql(` and (${each.join(" or ")})`, ...values);
}

/** Models with any value on one of the data sets. */
function onDatasets(search: Search): readonly Sql[] {
  if (search.datasets === undefined || search.datasets.length === 0) return [];
  const { text, values } = scoped(search);
  return [
    sql(`exists (select 1 from logged_model_metric as t where t.model = logged_model.id${text})`, ...values),
  ];
}
