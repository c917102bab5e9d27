/** A trace as a file, for pages that show it: its spans as clients keep them, or a file that was sent along with it. */

import { exactJson, type KeyValue, plainValue } from "./anyValue.ts";
import { partsOf, placeOf } from "./artifactPlaces.ts";
import { queryOf, send } from "./artifactProxy.ts";
import { queryFields } from "./body.ts";
import { Parameters } from "./parameters.ts";
import { type Face, MlflowError, type Plugin } from "./route.ts";
import { spanMessage, traceNamed } from "./traceWire.ts";

const fileName = "traces.json";

export const traceDownload: Plugin = (app, face) => {
  for (const root of ["api/2.0", "api/3.0"])
    app.get(`/${root}/mlflow/get-trace-artifact`, async (request, reply) => {
      const asked = new Parameters(queryFields(queryOf(request)));
      const id = asked.text("request_id") || asked.text("trace_id");
      if (id === "")
        throw new MlflowError("BAD_REQUEST", 'Request must include the "request_id" query parameter.');
      const now = await face();
      const trace = await traceNamed(id, now);
      const path = asked.text("path");
      const kept = (name: string) => placeOf(`${trace.experimentId}/traces/${id}/artifacts/${name}`, now);
      if (path !== "") return send(await kept(`attachments/${partsOf(path).join("/")}`), request, reply);
      const spans = await spansOf(id, now);
      if (spans.length === 0) return send(await kept(fileName), request, reply);
      return reply
        .header("content-disposition", `attachment; filename=${fileName}`)
        .type("application/octet-stream")
        .send(exactJson({ spans }));
    });
};

async function spansOf(id: string, { store }: Face): Promise<readonly object[]> {
  return (await store.traces.spans(id)).map((content) => fileSpan(spanMessage(content) as StoredSpan, id));
}

interface StoredSpan {
  readonly attributes?: readonly KeyValue[];
  readonly parent_span_id?: string;
  readonly events?: readonly (object & { readonly attributes?: readonly KeyValue[] })[];
  readonly links?: readonly unknown[];
}

/** Attributes are JSON in texts there; those of events are plain. */
function fileSpan(span: StoredSpan, id: string): object {
  const attributes = Object.entries(plainPairs(span.attributes)).map(([key, value]) => [
    key,
    exactJson(value),
  ]);
  return {
    ...span,
    parent_span_id: span.parent_span_id ?? null,
    attributes: { "mlflow.traceRequestId": exactJson(id), ...Object.fromEntries(attributes) },
    events: (span.events ?? []).map((event) => ({ ...event, attributes: plainPairs(event.attributes) })),
    links: span.links ?? [],
  };
}

function plainPairs(pairs: readonly KeyValue[] = []): Readonly<Record<string, unknown>> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, plainValue(value) ?? null]));
}
