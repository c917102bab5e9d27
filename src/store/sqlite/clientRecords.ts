/** Takes in what a client of MLflow's protocol said: about the run itself, its data sets and its logged models. */

import type {
  InputRecord,
  LoggedModelRecord,
  MetricRecord,
  ModelUseRecord,
  RunRecord,
} from "../../model/journal.ts";
import { defaultExperiment } from "../../model/tracking.ts";
import type { ClientRecord } from "../batch.ts";
import { datasetNode, loggedModelNode, runNode } from "../lineageNodes.ts";
import type { Connection } from "./connection.ts";
import { experimentOf } from "./experiments.ts";
import { addEdge, addNode } from "./graph.ts";

interface RunAt {
  readonly key: number;
  readonly id: string;
}

/** The tag of a data set that says what it was used for. */
const contextTag = "mlflow.data.context";

/** Inside the transaction that takes in the journal. Records come in the order in which they were said. */
export function takeClientRecord(connection: Connection, run: RunAt, record: ClientRecord): void {
  if (record.kind === "run") takeRun(connection, run, record);
  else if (record.kind === "input") takeInput(connection, run, record);
  else if (record.kind === "model") takeModel(connection, run, record);
  else takeModelUse(connection, run, record);
}

/** Values that were measured on a logged model, beside those of the run. */
export function takeModelMetric(connection: Connection, run: RunAt, record: MetricRecord): void {
  const { model = "", dataset, step, time, values } = record;
  for (const [name, value] of Object.entries(values))
    connection.change(
      `insert or replace into logged_model_metric (model, run, name, dataset_name, dataset_digest, step, time, value)
       values (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[model, run.key, name, dataset?.name ?? "", dataset?.digest ?? "", step, time, value],
    );
}

/** A status is not taken from here: exit records say how runs end. */
function takeRun(connection: Connection, { key }: RunAt, { name, user, experiment, time }: RunRecord): void {
  if (name !== undefined) connection.change("update run set name = ? where key = ?", name, key);
  if (user !== undefined) connection.change("update run set user = ? where key = ?", user, key);
  if (experiment === undefined) return;
  experimentOf(connection, experiment, time);
  connection.change("update run set experiment = ? where key = ?", experiment, key);
}

/** The first word about a data set stands, as it does in MLflow. */
function takeInput(connection: Connection, run: RunAt, record: InputRecord): void {
  const { name, digest, source_type, source, schema, profile, tags, time } = record;
  connection.change(
    `insert or ignore into run_input (run, number, name, digest, source_type, source, schema, profile, tags, context)
     values (?, (select count(*) from run_input where run = ?), ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[run.key, run.key, name, digest, source_type, source, schema, profile],
    ...[JSON.stringify(tags), tags[contextTag] ?? null],
  );
  const used = addNode(connection, datasetNode(name, digest, source_type));
  const made = addNode(connection, runNode(run.id));
  addEdge(connection, { used, made, kind: "read", how: "stated", run_id: run.id, time });
}

function takeModelUse(connection: Connection, run: RunAt, record: ModelUseRecord): void {
  const direction = record.kind === "model_input" ? "input" : "output";
  connection.change(
    `insert or ignore into model_use (run, direction, model, step, number)
     values (?, ?, ?, ?, (select count(*) from model_use where run = ?))`,
    ...[run.key, direction, record.model, record.step, run.key],
  );
  joinModel(connection, run, record.model, direction, record.time);
}

function takeModel(connection: Connection, run: RunAt, record: LoggedModelRecord): void {
  const { id, name, type, status, time } = record;
  const known = connection.row<{ key: number }>("select key from logged_model where id = ?", id);
  const key = known?.key ?? addModel(connection, run, id, time);
  if (known === undefined) joinModel(connection, run, id, "output", time);
  const set = (column: string, value: string | number) =>
    connection.change(`update logged_model set ${column} = ?, updated = ? where key = ?`, value, time, key);
  if (name !== undefined) {
    set("name", name);
    connection.change("update node set label = ? where id = ?", name, loggedModelNode(id).id);
  }
  if (type !== undefined) set("type", type);
  if (status === "deleted") set("deleted_at", time);
  else if (status !== undefined) set("status", status);
  if (record.status_message !== undefined) set("status_message", record.status_message);
  setModelTexts(connection, key, record);
}

function addModel(connection: Connection, run: RunAt, id: string, time: number): number {
  const of = connection.row<{ experiment: string }>("select experiment from run where key = ?", run.key);
  const experiment = experimentOf(connection, of?.experiment ?? defaultExperiment.name, time);
  return connection.change(
    "insert into logged_model (id, run, source_run, experiment, created, updated) values (?, ?, ?, ?, ?, ?)",
    ...[id, run.key, run.id, experiment, time, time],
  );
}

/** Parameters and tags of a logged model; a tag of null is taken away. */
export function setModelTexts(
  connection: Connection,
  key: number,
  { parameters = {}, tags = {} }: Pick<LoggedModelRecord, "parameters" | "tags">,
): void {
  for (const [name, value] of Object.entries(parameters))
    connection.change(
      "insert or replace into logged_model_parameter (model, name, value) values (?, ?, ?)",
      ...[key, name, value],
    );
  for (const [name, value] of Object.entries(tags))
    if (value === null)
      connection.change("delete from logged_model_tag where model = ? and name = ?", key, name);
    else
      connection.change(
        "insert or replace into logged_model_tag (model, name, value) values (?, ?, ?)",
        ...[key, name, value],
      );
}

function joinModel(
  connection: Connection,
  run: RunAt,
  model: string,
  direction: "input" | "output",
  time: number,
): void {
  const name = connection.row<{ name: string }>("select name from logged_model where id = ?", model)?.name;
  const node = addNode(connection, loggedModelNode(model, name || model));
  const runKey = addNode(connection, runNode(run.id));
  const [used, made] = direction === "input" ? [node, runKey] : [runKey, node];
  const kind = direction === "input" ? "read" : "kept";
  addEdge(connection, { used, made, kind, how: "stated", run_id: run.id, time });
}
