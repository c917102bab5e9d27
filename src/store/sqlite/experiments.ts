/** Experiments: every name that a run belongs to has one, with an id that follows from the name. */

import { createHash } from "node:crypto";
import type { Comparison, OrderTerm } from "../../model/mlflowSearch.ts";
import { defaultExperiment, type Experiment } from "../../model/tracking.ts";
import type { ExperimentStore, NewExperiment, Page, PageQuery, View } from "../tracking.ts";
import type { Connection } from "./connection.ts";
import { compared, nullsLast, type Ordered, type Searched, type Sql, searchPage, sql } from "./search.ts";

/** Digits of an id that follows from a name: what fits into 63 bits, as a client may keep it. */
const idDigits = 18;

interface ExperimentRow {
  readonly key: number;
  readonly id: string;
  readonly name: string;
  readonly artifact_location: string;
  readonly created: number;
  readonly updated: number;
  readonly deleted_at: number | null;
}

/** The id of the experiment of a name, which is made if it is not there. Inside the caller's transaction. */
export function experimentOf(connection: Connection, name: string, time: number): string {
  const known = connection.row<{ id: string }>("select id from experiment where name = ?", name);
  return known?.id ?? addExperiment(connection, { name, artifactLocation: null, tags: {}, time });
}

/** Experiments of runs that were there before experiments had rows of their own. Cheap where there are none. */
export function catchUpExperiments(connection: Connection): void {
  const missing = connection.rows<{ name: string; created: number }>(
    `select experiment as name, min(created) as created from run
     where not exists (select 1 from experiment where name = run.experiment) group by experiment`,
  );
  const isFresh = connection.row("select 1 from experiment where id = ?", defaultExperiment.id) === undefined;
  if (missing.length === 0 && !isFresh) return;
  connection.write(() => {
    if (isFresh) experimentOf(connection, defaultExperiment.name, missing[0]?.created ?? 0);
    for (const { name, created } of missing) experimentOf(connection, name, created);
  });
}

export class SqliteExperiments implements ExperimentStore {
  readonly #connection: Connection;
  #isCaughtUp = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(id: string): Promise<Experiment | null> {
    return this.#one("id", id);
  }

  async byName(name: string): Promise<Experiment | null> {
    return this.#one("name", name);
  }

  async create(experiment: NewExperiment): Promise<Experiment | null> {
    this.#catchUp();
    const id = this.#connection.write(() => {
      const taken = this.#connection.row("select 1 from experiment where name = ?", experiment.name);
      return taken === undefined ? addExperiment(this.#connection, experiment) : null;
    });
    return id === null ? null : this.#one("id", id);
  }

  async rename(id: string, name: string, time: number): Promise<boolean> {
    return this.#connection.write(() => {
      const { name: old } = this.#connection.row<{ name: string }>(
        "select name from experiment where id = ?",
        id,
      ) ?? { name };
      if (old === name) return true;
      if (this.#connection.row("select 1 from experiment where name = ?", name) !== undefined) return false;
      this.#connection.change("update experiment set name = ?, updated = ? where id = ?", name, time, id);
      this.#connection.change("update run set experiment = ? where experiment = ?", name, old);
      return true;
    });
  }

  async setDeleted(id: string, deletedAt: number | null, time: number): Promise<void> {
    this.#connection.write(() => {
      const mark = "set deleted_at = ?";
      this.#connection.change(`update experiment ${mark}, updated = ? where id = ?`, deletedAt, time, id);
      const runs = "where experiment = (select name from experiment where id = ?)";
      this.#connection.change(`update run ${mark} ${runs}`, deletedAt, id);
    });
  }

  async setTag(id: string, key: string, value: string | null): Promise<void> {
    this.#connection.write(() => {
      const of = "(select key from experiment where id = ?)";
      if (value === null)
        this.#connection.change(`delete from experiment_tag where experiment = ${of} and name = ?`, id, key);
      else
        this.#connection.change(
          `insert or replace into experiment_tag (experiment, name, value) values (${of}, ?, ?)`,
          ...[id, key, value],
        );
    });
  }

  async search({ view, ...ask }: PageQuery & { readonly view: View }): Promise<Page<Experiment> | null> {
    this.#catchUp();
    return this.#connection.read(() => {
      const page = searchPage(this.#connection, searched, { ...ask, within: [inView("experiment", view)] });
      if (page === null) return null;
      const { keys, next } = page;
      const found = this.#read("key in (select value from json_each(?))", JSON.stringify(keys));
      return { items: keys.flatMap((key) => found.get(key) ?? []), next };
    });
  }

  async ofRuns(): Promise<ReadonlyMap<string, string>> {
    this.#catchUp();
    const rows = this.#connection.rows<{ run: string; experiment: string }>(
      "select run.id as run, experiment.id as experiment from run join experiment on experiment.name = run.experiment",
    );
    return new Map(rows.map(({ run, experiment }) => [run, experiment]));
  }

  async restore(experiments: readonly Experiment[], runs: ReadonlyMap<string, string>): Promise<void> {
    this.#catchUp();
    this.#connection.write(() => {
      for (const experiment of experiments) this.#restore(experiment);
      const names = new Map(experiments.map(({ id, name }) => [id, name]));
      for (const [run, id] of runs) {
        const name = names.get(id);
        if (name === undefined) continue;
        const move = "update run set experiment = ? where id = ? and experiment <> ?";
        this.#connection.change(move, name, run, name);
      }
    });
  }

  /** A run's experiment may be there already, made of its name; then it gets what it was. */
  #restore({ id, name, artifactLocation, created, updated, deleted, tags }: Experiment): void {
    const same = "select key from experiment where id = ? or name = ?";
    for (const { key } of this.#connection.rows<{ key: number }>(same, id, name))
      this.#connection.change("delete from experiment where key = ?", key);
    const key = this.#connection.change(
      `insert into experiment (id, name, artifact_location, created, updated, deleted_at) values (?, ?, ?, ?, ?, ?)`,
      ...[id, name, artifactLocation, created, updated, deleted ? updated : null],
    );
    for (const [tag, value] of Object.entries(tags)) addTag(this.#connection, key, tag, value);
  }

  #catchUp(): void {
    if (!this.#isCaughtUp) catchUpExperiments(this.#connection);
    this.#isCaughtUp = true;
  }

  #one(column: "id" | "name", value: string): Experiment | null {
    this.#catchUp();
    return this.#connection.read(() => [...this.#read(`${column} = ?`, value).values()][0] ?? null);
  }

  #read(condition: string, value: string): ReadonlyMap<number, Experiment> {
    const rows = this.#connection.rows<ExperimentRow>(
      `select key, id, name, artifact_location, created, updated, deleted_at from experiment where ${condition}`,
      value,
    );
    const tags = new Map(rows.map(({ key }) => [key, Object.create(null) as Record<string, string>]));
    const tagRows = this.#connection.rows<{ experiment: number; name: string; value: string }>(
      "select experiment, name, value from experiment_tag where experiment in (select value from json_each(?)) order by name",
      JSON.stringify([...tags.keys()]),
    );
    for (const { experiment, name, value: text } of tagRows) {
      const own = tags.get(experiment);
      if (own !== undefined) own[name] = text;
    }
    return new Map(rows.map((row) => [row.key, experimentFrom(row, tags.get(row.key) ?? {})]));
  }
}

