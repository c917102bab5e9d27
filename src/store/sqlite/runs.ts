/** Runs: one row each, with what was taken from their journals put beside it. */

import { type RawBuilder, type Selectable, sql } from "kysely";
import { RunlineError } from "../../model/failure.ts";
import { nodeId } from "../../model/lineage.ts";
import type { Environment, Finding, Run, RunEdit } from "../../model/run.ts";
import type { RunTable as RunTableColumns } from "../../model/runTable.ts";
import { codeNode, runNode } from "../lineageNodes.ts";
import type { RunTable } from "../schema.ts";
import type { NewRun, RunCount, RunFacts, RunStore, RunsQuery, TableQuery } from "../store.ts";
import { type Connection, tables } from "./connection.ts";
import { experimentOf } from "./experiments.ts";
import { addEdge, addNode, dropEdgesOf, dropOrphans } from "./graph.ts";
import { headColumns } from "./runHead.ts";
import { runsOf } from "./runRows.ts";
import { tableOf } from "./runTable.ts";
import { TileWriter } from "./runTiles.ts";
import { searchConditions } from "./runWords.ts";

const usualLimit = 500;
const mostRuns = 10_000;
const quarterHour = 15 * 60 * 1_000;

export class SqliteRuns implements RunStore {
  readonly #connection: Connection;
  readonly #tiles: TileWriter;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#tiles = new TileWriter(connection);
  }

  async create(run: NewRun): Promise<void> {
    this.#connection.write(() => this.#create(run));
  }

  async get(id: string): Promise<Run | null> {
    return this.#read(tables.selectFrom("run").selectAll().where("id", "=", id))[0] ?? null;
  }

  async list(query: RunsQuery): Promise<readonly Run[]> {
    return this.#read(listed(query, usualLimit).selectAll());
  }

  async counts(query: RunsQuery): Promise<readonly RunCount[]> {
    const from = sql<number>`cast(created / ${quarterHour} as integer) * ${quarterHour}`;
    return this.#connection.all(
      fitting(query)
        .select(["experiment", from.as("from"), ({ fn }) => fn.countAll<number>().as("runs")])
        .groupBy(["experiment", "from"]),
    );
  }

  async table(query: TableQuery): Promise<RunTableColumns> {
    return this.#connection.read(() =>
      tableOf(this.#connection, this.#connection.all(listed(query, mostRuns).select(headColumns)), query),
    );
  }

  async prepareTables(): Promise<boolean> {
    return this.#tiles.slice();
  }

  async find(text: string): Promise<readonly Run[]> {
    if (text === "") return [];
    const query = tables
      .selectFrom("run")
      .selectAll()
      .where("deleted_at", "is", null)
      // "g" follows the last hex digit: all ids that start with the text, by the index.
      .where((is) =>
        is.or([is("name", "=", text), is.and([is("id", ">=", text), is("id", "<", `${text}g`)])]),
      )
      .orderBy("created", "desc")
      .limit(mostRuns);
    return this.#read(query).filter((run) => run.name === text || run.id.startsWith(text));
  }

  async edit(id: string, { name, note, starred, tags }: RunEdit): Promise<void> {
    this.#connection.write(() => {
      const key = this.#key(id);
      const fields = {
        ...(name === undefined ? {} : { name }),
        ...(note === undefined ? {} : { note }),
        ...(starred === undefined ? {} : { starred: starred ? 1 : 0 }),
      };
      if (Object.keys(fields).length > 0)
        this.#connection.run(tables.updateTable("run").set(fields).where("key", "=", key));
      for (const [tag, value] of Object.entries(tags ?? {}))
        this.#connection.run(
          tables
            .insertInto("tag")
            .values({ run: key, name: tag, value, personal: 1 })
            .onConflict((same) => same.columns(["run", "name"]).doUpdateSet({ value, personal: 1 })),
        );
    });
  }

  async observe(id: string, { drained, exitCode, asOf, ...facts }: RunFacts): Promise<void> {
    this.#connection.write(() => {
      const row = { ...facts, drained: drained ? 1 : 0, exit_code: exitCode, as_of: asOf };
      const touched = this.#connection.run(tables.updateTable("run").set(row).where("id", "=", id));
      if (touched === 0) throw new RunlineError("runUnknown", { run: id });
    });
  }

  async relocate(id: string, directory: string): Promise<void> {
    this.#connection.write(() => {
      this.#connection.run(tables.updateTable("run").set({ directory }).where("id", "=", id));
    });
  }

  async setDeleted(id: string, deletedAt: number | null): Promise<void> {
    this.#connection.write(() => {
      const change = tables.updateTable("run").set({ deleted_at: deletedAt }).where("id", "=", id);
      if (this.#connection.run(change) === 0) throw new RunlineError("runUnknown", { run: id });
    });
  }

  async purgeable(deletedBefore: number): Promise<readonly Run[]> {
    return this.#read(purgeable(deletedBefore).selectAll());
  }

  async purge(deletedBefore: number, ids?: readonly string[]): Promise<readonly string[]> {
    return this.#connection.write(() => {
      const all = purgeable(deletedBefore).select(["key", "id", "directory"]);
      const gone = this.#connection.all(ids === undefined ? all : all.where("id", "in", anyOf(ids)));
      for (const { key, id } of gone) {
        dropEdgesOf(this.#connection, nodeId("run", id));
        this.#connection.run(tables.deleteFrom("run").where("key", "=", key));
      }
      if (gone.length > 0) dropOrphans(this.#connection);
      return gone.map(({ directory }) => directory);
    });
  }

  async findings(id: string): Promise<readonly Finding[]> {
    return this.#connection.all(
      tables
        .selectFrom("finding")
        .innerJoin("run", "run.key", "finding.run")
        .select(["finding.code", "text", "time", "line"])
        .where("run.id", "=", id)
        .orderBy("number"),
    );
  }

  async environment(id: string): Promise<Environment | null> {
    const row = this.#connection.first(tables.selectFrom("run").select("environment").where("id", "=", id));
    return row?.environment == null ? null : (JSON.parse(row.environment) as Environment);
  }

  #create({ argv, code, ...run }: NewRun): void {
    const row = {
      ...run,
      argv: JSON.stringify(argv),
      code: code === null ? null : JSON.stringify(code),
      as_of: run.created,
    };
    const added = this.#connection.run(
      tables
        .insertInto("run")
        .values(row)
        .onConflict((same) => same.column("id").doNothing()),
    );
    if (added === 0) return;
    experimentOf(this.#connection, run.experiment, run.created);
    const made = addNode(this.#connection, runNode(run.id));
    if (code === null) return;
    const used = addNode(this.#connection, codeNode(code, run.script));
    addEdge(this.#connection, {
      used,
      made,
      kind: "code",
      how: "snapshot",
      run_id: run.id,
      time: run.created,
    });
  }

  #key(id: string): number {
    const row = this.#connection.first(tables.selectFrom("run").select("key").where("id", "=", id));
    if (row === undefined) throw new RunlineError("runUnknown", { run: id });
    return row.key;
  }

  #read(query: Parameters<Connection["all"]>[0]): readonly Run[] {
    return this.#connection.read(() =>
      runsOf(this.#connection, this.#connection.all(query) as Selectable<RunTable>[]),
    );
  }
}

