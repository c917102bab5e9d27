/** OpenTelemetry's way in: `POST /v1/traces`, protobuf or JSON, for the experiment that a header names. */

import { gunzipSync, inflateSync } from "node:zlib";
import { parseJson } from "../../model/fields.ts";
import { traceKeys } from "../../model/trace.ts";
import { bodyBytes, longestBody } from "./body.ts";
import { activeExperimentOf } from "./experimentRoutes.ts";
import type { OtlpSpan } from "./otlpSpan.ts";
import { invalid, missing } from "./parameters.ts";
import { type Face, MlflowError, type Plugin } from "./route.ts";
import { spansInJson } from "./traceOtlpJson.ts";
import { BadMessage, spansInProtobuf } from "./traceProtobuf.ts";
import { batchesOf, endedTraces } from "./traceSpans.ts";
import { traceArtifacts } from "./traceWire.ts";

export const traceOtlp: Plugin = (app, face) => {
  app.post("/v1/traces", async (request, reply) => {
    const type = mediaType(request.headers["content-type"]);
    const experimentId = one(request.headers["x-mlflow-experiment-id"]);
    if (experimentId === "") throw unprocessable(missing("x-mlflow-experiment-id").message);
    const bytes = plain(await bodyBytes(request.raw), one(request.headers["content-encoding"]));
    const spans = read(bytes, type);
    await take(spans, experimentId, one(request.headers["x-mlflow-run-id"]), await face());
    if (type === "application/json") return reply.type(type).send("{}");
    return reply.type(type).send(Buffer.alloc(0));
  });
};

async function take(
  spans: readonly OtlpSpan[],
  experimentId: string,
  runId: string,
  face: Face,
): Promise<void> {
  const experiment = await activeExperimentOf(experimentId, face);
  const batches = batchesOf(experiment.id, spans).map(({ trace, spans: own }) => {
    const tags = { ...trace.tags, [traceKeys.artifacts]: traceArtifacts(experiment, trace.id) };
    return { trace: { ...trace, tags }, spans: own };
  });
  await face.store.traces.addSpans(batches);
  if (runId !== "") await face.store.traces.link(endedTraces(spans), runId);
}

function read(bytes: Uint8Array, type: string): readonly OtlpSpan[] {
  let spans: readonly OtlpSpan[];
  try {
    spans =
      type === "application/json"
        ? spansInJson(parseJson(Buffer.from(bytes).toString("utf8")))
        : spansInProtobuf(bytes);
  } catch (thrown) {
    if (thrown instanceof BadMessage) throw invalid(`Invalid OpenTelemetry format: ${thrown.message}`);
    throw thrown;
  }
  if (spans.length === 0) throw invalid("Invalid OpenTelemetry format - no spans found");
  for (const { traceId, spanId, parentId } of spans)
    if (traceId.length !== 16 || spanId.length !== 8 || (parentId.length !== 0 && parentId.length !== 8))
      throw unprocessable("Invalid OpenTelemetry format: a trace id has 16 bytes and a span id 8");
  return spans;
}

/** Not to be sent again as it is. */
function unprocessable(message: string): MlflowError {
  return new MlflowError("INVALID_PARAMETER_VALUE", message, 422);
}

function mediaType(header: string | undefined): "application/json" | "application/x-protobuf" {
  const type = header?.split(";")[0]?.trim().toLowerCase();
  if (type === "application/json" || type === "application/x-protobuf") return type;
  throw invalid(`Invalid Content-Type: ${header}. Expected: application/x-protobuf or application/json`);
}

/** A small body must not become a huge one. */
function plain(bytes: Buffer, encoding: string): Uint8Array {
  if (encoding === "" || encoding === "identity") return bytes;
  const unpack = { gzip: gunzipSync, deflate: inflateSync }[encoding];
  if (unpack === undefined) throw invalid(`Unsupported Content-Encoding: ${encoding}`);
  try {
    return unpack(bytes, { maxOutputLength: longestBody });
  } catch (thrown) {
    if (thrown instanceof RangeError)
      throw new MlflowError("RESOURCE_EXHAUSTED", `The request is longer than ${longestBody} bytes.`);
    throw invalid("Failed to decompress the request.");
  }
}

function one(header: string | readonly string[] | undefined): string {
  return typeof header === "string" ? header.trim() : (header?.[0] ?? "");
}
