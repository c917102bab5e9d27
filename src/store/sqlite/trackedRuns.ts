/** Runs as clients of MLflow's protocol ask for them. */

import type { TrackedRun } from "../../model/tracking.ts";
import { openChunk } from "../chunk.ts";
import { historyOf } from "../history.ts";
import type {
  DatasetSummary,
  FoundRun,
  History,
  Page,
  PageQuery,
  RunAtWrite,
  TrackedRunStore,
  View,
} from "../tracking.ts";
import type { Connection } from "./connection.ts";
import { catchUpExperiments, inView } from "./experiments.ts";
import { searchPage, sql } from "./search.ts";
import { foundRuns, trackedRunOf } from "./trackedRunRows.ts";
import { searchedRuns } from "./trackedRunSearch.ts";

/** Runs that are read together: at first, and at most. Their texts are to be about so long, as a run may have 100,000 metrics. */
const runsAtFirst = 10;
const runsAtOnce = 100;
const textLength = 1024 * 1024;
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
      return key === undefined ? null : trackedRunOf(this.#connection, key);
    });
  }

  async search<T>(
    {
      view,
      experimentIds,
      ...ask
    }: PageQuery & { readonly view: View; readonly experimentIds: readonly string[] },
    shape: (runs: readonly FoundRun[]) => T,
  ): Promise<Page<T> | null> {
    this.#catchUp();
    return this.#connection.read(() => {
      const within = [inExperiments(experimentIds), inView("run", view)];
      const page = searchPage(this.#connection, searchedRuns, { ...ask, within });
      if (page === null) return null;
      const items: T[] = [];
      for (let at = 0, count = runsAtFirst; at < page.keys.length; ) {
        const runs = foundRuns(this.#connection, page.keys.slice(at, at + count));
        items.push(shape(runs));
        at += count;
        const lengths = runs.map(
          ({ metrics, parameters, tags }) => metrics.length + parameters.length + tags.length,
        );
        const length = lengths.reduce((sum, each) => sum + each, 0);
        count = Math.max(1, Math.min(runsAtOnce, Math.floor((count * textLength) / length)));
      }
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