function listed(query: RunsQuery, usual: number) {
  return fitting(query)
    .orderBy("created", "desc")
    .orderBy("id", "desc")
    .limit(Math.max(0, Math.min(query.limit ?? usual, mostRuns)));
}

function fitting({ states, script, ids, text, madeBy, deleted }: RunsQuery) {
  let query = tables.selectFrom("run");
  if (deleted !== true) query = query.where("deleted_at", "is", null);
  if (script !== undefined) query = query.where("script", "=", script);
  if (states !== undefined) query = query.where("state", "in", anyOf(states));
  if (ids !== undefined) query = query.where("id", "in", anyOf(ids));
  if (madeBy !== undefined) {
    const tagged = tables.selectFrom("tag").select("run").where("name", "=", "runline.run");
    query = query.where("key", "in", tagged.where("value", "=", madeBy)).where("id", "!=", madeBy);
  }
  for (const condition of searchConditions(text ?? "")) query = query.where(condition);
  return query;
}

/** Of versions that a run made: a null among these would keep every run. */
const madeVersions = tables.selectFrom("model_version").select("run_id").where("run_id", "is not", null);

/** The record of a run is the provenance of the models registered from it. */
function purgeable(deletedBefore: number) {
  return tables.selectFrom("run").where("deleted_at", "<", deletedBefore).where("id", "not in", madeVersions);
}

/** A list of any length as one bound value, so that the text of the statement stays the same. */
function anyOf<T extends string>(values: readonly T[]): RawBuilder<T> {
  return sql<T>`(select value from json_each(${JSON.stringify(values)}))`;
}
