/** What clients of MLflow's protocol log to a run: metrics, parameters, tags, data sets and logged models. */

import { parseJson } from "../../model/fields.ts";
import type { InputRecord, JournalRecord, MetricRecord, ModelUseRecord } from "../../model/journal.ts";
import { runNameTag } from "../../model/tracking.ts";
import type { RunAtWrite } from "../../store/store.ts";
import { writeToRun } from "./clientWrites.ts";
import { checkLength, checkMetric, checkParameter, checkTag, cut, limits } from "./limits.ts";
import { invalid, missing, Parameters } from "./parameters.ts";
import { type Face, type Fields, MlflowError, type Route } from "./route.ts";

interface Metric {
  readonly key: string;
  readonly value: number;
  readonly time: number;
  readonly step: number;
  readonly model: string;
  readonly dataset: { readonly name: string; readonly digest: string } | null;
}
type Pair = readonly [key: string, value: string];

/** Longest name of a run; it is one line. */
const longestName = 250;

async function logMetric(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const id = asked.runId();
  const metric = readMetric(asked);
  checkMetric(metric, "");
  await writeToRun(id, face, {}, () => metricRecords([metric]));
  return {};
}

function readMetric(asked: Parameters): Metric {
  const key = asked.requiredText("key");
  const value = asked.requiredNumber("value");
  const time = asked.requiredInteger("timestamp");
  const step = asked.integerOrNull("step") ?? 0;
  const name = asked.text("dataset_name");
  const digest = asked.text("dataset_digest");
  const dataset = name === "" ? null : { name, digest: digest || "?" };
  return { key, value, time, step, model: asked.text("model_id"), dataset };
}

/** One record for neighbors of the same moment that are about the same thing. */
function metricRecords(metrics: readonly Metric[]): readonly MetricRecord[] {
  const records: MetricRecord[] = [];
  let values: Record<string, number> = {};
  let last: Metric | null = null;
  for (const metric of metrics) {
    const { key, value, time, step, model, dataset } = metric;
    if (last === null || !isSameMoment(last, metric) || Object.hasOwn(values, key)) {
      values = Object.create(null);
      records.push({
        ...{ kind: "metric", time, step, values, source: "mlflow" },
        ...(model === "" ? {} : { model }),
        ...(dataset === null ? {} : { dataset }),
      });
    }
    values[key] = value;
    last = metric;
  }
  return records;
}

function isSameMoment(a: Metric, b: Metric): boolean {
  return (
    a.time === b.time &&
    a.step === b.step &&
    a.model === b.model &&
    a.dataset?.name === b.dataset?.name &&
    a.dataset?.digest === b.dataset?.digest
  );
}

async function logParameter(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const id = asked.runId();
  const [key, value] = checkParameter(asked.requiredText("key"), asked.text("value"), "");
  await writeToRun(id, face, { parameters: [key] }, ({ parameters }) => {
    const known = parameters.get(key);
    if (known !== undefined && known !== value)
      throw invalid(
        `Changing param values is not allowed. Param with key='${key}' was already logged with value='${known}' ` +
          `for run ID='${id}'. Attempted logging new value '${value}'.`,
      );
    return known === undefined ? [parameterRecord([key, value], face)] : [];
  });
  return {};
}

function parameterRecord([key, value]: Pair, { clock }: Face): JournalRecord {
  return { kind: "parameter", time: clock(), key, value, source: "mlflow" };
}

async function setTag(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const id = asked.runId();
  const tag = checkTag(asked.requiredText("key"), asked.text("value"), "");
  await writeToRun(id, face, {}, () => tagRecords([tag], face));
  return {};
}

/** The tag with the run's name is its name. */
function tagRecords(tags: readonly Pair[], { clock }: Face): readonly JournalRecord[] {
  return tags.map(([key, value]) => {
    const name =
      key === runNameTag ? cut(value.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim(), longestName) : "";
    return name === "" ? { kind: "tag", time: clock(), key, value } : { kind: "run", time: clock(), name };
  });
}

async function deleteTag(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const id = asked.runId();
  const key = asked.requiredText("key");
  await writeToRun(id, face, { tags: [key] }, ({ tags }) => {
    if (!tags.has(key))
      throw new MlflowError("RESOURCE_DOES_NOT_EXIST", `No tag with name: ${key} in run with id ${id}`);
    return [{ kind: "tag", time: face.clock(), key, value: null }];
  });
  return {};
}

async function logBatch(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const id = asked.runId();
  const metrics = asked.list("metrics", readMetric);
  const parameters = asked.list("params", (item) => [item.requiredText("key"), item.text("value")] as const);
  const tags = asked.list("tags", (item) => [item.requiredText("key"), item.text("value")] as const);
  for (const [at, metric] of metrics.entries())
    checkMetric(metric, `metrics[${at}].`, metrics[at - 1]?.key === metric.key);
  const cutParameters = parameters.map(([key, value], at) => checkParameter(key, value, `params[${at}].`));
  const cutTags = tags.map(([key, value], at) => checkTag(key, value, `tags[${at}].`));
  checkBatch("metrics", metrics.length, limits.metricsPerBatch);
  checkBatch("params", parameters.length, limits.textsPerBatch);
  checkBatch("tags", tags.length, limits.textsPerBatch);
  const total = metrics.length + parameters.length + tags.length;
  checkBatch("metrics, params, and tags", total, limits.entitiesPerBatch);
  checkDistinct(cutParameters.map(([key]) => key));
  const looked = { parameters: cutParameters.map(([key]) => key) };
  await writeToRun(id, face, looked, (run) => [
    ...newParameters(id, cutParameters, run).map((pair) => parameterRecord(pair, face)),
    ...metricRecords(metrics),
    ...tagRecords(cutTags, face),
  ]);
  return {};
}

