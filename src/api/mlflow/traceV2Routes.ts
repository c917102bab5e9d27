/** Traces of MLflow's protocol, version 2: clients from 2.14 on begin a trace, upload its file and end it. */

import { randomUUID } from "node:crypto";
import type { Tags } from "../../model/registry.ts";
import { type Trace, usageOf } from "../../model/trace.ts";
import { activeExperimentOf } from "./experimentRoutes.ts";
import { Parameters } from "./parameters.ts";
import type { Face, Fields, Route } from "./route.ts";
import { searched } from "./traceRoutes.ts";
import { traceArtifacts, traceNamed } from "./traceWire.ts";

const root = "mlflow/traces";

export const traceV2Routes: readonly Route[] = [
  { method: "POST", path: root, major: 2, answer: start },
  { method: "GET", path: root, major: 2, answer: search },
  { method: "PATCH", path: `${root}/:trace_id`, major: 2, answer: end },
  { method: "GET", path: `${root}/:trace_id/info`, major: 2, answer: get },
];

const states = { TRACE_STATUS_UNSPECIFIED: 0, OK: 1, ERROR: 2, IN_PROGRESS: 3 } as const;

async function start(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const experiment = await activeExperimentOf(fields.requiredText("experiment_id"), face);
  const id = `tr-${randomUUID().replaceAll("-", "")}`;
  const metadata = pairs(fields, "request_metadata");
  const trace: Trace = {
    id,
    experimentId: experiment.id,
    time: fields.integerOrNull("timestamp_ms") ?? face.clock(),
    duration: null,
    state: "IN_PROGRESS",
    requestPreview: null,
    responsePreview: null,
    clientRequestId: null,
    metadata,
    tags: { ...pairs(fields, "tags"), "mlflow.artifactLocation": traceArtifacts(experiment, id) },
    usage: usageOf(metadata),
  };
  await face.store.traces.put(trace);
  return { trace_info: message(await traceNamed(id, face)) };
}

async function end(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const before = await traceNamed(fields.requiredText("trace_id"), face);
  const ended = fields.integerOrNull("timestamp_ms") ?? face.clock();
  const status = fields.wordOrNull("status", states) ?? "TRACE_STATUS_UNSPECIFIED";
  const metadata = pairs(fields, "request_metadata");
  await face.store.traces.put({
    ...before,
    duration: Math.max(0, ended - before.time),
    state: status === "TRACE_STATUS_UNSPECIFIED" ? "STATE_UNSPECIFIED" : status,
    metadata: { ...before.metadata, ...metadata },
    tags: { ...before.tags, ...pairs(fields, "tags") },
  });
  return { trace_info: message(await traceNamed(before.id, face)) };
}

async function get(request: Fields, face: Face): Promise<object> {
  return { trace_info: message(await traceNamed(new Parameters(request).requiredText("trace_id"), face)) };
}

async function search(request: Fields, face: Face): Promise<object> {
  const fields = new Parameters(request);
  const { traces, next } = await searched(fields, fields.texts("experiment_ids"), face);
  return { traces: traces.length === 0 ? undefined : traces.map(message), next_page_token: next };
}

/** `TraceInfo` of version 2. */
function message({ id, experimentId, time, duration, state, metadata, tags }: Trace): object {
  return {
    request_id: id,
    experiment_id: experimentId,
    timestamp_ms: time,
    execution_time_ms: duration ?? undefined,
    status: state === "STATE_UNSPECIFIED" ? "TRACE_STATUS_UNSPECIFIED" : state,
    request_metadata: listed(metadata),
    tags: listed(tags),
  };
}

function listed(tags: Tags): readonly object[] | undefined {
  const items = Object.entries(tags).map(([key, value]) => ({ key, value }));
  return items.length === 0 ? undefined : items;
}

function pairs(fields: Parameters, name: string): Tags {
  return Object.fromEntries(fields.pairs(name).map(({ key, value }) => [key, value]));
}
