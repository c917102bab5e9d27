/** Evaluation data sets of MLflow's protocol: records of inputs, and of what is expected of them. */

import { createHash, randomUUID } from "node:crypto";
import { canonicalJson } from "../../model/canonicalJson.ts";
import type { DatasetRecord, EvaluationDataset } from "../../model/evaluation.ts";
import { isObject, parseJson } from "../../model/fields.ts";
import { fitsTree } from "../../model/filterTree.ts";
import type { Tags } from "../../model/registry.ts";
import { activeExperimentOf } from "./experimentRoutes.ts";
import { invalid, Parameters } from "./parameters.ts";
import { fits, parseFilter } from "./registryFilter.ts";
import { orderOf, page } from "./registrySearch.ts";
import { type Face, type Fields, MlflowError, type Route } from "./route.ts";

const root = "mlflow/datasets";
const named = `${root}/:dataset_id`;

export const evaluationRoutes: readonly Route[] = [
  { method: "POST", path: `${root}/create`, major: 3, answer: create },
  { method: "POST", path: `${root}/search`, major: 3, answer: search },
  { method: "GET", path: `${root}/search`, major: 3, answer: search },
  { method: "GET", path: named, major: 3, answer: get },
  { method: "DELETE", path: named, major: 3, answer: remove },
  { method: "PATCH", path: `${named}/tags`, major: 3, answer: setTags },
  { method: "DELETE", path: `${named}/tags/:key`, major: 3, answer: deleteTag },
  { method: "POST", path: `${named}/records`, major: 3, answer: upsert },
  { method: "GET", path: `${named}/records`, major: 3, answer: records },
  { method: "DELETE", path: `${named}/records`, major: 3, answer: deleteRecords },
  { method: "GET", path: `${named}/experiment-ids`, major: 3, answer: experimentIds },
  { method: "POST", path: `${named}/add-experiments`, major: 3, answer: addExperiments },
  { method: "POST", path: `${named}/remove-experiments`, major: 3, answer: removeExperiments },
];

async function create(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const name = fields.requiredText("name");
  const ids = fields.texts("experiment_ids");
  const tags = tagsOf(fields.text("tags"));
  if (name.trim() === "") throw invalid("Dataset name cannot be empty");
  for (const id of ids) await activeExperimentOf(id, face);
  const time = face.clock();
  const by = tags["mlflow.user"] ?? face.person.name;
  const dataset: EvaluationDataset = {
    id: `d-${randomUUID().replaceAll("-", "")}`,
    name,
    tags,
    digest: digestOf([name, time]),
    schema: null,
    profile: null,
    ...{ created: time, updated: time, createdBy: by, updatedBy: by, experimentIds: [...new Set(ids)] },
  };
  await face.store.evaluations.putDataset(dataset);
  return { dataset: { ...message(dataset), experiment_ids: ids.length === 0 ? undefined : ids } };
}

async function get(request: Fields, face: Face): Promise<object> {
  return { dataset: message(await datasetNamed(request, face)) };
}

async function remove(request: Fields, { store }: Face): Promise<object> {
  await store.evaluations.deleteDataset(new Parameters(request).requiredText("dataset_id"));
  return {};
}

const names = ["name", "created_by", "last_updated_by", "created_time", "last_update_time"];

async function search(request: Fields, { store }: Face): Promise<object> {
  const fields = new Parameters(request);
  const wanted = new Set(fields.texts("experiment_ids"));
  const filter = parseFilter(fields.text("filter_string"), names);
  const most = fields.limit("max_results", 1_000, 50_000);
  const order = orderOf(fields.texts("order_by"), orderKeys, "-created_time");
  const fitting = (await store.evaluations.datasets()).filter(
    (dataset) =>
      (wanted.size === 0 || dataset.experimentIds.some((id) => wanted.has(id))) &&
      fitsTree(filter, (clause) =>
        fits(clause.of === "tag" ? dataset.tags[clause.key] : orderKeys[clause.key]?.(dataset), clause),
      ),
  );
  const { found, next } = page(fitting.toSorted(order), most, fields.text("page_token"));
  return { datasets: found.length === 0 ? undefined : found.map(message), next_page_token: next };
}

