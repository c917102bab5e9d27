/** Traces and assessments as MLflow's clients read them. */

import type { Tags } from "../../model/registry.ts";
import type { Assessment, Trace } from "../../model/trace.ts";
import type { Experiment } from "../../model/tracking.ts";
import { rawJson } from "./anyValue.ts";
import { type Face, MlflowError } from "./route.ts";
import { underUri } from "./wire.ts";

/** Where files of a trace lie, beside those of its experiment's runs. */
export function traceArtifacts(
  { artifactLocation }: Pick<Experiment, "artifactLocation">,
  id: string,
): string {
  return underUri(artifactLocation, `traces/${id}/artifacts`);
}

/** `TraceInfoV3`. */
export function traceMessage(trace: Trace, assessments: readonly Assessment[] = []): object {
  return {
    trace_id: trace.id,
    client_request_id: trace.clientRequestId ?? undefined,
    trace_location: {
      type: "MLFLOW_EXPERIMENT",
      mlflow_experiment: { experiment_id: trace.experimentId },
    },
    request_preview: trace.requestPreview ?? undefined,
    response_preview: trace.responsePreview ?? undefined,
    request_time: new Date(trace.time).toISOString(),
    execution_duration: trace.duration === null ? undefined : `${trace.duration / 1_000}s`,
    state: trace.state,
    trace_metadata: someOf(trace.metadata),
    tags: someOf(trace.tags),
    assessments: assessments.length === 0 ? undefined : assessments.map(assessmentMessage),
  };
}

export function assessmentMessage({ content }: Assessment): object {
  return JSON.parse(content) as object;
}

export async function wholeTrace(
  trace: Trace,
  assessments: readonly Assessment[],
  face: Face,
): Promise<object> {
  const spans = await face.store.traces.spans(trace.id);
  return { trace_info: traceMessage(trace, assessments), spans: spans.map(spanMessage) };
}

/** A span with its times to the last digit: integers beyond 2^53 stay texts until they are written. */
export function spanMessage(content: string): object {
  return JSON.parse(content, exactIntegers as (key: string, value: unknown) => unknown) as object;
}

/** `context.source` is the text of a number as it stood there. */
function exactIntegers(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value) || !Number.isInteger(value)) return value;
  return context?.source === undefined ? value : rawJson(context.source);
}

function someOf(tags: Tags): Tags | undefined {
  return Object.keys(tags).length === 0 ? undefined : tags;
}

/** Throws RESOURCE_DOES_NOT_EXIST. */
export async function traceNamed(id: string, { store }: Face): Promise<Trace> {
  const [trace] = await store.traces.get([id]);
  if (trace === undefined)
    throw new MlflowError("RESOURCE_DOES_NOT_EXIST", `Trace with ID '${id}' not found.`);
  return trace;
}

export async function assessmentsOf(id: string, { store }: Face): Promise<readonly Assessment[]> {
  return (await store.traces.assessments([id])).get(id) ?? [];
}
