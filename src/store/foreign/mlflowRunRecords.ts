/** What MLflow's database says of one run, as records of a journal. */

import { createHash } from "node:crypto";
import { MeasuredPoints, type ModelMeasure, mlflowModelStatus } from "../../model/foreignMlflow.ts";
import { foreignParameter, foreignTag, foreignTime } from "../../model/foreignText.ts";
import type { JournalRecord } from "../../model/journal.ts";
import { numberOf, type ReadOnlyDatabase, type Row, textOf } from "./readOnlyDatabase.ts";

/** Points that are read in one step: nobody who writes waits longer than that takes. */
const pointsAtOnce = 20_000;

/** In an order that stays as the run grows. `artifacts` is where its files are, when they can't be reached from here. */
export async function* recordsOf(
  database: ReadOnlyDatabase,
  id: string,
  started: number,
  artifacts: string | null,
): AsyncGenerator<JournalRecord> {
  for (const { key, value } of texts(database, "params", id))
    yield foreignParameter(textOf(key), textOf(value), "mlflow", started);
  for (const { key, value } of texts(database, "tags", id))
    yield foreignTag(textOf(key), textOf(value), started);
  if (artifacts) yield foreignTag("runline.import.artifacts", artifacts, started);
  yield* inputsOf(database, id, started);
  yield* modelsOf(database, id);
  yield* usesOf(database, id, started);
  yield* pointsOf(database, id);
}

function texts(database: ReadOnlyDatabase, table: "params" | "tags", id: string): readonly Row[] {
  if (!database.has(table)) return [];
  return database.rows(`select key, value from ${table} where run_uuid = ? order by key`, id);
}

async function* pointsOf(database: ReadOnlyDatabase, id: string): AsyncGenerator<JournalRecord> {
  const points = new MeasuredPoints(measuresOf(database, id));
  const columns = database.pick("metrics", ["key", "value", "timestamp", "step", "is_nan"]);
  const sql = `select rowid as number, ${columns} from metrics where run_uuid = ? and rowid > ?
    order by rowid limit ${pointsAtOnce}`;
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const rows = database.has("metrics") ? database.rows(sql, id, after) : [];
    for (const { key, value, timestamp, step, is_nan, number } of rows) {
      const point = is_nan === 1 ? Number.NaN : (numberOf(value) ?? Number.NaN);
      yield points.point(
        textOf(key).slice(0, 1_000) || "(no name)",
        numberOf(step) ?? 0,
        foreignTime(numberOf(timestamp) ?? 0),
        point,
      );
      after = numberOf(number) ?? after;
    }
    if (rows.length < pointsAtOnce) break;
  }
  yield* points.rest();
}

function measuresOf(database: ReadOnlyDatabase, id: string): readonly ModelMeasure[] {
  if (!database.has("logged_model_metrics")) return [];
  const columns = database.pick("logged_model_metrics", [
    "model_id",
    "metric_name",
    "metric_timestamp_ms",
    "metric_step",
    "metric_value",
    "dataset_name",
    "dataset_digest",
  ]);
  const rows = database.rows(`select ${columns} from logged_model_metrics where run_id = ?`, id);
  return rows.map((row) => ({
    model: textOf(row.model_id),
    key: textOf(row.metric_name),
    step: numberOf(row.metric_step) ?? 0,
    time: foreignTime(numberOf(row.metric_timestamp_ms) ?? 0),
    value: numberOf(row.metric_value) ?? Number.NaN,
    dataset:
      textOf(row.dataset_name) && textOf(row.dataset_digest)
        ? { name: textOf(row.dataset_name), digest: textOf(row.dataset_digest) }
        : null,
  }));
}