const orderKeys: Readonly<Record<string, (dataset: EvaluationDataset) => string | number>> = {
  name: ({ name }) => name,
  created_by: ({ createdBy }) => createdBy,
  last_updated_by: ({ updatedBy }) => updatedBy,
  created_time: ({ created }) => created,
  last_update_time: ({ updated }) => updated,
};

async function setTags(request: Fields, face: Face): Promise<object> {
  const dataset = await datasetNamed(request, face);
  const tags = tagsOf(new Parameters(request).requiredText("tags"));
  await change(dataset, { tags: { ...dataset.tags, ...tags } }, face);
  return {};
}

async function deleteTag(request: Fields, face: Face): Promise<object> {
  const dataset = await datasetNamed(request, face);
  const { [new Parameters(request).requiredText("key")]: _, ...tags } = dataset.tags;
  await change(dataset, { tags }, face);
  return {};
}

/** Records with inputs that are there already get what is new of expectations, outputs and tags. */
async function upsert(request: Fields, face: Face): Promise<object> {
  const dataset = await datasetNamed(request, face);
  const given = parseJson(new Parameters(request).requiredText("records"));
  if (!Array.isArray(given) || !given.every(isObject))
    throw invalid("Records must be a JSON list of objects.");
  const { evaluations } = face.store;
  const known = new Map((await evaluations.records(dataset.id)).map((record) => [record.inputs, record]));
  const changed = new Map<string, DatasetRecord>();
  let inserted = 0;
  for (const record of given) {
    const inputs = digestOf(record.inputs ?? {});
    const before = changed.get(inputs) ?? known.get(inputs);
    if (before === undefined) inserted += 1;
    changed.set(inputs, merged(record, inputs, before, dataset, face));
  }
  known.clear();
  for (const record of await evaluations.records(dataset.id)) known.set(record.inputs, record);
  const all = [...new Map([...known, ...changed]).values()];
  const content = { schema: schemaOf(all), profile: JSON.stringify({ num_records: all.length }) };
  await change(dataset, { ...content, digest: digestOf(all.map((each) => each.content)) }, face, [
    ...changed.values(),
  ]);
  return { inserted_count: inserted, updated_count: given.length - inserted };
}

function merged(
  given: Readonly<Record<string, unknown>>,
  inputs: string,
  before: DatasetRecord | undefined,
  { id: datasetId }: EvaluationDataset,
  { clock, person }: Face,
): DatasetRecord {
  const old = before === undefined ? {} : (JSON.parse(before.content) as Record<string, unknown>);
  const time = clock();
  const tags = { ...objectOf(old.tags), ...objectOf(given.tags) };
  const expectations = { ...objectOf(old.expectations), ...objectOf(given.expectations) };
  const by = typeof tags["mlflow.user"] === "string" ? tags["mlflow.user"] : person.name;
  const id = before?.id ?? `dr-${randomUUID().replaceAll("-", "")}`;
  const source = isObject(given.source) ? given.source : old.source;
  const content = {
    dataset_record_id: id,
    dataset_id: datasetId,
    inputs: given.inputs ?? {},
    outputs: given.outputs ?? old.outputs ?? {},
    ...(Object.keys(expectations).length === 0 ? {} : { expectations }),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
    ...(source === undefined ? {} : { source }),
    ...(isObject(source) ? { source_type: source.source_type } : {}),
    ...(isObject(source) && isObject(source.source_data) ? { source_id: source.source_data.trace_id } : {}),
    created_time: before?.created ?? time,
    last_update_time: time,
    created_by: old.created_by ?? by,
    last_updated_by: by,
  };
  return { id, datasetId, inputs, created: before?.created ?? time, content: JSON.stringify(content) };
}

