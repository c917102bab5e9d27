/** Traces of MLflow's protocol, version 3. */

import { parseJson } from "../../model/fields.ts";
import type { Tags } from "../../model/registry.ts";
import { type Trace, traceStates, usageOf } from "../../model/trace.ts";
import { readAssessment } from "./assessmentRoutes.ts";
import { activeExperimentOf } from "./experimentRoutes.ts";
import { invalid, missing, Parameters } from "./parameters.ts";
import { offsetOf, pageToken } from "./registrySearch.ts";
import { demandTagKey } from "./registryWire.ts";
import type { Face, Fields, Route } from "./route.ts";
import { traceFilter, traceOrder } from "./traceFilter.ts";
import { assessmentsOf, traceArtifacts, traceMessage, traceNamed, wholeTrace } from "./traceWire.ts";
import { listOf } from "./wire.ts";

const root = "mlflow/traces";

export const traceRoutes: readonly Route[] = [
  { method: "POST", path: root, major: 3, answer: start },
  { method: "GET", path: `${root}/get`, major: 3, answer: getWhole },
  { method: "GET", path: `${root}/batchGet`, major: 3, answer: batchGet },
  { method: "POST", path: `${root}/batchGetInfos`, major: 3, answer: batchGetInfos },
  { method: "POST", path: `${root}/search`, major: 3, answer: search },
  { method: "GET", path: `${root}/:trace_id`, major: 3, answer: get },
  ...([2, 3] as const).flatMap((major): Route[] => [
    { method: "POST", path: `${root}/delete-traces`, major, answer: remove },
    { method: "POST", path: `${root}/link-to-run`, major, answer: link },
    { method: "POST", path: `${root}/link-prompts`, major, answer: linkPrompts },
    { method: "PATCH", path: `${root}/:trace_id/tags`, major, answer: setTag },
    { method: "DELETE", path: `${root}/:trace_id/tags`, major, answer: deleteTag },
  ]),
];

const linkedPrompts = "mlflow.linkedPrompts";
const longestTag = 8_000;
const mostResults = 500;
const stateWords = Object.fromEntries(traceStates.map((state, at) => [state, at])) as Record<
  (typeof traceStates)[number],
  number
>;

async function start(request: Fields, face: Face): Promise<object> {
  const info = new Parameters(request).object("trace").object("trace_info");
  const id = info.requiredText("trace_id");
  const experimentId = info
    .object("trace_location")
    .object("mlflow_experiment")
    .requiredText("experiment_id");
  const experiment = await activeExperimentOf(experimentId, face);
  const metadata = tagsIn(info, "trace_metadata");
  const trace: Trace = {
    id,
    experimentId: experiment.id,
    time: timeOf(info, "request_time") ?? face.clock(),
    duration: durationOf(info.text("execution_duration")),
    state: info.wordOrNull("state", stateWords) ?? "STATE_UNSPECIFIED",
    requestPreview: info.textOrNull("request_preview"),
    responsePreview: info.textOrNull("response_preview"),
    clientRequestId: info.textOrNull("client_request_id"),
    metadata,
    tags: { ...tagsIn(info, "tags"), "mlflow.artifactLocation": traceArtifacts(experiment, id) },
    usage: usageOf(metadata),
  };
  const said = info.list("assessments", (each) => readAssessment(each, id, face));
  await face.store.traces.put(trace);
  for (const assessment of said) await face.store.traces.putAssessment(assessment);
  return { trace: { trace_info: traceMessage(await traceNamed(id, face), await assessmentsOf(id, face)) } };
}

async function get(request: Fields, face: Face): Promise<object> {
  const id = new Parameters(request).requiredText("trace_id");
  const trace = await traceNamed(id, face);
  return { trace: { trace_info: traceMessage(trace, await assessmentsOf(id, face)) } };
}

async function getWhole(request: Fields, face: Face): Promise<object> {
  const id = new Parameters(request).requiredText("trace_id");
  const trace = await traceNamed(id, face);
  return { trace: await wholeTrace(trace, await assessmentsOf(id, face), face) };
}

async function batchGet(request: Fields, face: Face): Promise<object> {
  const ids = new Parameters(request).texts("trace_ids");
  const [found, said] = [await face.store.traces.get(ids), await face.store.traces.assessments(ids)];
  const traces: object[] = [];
  for (const trace of found) traces.push(await wholeTrace(trace, said.get(trace.id) ?? [], face));
  return { traces: traces.length === 0 ? undefined : traces };
}

/** The same without their spans, which may be many. */
async function batchGetInfos(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const ids = fields.texts("trace_ids");
  if (ids.length === 0) throw missing("trace_ids");
  const within = fields.texts("experiment_ids");
  const [found, said] = [await face.store.traces.get(ids), await face.store.traces.assessments(ids)];
  const wanted = found.filter(({ experimentId }) => within.length === 0 || within.includes(experimentId));
  return { trace_infos: listOf(wanted.map((trace) => traceMessage(trace, said.get(trace.id)))) };
}