function experimentFrom(row: ExperimentRow, tags: Readonly<Record<string, string>>): Experiment {
  const { id, name, artifact_location, created, updated, deleted_at } = row;
  return {
    id,
    name,
    artifactLocation: artifact_location,
    created,
    updated,
    deleted: deleted_at !== null,
    tags,
  };
}

/** Rows that a view shows. */
export function inView(table: string, view: View): Sql {
  if (view === "all") return sql("true");
  return sql(`${table}.deleted_at is ${view === "active" ? "" : "not "}null`);
}

function addExperiment(
  connection: Connection,
  { name, artifactLocation, artifactRoot, tags, time }: NewExperiment,
): string {
  const id = freeId(connection, name);
  const key = connection.change(
    "insert into experiment (id, name, artifact_location, created, updated) values (?, ?, ?, ?, ?)",
    ...[
      id,
      name,
      artifactLocation ?? `${artifactRoot?.replace(/\/+$/, "") ?? "mlflow-artifacts:"}/${id}`,
      time,
      time,
    ],
  );
  for (const [tag, value] of Object.entries(tags)) addTag(connection, key, tag, value);
  return id;
}

function addTag(connection: Connection, key: number, name: string, value: string): void {
  const insert = "insert or replace into experiment_tag (experiment, name, value) values (?, ?, ?)";
  connection.change(insert, key, name, value);
}

/** The id that the recorder computes too, so that both speak of one experiment; where it is taken, the next one. */
function freeId(connection: Connection, name: string): string {
  if (name === defaultExperiment.name) return defaultExperiment.id;
  const digest = createHash("sha256").update(name).digest("hex");
  let id = BigInt(BigInt(`0x${digest}`).toString().slice(0, idDigits));
  while (connection.row("select 1 from experiment where id = ?", String(id)) !== undefined) id += 1n;
  return String(id);
}

const columns: Readonly<Record<string, string>> = {
  name: "experiment.name",
  creation_time: "experiment.created",
  last_update_time: "experiment.updated",
};

/** Ids are numbers that may be longer than those of JavaScript: by length, then digit by digit. */
function byId(ascending: boolean): readonly Ordered[] {
  return ["length(experiment.id)", "experiment.id"].map((text) => ({ ...sql(text), ascending }));
}

const searched: Searched = {
  table: "experiment",
  condition(comparison: Comparison): Sql {
    const { entity, key, operator } = comparison;
    if (entity === "attribute" && key === "experiment_id") return compared(sql("experiment.id"), comparison);
    if (entity === "attribute") return compared(sql(columns[key] ?? "null"), comparison);
    const tag = "select value from experiment_tag as t where t.experiment = experiment.key and name = ?";
    if (operator === "IS NULL") return sql(`not exists (${tag})`, key);
    const { text, values } = compared(sql("value"), comparison);
    return sql(`exists (${tag} and ${text})`, key, ...values);
  },
  order({ entity, key, ascending }: OrderTerm) {
    const tag = "(select value from experiment_tag as t where t.experiment = experiment.key and name = ?)";
    if (entity === "attribute" && key === "experiment_id") return { join: null, by: byId(ascending) };
    if (entity === "attribute") return { join: null, by: [{ ...sql(columns[key] ?? "null"), ascending }] };
    return { join: null, by: nullsLast(sql(tag, key), ascending) };
  },
  usual: byId(true),
};