async function records(request: Fields, face: Face): Promise<object> {
  const dataset = await datasetNamed(request, face);
  const fields = new Parameters(request);
  const most = fields.limit("max_results", 1_000, 50_000);
  const all = await face.store.evaluations.records(dataset.id);
  const { found, next } = page(all, most, fields.text("page_token"));
  return { records: `[${found.map(({ content }) => content).join(", ")}]`, next_page_token: next };
}

async function deleteRecords(request: Fields, face: Face): Promise<object> {
  const dataset = await datasetNamed(request, face);
  const ids = new Parameters(request).texts("dataset_record_ids");
  return { deleted_count: await face.store.evaluations.deleteRecords(dataset.id, ids) };
}

async function experimentIds(request: Fields, face: Face): Promise<object> {
  const ids = (await datasetNamed(request, face)).experimentIds;
  return { experiment_ids: ids.length === 0 ? undefined : ids };
}

async function addExperiments(request: Fields, face: Face): Promise<object> {
  const dataset = await datasetNamed(request, face);
  const asked = new Parameters(request).texts("experiment_ids");
  for (const id of asked) await activeExperimentOf(id, face);
  const after = await change(
    dataset,
    { experimentIds: [...new Set([...dataset.experimentIds, ...asked])] },
    face,
  );
  return { dataset: { ...message(after), experiment_ids: after.experimentIds } };
}

async function removeExperiments(request: Fields, face: Face): Promise<object> {
  const dataset = await datasetNamed(request, face);
  const gone = new Set(new Parameters(request).texts("experiment_ids"));
  const after = await change(
    dataset,
    { experimentIds: dataset.experimentIds.filter((id) => !gone.has(id)) },
    face,
  );
  return { dataset: { ...message(after), experiment_ids: after.experimentIds } };
}

async function change(
  dataset: EvaluationDataset,
  to: Partial<EvaluationDataset>,
  { store, clock, person }: Face,
  changed: readonly DatasetRecord[] = [],
): Promise<EvaluationDataset> {
  const after = { ...dataset, ...to, updated: clock(), updatedBy: to.tags?.["mlflow.user"] ?? person.name };
  await store.evaluations.putDataset(after, changed);
  return after;
}

async function datasetNamed(request: Fields, { store }: Face): Promise<EvaluationDataset> {
  const id = new Parameters(request).requiredText("dataset_id");
  const dataset = await store.evaluations.dataset(id);
  if (dataset === null)
    throw new MlflowError("RESOURCE_DOES_NOT_EXIST", `Evaluation dataset with id '${id}' not found`);
  return dataset;
}

function message(dataset: EvaluationDataset): object {
  return {
    dataset_id: dataset.id,
    name: dataset.name,
    tags: JSON.stringify(dataset.tags),
    schema: dataset.schema ?? undefined,
    profile: dataset.profile ?? undefined,
    digest: dataset.digest,
    created_time: dataset.created,
    last_update_time: dataset.updated,
    created_by: dataset.createdBy,
    last_updated_by: dataset.updatedBy,
  };
}

/** Tags come as JSON in a text; values that are no texts become some. */
function tagsOf(text: string): Tags {
  if (text === "") return {};
  const tags = parseJson(text);
  if (!isObject(tags)) throw invalid(`Invalid tags: ${text.slice(0, 100)}`);
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/** The types of the members of inputs, outputs and expectations, as far as the records have them. */
function schemaOf(all: readonly DatasetRecord[]): string {
  const schema: Record<string, Record<string, string>> = { inputs: {}, outputs: {}, expectations: {} };
  for (const { content } of all) {
    const record = JSON.parse(content) as Record<string, unknown>;
    for (const [part, types] of Object.entries(schema))
      for (const [key, value] of Object.entries(objectOf(record[part]))) types[key] ??= typeName(value);
  }
  return JSON.stringify({ ...schema, version: "1.0" });
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "float";
  return typeof value;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function digestOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 32);
}
