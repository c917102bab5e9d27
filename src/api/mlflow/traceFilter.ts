/** What the filters and orders of trace searches mean. */

import { type FilterTree, mapLeaves } from "../../model/filterTree.ts";
import { linearPattern } from "../../model/linearPattern.ts";
import { traceKeys } from "../../model/trace.ts";
import {
  type TraceAttribute,
  type TraceClause,
  type TraceComparator,
  type TraceField,
  type TraceOrder,
  traceAttributes,
} from "../../model/traceSearch.ts";
import { quotedText, type RawClause, readFilter, readList, unquoted } from "./filterClauses.ts";
import { invalid } from "./parameters.ts";

/** Reads a filter. Throws INVALID_PARAMETER_VALUE. */
export function traceFilter(text: string): FilterTree<TraceClause> {
  return mapLeaves(readFilter(text), (clause) => {
    const field = fieldOf(clause);
    const comparator = comparatorOf(clause, field);
    return { field, comparator, value: valueFor(clause, field) };
  });
}

/** Newest first when nothing else is asked for. Throws INVALID_PARAMETER_VALUE. */
export function traceOrder(texts: readonly string[]): readonly TraceOrder[] {
  return texts.map((text) => {
    const [, name = "", direction = "asc"] =
      /^\s*((?:[\w.]|`[^`]*`|"[^"]*")+)(?:\s+(asc|desc))?\s*$/i.exec(text) ?? [];
    if (name === "") throw invalid(`Invalid order_by clause '${text}'. Could not be parsed.`);
    const dot = name.indexOf(".");
    const entity = dot < 0 ? null : name.slice(0, dot);
    const field = fieldOf({ entity, key: unquoted(name.slice(dot + 1)) });
    if (!isSingle(field)) throw invalid(`Invalid order_by entity: ${entity}`);
    return { field, descending: direction.toLowerCase() === "desc" };
  });
}

/** A trace has one value of it. */
function isSingle(field: TraceField): field is TraceOrder["field"] {
  return field.of === "attribute" || field.of === "tag" || field.of === "metadata" || field.of === "run";
}

const aliases: Readonly<Record<string, TraceAttribute>> = {
  trace_id: "request_id",
  timestamp: "timestamp_ms",
  execution_time: "execution_time_ms",
  end_time: "end_time_ms",
  state: "status",
};

const entities = [
  ...["attribute", "attributes", "trace", "tag", "tags", "metadata", "request_metadata"],
  ...["span", "feedback", "expectation"],
];

function fieldOf({ entity, key }: Pick<RawClause, "entity" | "key">): TraceField {
  switch (entity) {
    case null:
    case "attribute":
    case "attributes":
    case "trace":
      return attributeField(key);
    case "tag":
    case "tags":
      return { of: "tag", key };
    case "metadata":
    case "request_metadata":
      return { of: "metadata", key };
    case "feedback":
    case "expectation":
      return { of: entity, key };
    case "span":
      return spanField(key);
    default:
      throw invalid(`Invalid entity type '${entity}'. Valid values are [${entities.map(quoted).join(", ")}]`);
  }
}

function attributeField(name: string): TraceField {
  const key = aliases[name] ?? name;
  if (isAttribute(key)) return { of: "attribute", key };
  switch (key) {
    case "name":
      return { of: "tag", key: traceKeys.name };
    case "prompt":
      return { of: "tag", key: "mlflow.linkedPrompts" };
    case "run_id":
      return { of: "run", key };
    case "text":
      return { of: "span", key: "content" };
    default: {
      const valid = [
        ...Object.keys(traceAttributes),
        ...Object.keys(aliases),
        "name",
        "run_id",
        "prompt",
        "text",
      ];
      throw invalid(
        `Invalid attribute key '${name}' specified. Valid keys are [${valid.map(quoted).join(", ")}]`,
      );
    }
  }
}

function isAttribute(key: string): key is TraceAttribute {
  return Object.hasOwn(traceAttributes, key);
}

function spanField(key: string): TraceField {
  if (key === "name" || key === "type" || key === "status" || key === "content") return { of: "span", key };
  const attribute = key.startsWith("attributes.") ? unquoted(key.slice("attributes.".length)) : "";
  if (attribute !== "") return { of: "spanAttribute", key: attribute };
  throw invalid(
    `Invalid span attribute '${key}'. Supported attributes: name, status, type, attributes.<attribute_name>.`,
  );
}

const texts = ["=", "!=", "LIKE", "ILIKE", "RLIKE"];
const orders = ["<", "<=", ">", ">="];
const lists = ["IN", "NOT IN"];
const nulls = ["IS NULL", "IS NOT NULL"];

function comparatorOf({ comparator, key }: RawClause, field: TraceField): TraceComparator {
  if (allowed(field).includes(comparator)) return comparator;
  throw invalid(`Invalid comparator '${comparator}' for '${key}', not one of '${allowed(field).join(", ")}'`);
}

function allowed(field: TraceField): readonly string[] {
  switch (field.of) {
    case "attribute":
      return traceAttributes[field.key] === "number" ? ["=", "!=", ...orders] : [...texts, ...lists];
    case "feedback":
    case "expectation":
      return [...texts.filter((each) => each !== "RLIKE"), ...orders, ...nulls];
    case "span":
      return field.key === "content" ? ["LIKE", "ILIKE"] : [...texts, ...lists];
    case "spanAttribute":
      return [...texts, ...lists];
    default:
      return [...texts, ...lists, ...nulls];
  }
}

function valueFor({ comparator, key, value }: RawClause, field: TraceField): TraceClause["value"] {
  if (nulls.includes(comparator)) return "";
  if (lists.includes(comparator)) {
    if (value.kind === "list") return readList(value.text);
    throw invalid(`Expected a list of quoted string values for '${key}'. Got value ${value.text}`);
  }
  if (field.of === "attribute" && traceAttributes[field.key] === "number") {
    const number = Number(value.kind === "text" ? unquoted(value.text) : value.text);
    if (Number.isFinite(number)) return number;
    throw invalid(`Expected numeric value type for numeric attribute: ${key}. Found ${value.text}`);
  }
  if (value.kind === "number" && (field.of === "feedback" || field.of === "expectation"))
    return orders.includes(comparator) ? Number(value.text) : value.text;
  if (value.kind === "word" && /^(true|false)$/i.test(value.text)) return value.text.toLowerCase();
  const text = quotedText(value, field.of);
  if (comparator === "RLIKE") demandPattern(text);
  if (comparator.endsWith("LIKE") && text.length > longestPattern)
    throw invalid(`A pattern is longer than ${longestPattern} characters.`);
  return field.of === "span" && field.key === "status" ? text.toUpperCase() : text;
}

/** Longer ones are refused by the database. */
const longestPattern = 10_000;

function demandPattern(text: string): void {
  const parsed = linearPattern(text);
  if (!parsed.ok) throw invalid(`Invalid regular expression '${text.slice(0, 100)}': ${parsed.error}.`);
}

function quoted(text: string): string {
  return `'${text}'`;
}