async function search(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const experimentIds = fields.list("locations", (each) =>
    each.object("mlflow_experiment").requiredText("experiment_id"),
  );
  const { traces, next } = await searched(fields, experimentIds, face);
  const said = await face.store.traces.assessments(traces.map(({ id }) => id));
  return {
    traces: traces.length === 0 ? undefined : traces.map((trace) => traceMessage(trace, said.get(trace.id))),
    next_page_token: next,
  };
}

/** One page of the traces that fit `filter`, in the order of `order_by`. */
export async function searched(
  fields: Parameters,
  experimentIds: readonly string[],
  { store }: Face,
): Promise<{ readonly traces: readonly Trace[]; readonly next: string | undefined }> {
  const filter = traceFilter(fields.text("filter"));
  const limit = fields.limit("max_results", 100, mostResults);
  if (limit < 1)
    throw invalid(`Invalid value ${limit} for parameter 'max_results' supplied: it must be positive.`);
  const order = traceOrder(fields.texts("order_by"));
  const offset = offsetOf(fields.text("page_token"));
  const found = await store.traces.search({ experimentIds, filter, order, limit, offset });
  return {
    traces: found.slice(0, limit),
    next: found.length > limit ? pageToken(offset + limit) : undefined,
  };
}

async function remove(request: Fields, { store }: Face): Promise<object> {
  const fields = new Parameters(request);
  const experimentId = fields.requiredText("experiment_id");
  const ids = [...fields.texts("request_ids"), ...fields.texts("trace_ids")];
  const until = fields.integerOrNull("max_timestamp_millis");
  const most = fields.integerOrNull("max_traces");
  if ((until === null) === (ids.length === 0))
    throw invalid("Either `max_timestamp_millis` or `request_ids` must be specified, but not both.");
  if (ids.length > 0 && most !== null)
    throw invalid("`max_traces` can't be specified if `request_ids` is specified.");
  if (most !== null && most <= 0)
    throw invalid("`max_traces` must be a positive integer, received {max_traces}.");
  const which = until === null ? { ids } : { until, most };
  return { traces_deleted: await store.traces.delete(experimentId, which) };
}

async function link(request: Fields, { store }: Face): Promise<object> {
  const fields = new Parameters(request);
  const ids = fields.texts("trace_ids");
  const runId = fields.requiredText("run_id");
  if (ids.length > 100) throw invalid(`Cannot link more than 100 traces to a run in a single request.`);
  await store.traces.link(ids, runId);
  return {};
}

/** Notes which versions of prompts a trace used where clients keep it: in a tag, as JSON. */
async function linkPrompts(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const trace = await traceNamed(fields.requiredText("trace_id"), face);
  const asked = fields.list("prompt_versions", (each) => ({
    name: each.requiredText("name"),
    version: each.requiredText("version"),
  }));
  if (asked.length === 0) throw missing("prompt_versions");
  const known = parseJson(trace.tags[linkedPrompts] ?? "[]");
  const all = [...(Array.isArray(known) ? known : []), ...asked];
  const distinct = new Map(all.map((each) => [JSON.stringify(each), each]));
  await face.store.traces.setTag(trace.id, linkedPrompts, JSON.stringify([...distinct.values()]));
  return {};
}

async function setTag(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const id = fields.requiredText("trace_id");
  const key = fields.requiredText("key");
  const value = fields.text("value");
  demandTagKey(key);
  await traceNamed(id, face);
  await face.store.traces.setTag(id, key, value.slice(0, longestTag));
  return {};
}

async function deleteTag(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const id = fields.requiredText("trace_id");
  const key = fields.requiredText("key");
  await traceNamed(id, face);
  await face.store.traces.setTag(id, key, null);
  return {};
}

/** The members of an object of texts. */
function tagsIn(fields: Parameters, name: string): Tags {
  const members = fields.object(name);
  return Object.fromEntries(members.names().map((key) => [key, members.text(key)]));
}

/** Milliseconds of an RFC 3339 time; null where none is given. */
function timeOf(fields: Parameters, name: string): number | null {
  const text = fields.text(name);
  if (text === "") return null;
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw invalid(`Invalid value ${JSON.stringify(text)} for parameter '${name}' supplied.`);
  return time;
}

/** Milliseconds of protobuf's duration: `0.161s`. */
function durationOf(text: string): number | null {
  const seconds = /^(-?\d+(?:\.\d+)?)s$/.exec(text)?.[1];
  return seconds === undefined ? null : Math.round(Number(seconds) * 1_000);
}
