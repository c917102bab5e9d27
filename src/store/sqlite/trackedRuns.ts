/** Runs as clients of MLflow's protocol ask for them. */

import {
  type DatasetInput,
  type LatestMetric,
  type ModelUse,
  runNameTag,
  type TrackedRun,
} from "../../model/tracking.ts";
import { openChunk } from "../chunk.ts";
import { historyOf } from "../history.ts";
import type {
  DatasetSummary,
  History,
  Page,
  PageQuery,
  RunAtWrite,
  TrackedRunStore,
  View,
} from "../tracking.ts";
import type { Connection } from "./connection.ts";
import { catchUpExperiments, inView } from "./experiments.ts";
import { metricNames } from "./metricNames.ts";
import { searchPage, sql } from "./search.ts";
import { searchedRuns } from "./trackedRunSearch.ts";

/** Runs that are read together: few enough that a page of thousands takes no memory to speak of. */
const atOnce = 100;
/** A history is kept for the next page of it while it has no more points than this, and for so long. */
const mostKept = 500_000;
const keptMs = 5_000;

export class SqliteTrackedRuns implements TrackedRunStore {
  readonly #connection: Connection;
  #isCaughtUp = false;
  #lastHistory: { readonly of: string; readonly history: History } | null = null;
  #forgetting: NodeJS.Timeout | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(id: string): Promise<TrackedRun | null> {
    this.#catchUp();
    return this.#connection.read(() => {
      const key = this.#connection.row<{ key: number }>("select key from run where id = ?", id)?.key;
      return key === undefined ? null : (trackedRuns(this.#connection, [key])[0] ?? null);
    });
  }

  async search<T>(
    {
      view,
      experimentIds,
      ...ask
    }: PageQuery & { readonly view: View; readonly experimentIds: readonly string[] },
    shape: (run: TrackedRun) => T,
  ): Promise<Page<T> | null> {
    this.#catchUp();
    return this.#connection.read(() => {
      const within = [inExperiments(experimentIds), inView("run", view)];
      const page = searchPage(this.#connection, searchedRuns, { ...ask, within });
      if (page === null) return null;
      const items: T[] = [];
      for (let at = 0; at < page.keys.length; at += atOnce)
        for (const run of trackedRuns(this.#connection, page.keys.slice(at, at + atOnce)))
          items.push(shape(run));
      return { items, next: page.next };
    });
  }

  async state(
    id: string,
    parameters: readonly string[],
    tags: readonly string[],
  ): Promise<RunAtWrite | null> {
    return this.#connection.read(() => {
      const run = this.#connection.row<{
        key: number;
        directory: string;
        name: string;
        attempt: number;
        deleted_at: number | null;
      }>("select key, directory, name, attempt, deleted_at from run where id = ?", id);
      if (run === undefined) return null;
      const { key, deleted_at, ...known } = run;
      return {
        ...known,
        deleted: deleted_at !== null,
        parameters: this.#texts("parameter", key, parameters),
        tags: this.#texts("tag", key, tags),
      };
    });
  }

  async history(runId: string, key: string): Promise<History> {
    return this.#connection.read(() => {
      const series = this.#connection.rows<{ id: number; count: number }>(
        `select series.id, series.count from run join series on series.run = run.key
         where run.id = ? and series.metric = (select id from metric_name where name = ?) order by series.attempt`,
        ...[runId, key],
      );
      // Points are only ever added.
      const of = JSON.stringify([runId, key, series]);
      if (this.#lastHistory?.of === of) return this.#lastHistory.history;
      const rows = series.flatMap(({ id }) =>
        this.#connection.rows<{ data: Uint8Array }>(
          "select data from chunk where series = ? order by number",
          id,
        ),
      );
      const history = historyOf(rows.flatMap(({ data }) => openChunk(data) ?? []));
      this.#keepForNextPage(of, history);
      return history;
    });
  }

  /** Readers take page after page of one history. */
  #keepForNextPage(of: string, history: History): void {
    clearTimeout(this.#forgetting);
    this.#lastHistory = history.values.length > mostKept ? null : { of, history };
    this.#forgetting = setTimeout(() => {
      this.#lastHistory = null;
    }, keptMs);
    this.#forgetting.unref();
  }

  async datasets(experimentIds: readonly string[], limit: number): Promise<readonly DatasetSummary[]> {
    this.#catchUp();
    return this.#connection.rows<DatasetSummary>(
      `select distinct experiment.id as experimentId, run_input.name, digest, context from run_input
       join run on run.key = run_input.run join experiment on experiment.name = run.experiment
       where experiment.id in (select value from json_each(?)) limit ?`,
      ...[JSON.stringify(experimentIds), limit],
    );
  }

  #texts(table: "parameter" | "tag", run: number, names: readonly string[]): ReadonlyMap<string, string> {
    if (names.length === 0) return new Map();
    const rows = this.#connection.rows<{ name: string; value: string }>(
      `select name, value from ${table} where run = ? and name in (select value from json_each(?)) and value is not null`,
      ...[run, JSON.stringify(names)],
    );
    return new Map(rows.map(({ name, value }) => [name, value]));
  }

  #catchUp(): void {
    if (!this.#isCaughtUp) catchUpExperiments(this.#connection);
    this.#isCaughtUp = true;
  }
}