function* inputsOf(database: ReadOnlyDatabase, id: string, time: number): Generator<JournalRecord> {
  if (!database.has("inputs") || !database.has("datasets")) return;
  const sets = database.pick("datasets", [
    "name",
    "digest",
    "dataset_source_type",
    "dataset_source",
    "dataset_schema",
    "dataset_profile",
  ]);
  const rows = database.rows(
    `select inputs.input_uuid as input, ${sets} from inputs join datasets on datasets.dataset_uuid = inputs.source_id
     where inputs.source_type = 'DATASET' and inputs.destination_id = ? order by inputs.rowid`,
    id,
  );
  for (const row of rows) {
    const tags = database.has("input_tags")
      ? database.rows(
          "select name, value from input_tags where input_uuid = ? order by name",
          row.input ?? null,
        )
      : [];
    yield {
      ...{ kind: "input", time, name: textOf(row.name).slice(0, 500) || "(no name)" },
      digest: textOf(row.digest).slice(0, 500) || "(none)",
      source_type: textOf(row.dataset_source_type).slice(0, 500),
      source: textOf(row.dataset_source).slice(0, 65_535),
      schema: textOf(row.dataset_schema).slice(0, 1_048_575) || null,
      profile: textOf(row.dataset_profile) || null,
      tags: Object.fromEntries(tags.map(({ name, value }) => [textOf(name), textOf(value)])),
    };
  }
}

/** Logged models that the run made. */
function* modelsOf(database: ReadOnlyDatabase, id: string): Generator<JournalRecord> {
  if (!database.has("logged_models")) return;
  const columns = database.pick("logged_models", [
    "model_id",
    "name",
    "creation_timestamp_ms",
    "status",
    "model_type",
  ]);
  for (const row of database.rows(
    `select ${columns} from logged_models where source_run_id = ? and coalesce(lifecycle_stage, 'active') <> 'deleted'
     order by model_id`,
    id,
  )) {
    const about = (table: string, key: string, value: string) =>
      database.has(table)
        ? database.rows(
            `select ${key} as key, ${value} as value from ${table} where model_id = ?`,
            row.model_id ?? null,
          )
        : [];
    const named = (rows: readonly Row[]) =>
      Object.fromEntries(rows.map(({ key, value }) => [textOf(key), textOf(value)]));
    yield {
      ...{ kind: "model", time: foreignTime(numberOf(row.creation_timestamp_ms) ?? 0) },
      ...{ id: textOf(row.model_id), name: textOf(row.name), type: textOf(row.model_type) },
      ...mlflowModelStatus(textOf(row.status)),
      parameters: named(about("logged_model_params", "param_key", "param_value")),
      tags: named(about("logged_model_tags", "tag_key", "tag_value")),
    };
  }
}

function* usesOf(database: ReadOnlyDatabase, id: string, time: number): Generator<JournalRecord> {
  if (!database.has("inputs")) return;
  const step = database.has("inputs", "step") ? "step" : "0 as step";
  const rows = database.rows(
    `select destination_type, destination_id, ${step} from inputs
     where source_id = ? and destination_type in ('MODEL_INPUT', 'MODEL_OUTPUT') order by rowid`,
    id,
  );
  for (const row of rows) {
    const kind = row.destination_type === "MODEL_INPUT" ? "model_input" : "model_output";
    yield { kind, time, model: textOf(row.destination_id), step: numberOf(row.step) ?? 0 };
  }
}

/** Changes as soon as anything of the run does; `last` is the time of its last point. */
export function runMark(
  database: ReadOnlyDatabase,
  row: Row,
): { readonly mark: string; readonly last: number } {
  const id = textOf(row.run_uuid);
  const time = database.has("metrics", "timestamp") ? "max(timestamp)" : "0";
  const sql = `select count(*) as count, max(rowid) as number, ${time} as last from metrics where run_uuid = ?`;
  const [points] = database.has("metrics") ? database.rows(sql, id) : [];
  const small = [row, points, texts(database, "params", id), texts(database, "tags", id)];
  const rest = [...inputsOf(database, id, 0), ...modelsOf(database, id), ...usesOf(database, id, 0)];
  const mark = createHash("sha256")
    .update(JSON.stringify([small, rest]))
    .digest("hex");
  return { mark, last: numberOf(points?.last) ?? 0 };
}
