/** What MLflow's `MLmodel` file says of a model, made short enough to be read. */

import { isObject, parseJson } from "./fields.ts";
import type { ModelSignature } from "./registry.ts";

const mostColumns = 200;
const longestColumn = 200;

/** `content` is the parsed file; null when it is not one. */
export function signatureOf(content: unknown): ModelSignature | null {
  if (!isObject(content)) return null;
  const { flavors, signature } = content;
  if (!isObject(flavors)) return null;
  const { inputs, outputs } = isObject(signature) ? signature : { inputs: null, outputs: null };
  return {
    flavors: Object.keys(flavors).sort().slice(0, mostColumns),
    inputs: columnsOf(inputs),
    outputs: columnsOf(outputs),
    ...exampleOf(content.saved_input_example_info),
  };
}

function exampleOf(info: unknown): { readonly example?: string } {
  const path = isObject(info) ? info.artifact_path : undefined;
  return typeof path === "string" && path !== "" && path.length <= longestColumn ? { example: path } : {};
}

/** Columns come as JSON in a text. */
function columnsOf(text: unknown): readonly string[] {
  const columns = typeof text === "string" ? parseJson(text) : text;
  if (!Array.isArray(columns)) return [];
  return columns.slice(0, mostColumns).map(columnText);
}

function columnText(column: unknown): string {
  if (!isObject(column)) return String(column).slice(0, longestColumn);
  const { name, required } = column;
  const optional = required === false ? " (optional)" : "";
  const text = `${typeof name === "string" ? `${name}: ` : ""}${typeText(column)}${optional}`;
  return text.slice(0, longestColumn);
}

function typeText(column: Readonly<Record<string, unknown>>, depth = 0): string {
  const { type } = column;
  if (depth > 5) return "…";
  const tensor = column["tensor-spec"];
  if (isObject(tensor)) {
    const shape = Array.isArray(tensor.shape) ? tensor.shape.join(", ") : "";
    return `tensor ${String(tensor.dtype)} (${shape})`;
  }
  const inner = (value: unknown) => (isObject(value) ? typeText(value, depth + 1) : String(value));
  if (type === "array") return `array of ${inner(column.items)}`;
  if (type === "map") return `map of ${inner(column.values)}`;
  if (type === "object" && isObject(column.properties))
    return `{${Object.entries(column.properties)
      .map(([key, value]) => `${key}: ${inner(value)}`)
      .join(", ")}}`;
  return typeof type === "string" ? type : "any";
}
