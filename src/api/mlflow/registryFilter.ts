/** What the filters of registry searches mean. */

import { type FilterTree, mapLeaves } from "../../model/filterTree.ts";
import { type Comparator, quotedText, readFilter, readList, type Value } from "./filterClauses.ts";
import { invalid } from "./parameters.ts";

export interface Clause {
  readonly of: "attribute" | "tag";
  readonly key: string;
  readonly comparator: Comparator;
  readonly value: string | number | readonly string[];
}

/** Reads a filter; `attributes` are the names that stand without an entity. Throws INVALID_PARAMETER_VALUE. */
export function parseFilter(text: string, attributes: readonly string[]): FilterTree<Clause> {
  return mapLeaves(readFilter(text), ({ entity, key, comparator, value }) => {
    const of = entityOf(entity, key, attributes);
    return { of, key, comparator, value: readValue(value, of) };
  });
}

function entityOf(entity: string | null, key: string, attributes: readonly string[]): Clause["of"] {
  if (entity === "tag" || entity === "tags") return "tag";
  if (entity !== null && entity !== "attribute")
    throw invalid(`Invalid entity type '${entity}'. Valid entity types are ('attribute', 'tag', 'tags')`);
  if (attributes.includes(key)) return "attribute";
  const valid = attributes.map((name) => `'${name}'`).join(", ");
  throw invalid(`Invalid attribute key '${key}' specified. Valid keys are '{${valid}}'`);
}

function readValue(value: Value, of: Clause["of"]): Clause["value"] {
  const { kind, text } = value;
  if (kind === "text" || kind === "word" || of === "tag") return quotedText(value, of);
  if (kind === "number") return Number(text);
  if (kind === "list") return readList(text);
  throw invalid(
    `Expected a quoted string value or a list of quoted string values for attributes. Got value ${text}`,
  );
}

/** Does a value fit? Values that are absent fit nothing. */
export function fits(actual: string | number | undefined, { comparator, value }: Clause): boolean {
  if (actual === undefined) return false;
  switch (comparator) {
    case "=":
      return actual === value;
    case "!=":
      return actual !== value;
    case "<":
      return actual < value;
    case "<=":
      return actual <= value;
    case ">":
      return actual > value;
    case ">=":
      return actual >= value;
    case "LIKE":
      return isLike(String(actual), String(value));
    case "ILIKE":
      return isLike(String(actual).toLowerCase(), String(value).toLowerCase());
    case "IN":
      return Array.isArray(value) && value.includes(actual);
    case "NOT IN":
      return Array.isArray(value) && !value.includes(actual);
    default:
      return false;
  }
}

/** SQL's LIKE: `%` is any text, `_` any character. In steps, not by an expression: a client's pattern must not take forever. */
function isLike(text: string, pattern: string): boolean {
  const [characters, signs] = [[...text], [...pattern]];
  let at = 0;
  let sign = 0;
  // The last `%`, and how far the text went into it.
  let star = -1;
  let from = 0;
  while (at < characters.length) {
    if (signs[sign] === "%") {
      star = sign++;
      from = at;
    } else if (sign < signs.length && (signs[sign] === "_" || signs[sign] === characters[at])) {
      at += 1;
      sign += 1;
    } else if (star >= 0) {
      from += 1;
      at = from;
      sign = star + 1;
    } else return false;
  }
  while (signs[sign] === "%") sign += 1;
  return sign === signs.length;
}