/** One experiment is the usual question, and then the index gives its runs in order. */
function inExperiments(ids: readonly string[]) {
  const [only] = ids;
  if (ids.length === 1 && only !== undefined)
    return sql("run.experiment = (select name from experiment where id = ?)", only);
  return sql(
    "run.experiment in (select name from experiment where id in (select value from json_each(?)))",
    JSON.stringify(ids),
  );
}

interface HeadRow extends Omit<TrackedRun, keyof Attached | "deleted"> {
  readonly key: number;
  readonly deleted_at: number | null;
}

interface Attached {
  readonly metrics: LatestMetric[];
  readonly parameters: [string, string][];
  readonly tags: [string, string][];
  readonly inputs: DatasetInput[];
  readonly modelInputs: ModelUse[];
  readonly modelOutputs: ModelUse[];
}

/** The runs of the given keys, in the same order: six queries for any number of them. */
export function trackedRuns(connection: Connection, keys: readonly number[]): readonly TrackedRun[] {
  const asked = JSON.stringify(keys);
  const attached = new Map<number, Attached>(
    keys.map((key) => [
      key,
      { metrics: [], parameters: [], tags: [], inputs: [], modelInputs: [], modelOutputs: [] },
    ]),
  );
  if (keys.length === 0) return [];
  const heads = connection.rows<HeadRow>(
    `select run.key, run.id, run.name, user, state, experiment.id as experimentId,
       experiment.artifact_location as artifactLocation, directory, coalesce(started, run.created) as started, ended,
       run.deleted_at
     from json_each(?) as asked cross join run on run.key = asked.value
     left join experiment on experiment.name = run.experiment`,
    asked,
  );
  addMetrics(connection, asked, attached);
  for (const table of ["parameter", "tag"] as const) {
    const rows = connection.rows<{ run: number; name: string; value: string }>(
      `select run, name, value from ${table} where run in (select value from json_each(?)) and value is not null
       order by run, name`,
      asked,
    );
    for (const { run, name, value } of rows)
      attached.get(run)?.[table === "tag" ? "tags" : "parameters"].push([name, value]);
  }
  addInputs(connection, asked, attached);
  addModelUses(connection, asked, attached);
  return heads.flatMap(({ key, deleted_at, ...head }) => {
    const own = attached.get(key);
    if (own === undefined) return [];
    // The name may have been changed since by a person; the tag is only another word for it.
    const tags = own.tags.filter(([name]) => name !== runNameTag);
    tags.push([runNameTag, head.name]);
    return [{ ...head, deleted: deleted_at !== null, ...own, tags }];
  });
}

interface MetricRow {
  readonly run: number;
  readonly metric: number;
  readonly last: number | null;
  readonly last_step: number;
  readonly last_time: number;
}

/** Attempts of a metric come one after the other. */
function addMetrics(connection: Connection, asked: string, attached: Map<number, Attached>): void {
  const names = metricNames(connection).all;
  const rows = connection.rows<MetricRow>(
    `select run, metric, last, last_step, last_time from series
     where run in (select value from json_each(?)) order by run, metric, attempt`,
    asked,
  );
  let before: MetricRow | null = null;
  for (const row of rows) {
    const { run, metric, last, last_step: step, last_time: time } = row;
    const metrics = attached.get(run)?.metrics;
    if (before !== null && before.run === run && before.metric === metric) {
      if (isOlder(row, before)) continue;
      metrics?.pop();
    }
    metrics?.push({ key: names.get(metric) ?? "", value: last ?? Number.NaN, time, step });
    before = row;
  }
}

function isOlder(row: MetricRow, than: MetricRow): boolean {
  return (
    row.last_step < than.last_step || (row.last_step === than.last_step && row.last_time < than.last_time)
  );
}

interface InputRow extends Omit<DatasetInput, "tags"> {
  readonly run: number;
  readonly tags: string;
}

function addInputs(connection: Connection, asked: string, attached: Map<number, Attached>): void {
  const rows = connection.rows<InputRow>(
    `select run, name, digest, source_type as sourceType, source, schema, profile, tags from run_input
     where run in (select value from json_each(?)) order by run, number`,
    asked,
  );
  for (const { run, tags, ...input } of rows)
    attached.get(run)?.inputs.push({ ...input, tags: JSON.parse(tags) as Record<string, string> });
}

function addModelUses(connection: Connection, asked: string, attached: Map<number, Attached>): void {
  const rows = connection.rows<ModelUse & { run: number; direction: string }>(
    `select run, direction, model, step from model_use
     where run in (select value from json_each(?)) order by run, number`,
    asked,
  );
  for (const { run, direction, model, step } of rows)
    attached.get(run)?.[direction === "input" ? "modelInputs" : "modelOutputs"].push({ model, step });
}