/** Parameters that the run has not got yet. Refuses the whole batch when one would change. */
function newParameters(id: string, pairs: readonly Pair[], { parameters }: RunAtWrite): readonly Pair[] {
  const changed = pairs.filter(([key, value]) => parameters.has(key) && parameters.get(key) !== value);
  if (changed.length > 0) {
    const listed = changed.map(
      ([key, value]) => `{'key': '${key}', 'old_value': '${parameters.get(key)}', 'new_value': '${value}'}`,
    );
    throw invalid(
      `Changing param values is not allowed. Params were already logged='[${listed.join(", ")}]' for run ID='${id}'.`,
    );
  }
  return pairs.filter(([key]) => !parameters.has(key));
}

function checkBatch(what: string, count: number, most: number): void {
  if (count > most)
    throw invalid(
      `A batch logging request can contain at most ${most} ${what}. Got ${count} ${what}. ` +
        `Please split up ${what} across multiple requests and try again.`,
    );
}

function checkDistinct(keys: readonly string[]): void {
  const doubled = keys.filter((key, at) => keys.indexOf(key) < at);
  if (doubled.length > 0)
    throw invalid(
      `Duplicate parameter keys have been submitted: [${doubled.map((key) => `'${key}'`).join(", ")}]. ` +
        "Please ensure the request contains only one param value per param key.",
    );
}

async function logInputs(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const id = asked.runId();
  const datasets = asked.list("datasets", (item) => readDataset(item, face));
  const models = asked.list("models", (item) => item.requiredText("model_id"));
  await writeToRun(id, face, {}, () => [
    ...datasets,
    ...models.map((model): ModelUseRecord => ({ kind: "model_input", time: face.clock(), model, step: 0 })),
  ]);
  return {};
}

function readDataset(item: Parameters, { clock }: Face): InputRecord {
  const dataset = item.object("dataset");
  const tags = item.pairs("tags");
  const record: InputRecord = {
    ...{ kind: "input", time: clock() },
    name: dataset.text("name"),
    digest: dataset.text("digest"),
    source_type: dataset.text("source_type"),
    source: dataset.text("source"),
    schema: dataset.text("schema") || null,
    profile: dataset.text("profile") || null,
    tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
  };
  if (record.name === "") throw missing("datasets.dataset.name");
  if (record.digest === "") throw missing("datasets.dataset.digest");
  checkLength("name", record.name, 500);
  checkLength("digest", record.digest, 36);
  checkLength("source", record.source, 65_535);
  checkLength("schema", record.schema ?? "", 1_048_575);
  checkLength("profile", record.profile ?? "", 16_777_215);
  for (const { key, value } of tags) {
    checkLength("key", key, 255);
    checkLength("value", value, 500);
  }
  return record;
}

async function logOutputs(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const id = asked.runId();
  const models = asked.list("models", (item) => ({
    model: item.requiredText("model_id"),
    step: item.integerOrNull("step") ?? 0,
  }));
  if (!asked.has("models")) throw missing("models");
  await writeToRun(id, face, {}, () =>
    models.map((use): ModelUseRecord => ({ kind: "model_output", time: face.clock(), ...use })),
  );
  return {};
}

const historyTag = "mlflow.log-model.history";
const modelMembers = ["artifact_path", "flavors", "utc_time_created", "run_id"];

/** What clients before MLflow 3 say of a model that they have logged: it goes into a tag. */
async function logModel(fields: Fields, face: Face): Promise<object> {
  const asked = new Parameters(fields);
  const id = asked.runId();
  const text = asked.requiredText("model_json");
  const model = parseJson(text);
  if (typeof model !== "object" || model === null || Array.isArray(model))
    throw invalid(`Malformed model info. \n ${text} \n is not a valid JSON.`);
  const lacking = modelMembers.filter((name) => !Object.hasOwn(model, name));
  if (lacking.length > 0)
    throw invalid(
      `Model json is missing mandatory fields: {${lacking.map((name) => `'${name}'`).join(", ")}}`,
    );
  await writeToRun(id, face, { tags: [historyTag] }, ({ tags }) => {
    const before = parseJson(tags.get(historyTag) ?? "[]");
    const value = JSON.stringify([...(Array.isArray(before) ? before : []), briefModel(model)]);
    return [{ kind: "tag", time: face.clock(), key: historyTag, value }];
  });
  return {};
}

/** Without the configuration of its flavors, as MLflow keeps it in the tag. */
function briefModel(model: object): object {
  const { flavors, ...rest } = model as { readonly flavors?: unknown };
  const known = typeof flavors === "object" && flavors !== null ? Object.entries(flavors) : [];
  const brief = known.map(([name, flavor]) => {
    const { config: _, ...kept } = (typeof flavor === "object" ? flavor : {}) as { config?: unknown };
    return [name, kept];
  });
  return { ...rest, flavors: Object.fromEntries(brief) };
}

export const logRoutes: readonly Route[] = [
  { method: "POST", path: "mlflow/runs/log-metric", major: 2, answer: logMetric },
  { method: "POST", path: "mlflow/runs/log-parameter", major: 2, answer: logParameter },
  { method: "POST", path: "mlflow/runs/set-tag", major: 2, answer: setTag },
  { method: "POST", path: "mlflow/runs/delete-tag", major: 2, answer: deleteTag },
  { method: "POST", path: "mlflow/runs/log-batch", major: 2, answer: logBatch },
  { method: "POST", path: "mlflow/runs/log-inputs", major: 2, answer: logInputs },
  { method: "POST", path: "mlflow/runs/outputs", major: 2, answer: logOutputs },
  { method: "POST", path: "mlflow/runs/log-model", major: 2, answer: logModel },
];
