/** Requests as they come over HTTP → the fields that a route reads. */

import type { IncomingMessage } from "node:http";
import { parseJson } from "../../model/fields.ts";
import { fromJson, fromQuery, invalid } from "./parameters.ts";
import { longestKept } from "./pythonJson.ts";
import { type Fields, MlflowError } from "./route.ts";

/** Longest body of a call that is no file. MLflow's own limits come to far less. */
export const longestBody = 64 * 1024 * 1024;

/** All bytes of a body. Throws RESOURCE_EXHAUSTED when there are more than `most`, or what MLflow says of it. */
export async function bodyBytes(
  request: IncomingMessage,
  most = longestBody,
  refusal: string | null = null,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.byteLength;
    if (length > most)
      throw refusal === null
        ? new MlflowError("RESOURCE_EXHAUSTED", `The request is longer than ${most} bytes.`)
        : invalid(refusal);
    parts.push(part);
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, length);
}

/** The fields of a JSON body; an empty one or one that is no JSON has none. Old clients encode the JSON twice. */
export async function jsonFields(request: IncomingMessage): Promise<Fields> {
  if (request.method === "POST" || request.method === "PUT") requireJson(request.headers["content-type"]);
  // PowerShell and others mark the encoding before the first letter.
  const text = (await bodyBytes(request)).toString("utf8").replace(/^\ufeff/, "");
  const once = parseJson(text);
  const json = typeof once === "string" ? once : text;
  const value = typeof once === "string" ? parseJson(once) : once;
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw invalid("The request must be a JSON object.");
  return json.length > longestKept ? (value as Fields) : Object.assign(value, { [fromJson]: json });
}

function requireJson(type: string | undefined): void {
  if (type === undefined) throw invalid("Bad Request. Content-Type header is missing.");
  if (type.split(";")[0]?.trim().toLowerCase() !== "application/json")
    throw invalid("Bad Request. Content-Type must be one of ['application/json'].");
}

/** The keys of a query; one that is repeated is a list. */
export function queryFields(query: URLSearchParams): Fields {
  const fields: Record<string | symbol, unknown> = Object.create(null);
  fields[fromQuery] = true;
  for (const key of new Set(query.keys())) {
    const values = query.getAll(key);
    fields[key] = values.length === 1 ? values[0] : values;
  }
  return fields;
}
