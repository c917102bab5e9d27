/**
 * The texts of filters: clauses joined by AND, here also by OR and with parentheses, each a name, an operator and a quoted value, a number or
 * a list.
 */

import type { FilterTree } from "../../model/filterTree.ts";
import type { TraceComparator } from "../../model/traceSearch.ts";
import { invalid } from "./parameters.ts";

/** More than a person writes and than a database likes. */
const mostClauses = 500;
const deepest = 50;

/** Those of traces are all that there are. */
export type Comparator = TraceComparator;

/** A clause before anybody has looked at whether it means something. */
export interface RawClause {
  /** What stands before the first dot of the name; null where there is none. */
  readonly entity: string | null;
  readonly key: string;
  readonly comparator: Comparator;
  readonly value: Value;
}

export interface Value {
  readonly kind: "text" | "number" | "list" | "word" | "none" | "other";
  readonly text: string;
}

interface Token {
  readonly kind: Value["kind"] | "operator";
  readonly text: string;
}

const token =
  /\s*(?:(?<name>(?:[\p{L}_][\p{L}\p{N}_]*\.)?(?:`[^`]*`|"[^"]*"(?=\s*(?:[=!<>]|[ir]?like\b|in\b|is\b|not\b)))|[\p{L}_][\p{L}\p{N}_.-]*)|(?<text>'(?:[^']|'')*'|"[^"]*")|(?<number>[+-]?\d+(?:\.\d+)?)|(?<operator><>|!=|>=|<=|[=<>])|(?<other>\S))/iuy;
/** A list stands only where a value does; elsewhere a parenthesis holds clauses together. */
const list = /\s*(\([^()]*\))/y;

/** Reads a filter. Clauses without AND between them are joined by one, too. Throws INVALID_PARAMETER_VALUE. */
export function readFilter(text: string): FilterTree<RawClause> {
  const tokens = tokensOf(text);
  let at = 0;
  let clauses = 0;

  function any(depth: number): FilterTree<RawClause> {
    const parts = [all(depth)];
    while (isWord(tokens[at], "or")) {
      at += 1;
      parts.push(all(depth));
    }
    return joined("or", parts);
  }

  function all(depth: number): FilterTree<RawClause> {
    const parts: FilterTree<RawClause>[] = [];
    for (;;) {
      parts.push(one(depth));
      const next = tokens[at];
      if (next === undefined || isWord(next, "or") || next.text === ")") break;
      if (isWord(next, "and")) at += 1;
      // What follows the last AND may be nothing, as it is there.
      if (at === tokens.length) break;
    }
    return joined("and", parts);
  }

  function one(depth: number): FilterTree<RawClause> {
    if (tokens[at]?.text !== "(") {
      const { clause, next } = readClause(tokens, at);
      at = next;
      clauses += 1;
      if (clauses > mostClauses) throw invalid(`The filter has more than ${mostClauses} clauses.`);
      return { leaf: clause };
    }
    if (depth >= deepest) throw invalid(`The filter has more than ${deepest} parentheses in one another.`);
    at += 1;
    const inner = any(depth + 1);
    if (tokens[at]?.text !== ")") throw badClause(...tokens.slice(at));
    at += 1;
    return inner;
  }

  if (tokens.length === 0) return joined("and", []);
  const whole = any(0);
  if (at < tokens.length) throw badClause(...tokens.slice(at));
  return whole;
}

function joined(join: "and" | "or", parts: readonly FilterTree<RawClause>[]): FilterTree<RawClause> {
  const [only, second] = parts;
  return only !== undefined && second === undefined ? only : { join, parts };
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  for (let at = 0; at < trimmed.length; ) {
    const before = tokens.at(-1);
    list.lastIndex = at;
    const listed = before?.kind === "operator" || isListWord(before) ? list.exec(trimmed) : null;
    if (listed !== null) {
      tokens.push({ kind: "list", text: listed[1] ?? "" });
      at = list.lastIndex;
      continue;
    }
    token.lastIndex = at;
    const groups = token.exec(trimmed)?.groups;
    if (groups === undefined) throw badClause({ text });
    at = token.lastIndex;
    const found = Object.entries(groups).find(([, value]) => value !== undefined);
    const [kind, value = ""] = found ?? ["other", ""];
    tokens.push({ kind: kind === "name" ? "word" : (kind as Token["kind"]), text: value });
  }
  return tokens;
}

function isListWord(found: Token | undefined): boolean {
  return ["in", "like", "ilike", "rlike"].some((word) => isWord(found, word));
}

function readClause(
  tokens: readonly Token[],
  at: number,
): { readonly clause: RawClause; readonly next: number } {
  const name = tokens[at];
  const bad = () => badClause(...tokens.slice(at));
  if (name === undefined || name.kind !== "word") throw bad();
  const { comparator, next } = readComparator(tokens, at + 1) ?? { comparator: null, next: 0 };
  if (comparator === null) throw bad();
  const named = readName(name.text);
  if (comparator === "IS NULL" || comparator === "IS NOT NULL")
    return { clause: { ...named, comparator, value: { kind: "none", text: "" } }, next };
  const value = tokens[next];
  if (value === undefined || value.kind === "operator") throw bad();
  return { clause: { ...named, comparator, value: value as Value }, next: next + 1 };
}

function readComparator(
  tokens: readonly Token[],
  at: number,
): { readonly comparator: Comparator; readonly next: number } | null {
  const first = tokens[at];
  if (first?.kind === "operator")
    return { comparator: first.text === "<>" ? "!=" : (first.text as Comparator), next: at + 1 };
  if (isWord(first, "like")) return { comparator: "LIKE", next: at + 1 };
  if (isWord(first, "ilike")) return { comparator: "ILIKE", next: at + 1 };
  if (isWord(first, "rlike")) return { comparator: "RLIKE", next: at + 1 };
  if (isWord(first, "is") && isWord(tokens[at + 1], "null")) return { comparator: "IS NULL", next: at + 2 };
  if (isWord(first, "is") && isWord(tokens[at + 1], "not") && isWord(tokens[at + 2], "null"))
    return { comparator: "IS NOT NULL", next: at + 3 };
  if (isWord(first, "in")) return { comparator: "IN", next: at + 1 };
  if (isWord(first, "not") && isWord(tokens[at + 1], "in")) return { comparator: "NOT IN", next: at + 2 };
  return null;
}

function readName(text: string): Pick<RawClause, "entity" | "key"> {
  const dot = /^[\p{L}_][\p{L}\p{N}_]*\./u.exec(text)?.[0];
  const key = unquoted(dot === undefined ? text : text.slice(dot.length));
  return { entity: dot?.slice(0, -1) ?? null, key };
}

/** The text of a quoted value. Throws for any other. */
export function quotedText({ kind, text }: Value, of: string): string {
  if (kind === "text") return unquoted(text);
  if (kind === "word")
    throw invalid(
      `Parameter value is either not quoted or unidentified quote types used for string value ${text}. Use either single or double quotes.`,
    );
  throw invalid(`Expected a quoted string value for ${of} (e.g. 'my-value'). Got value ${text}`);
}

/** The texts of a list of quoted values. */
export function readList(text: string): readonly string[] {
  const inside = text.slice(1, -1).trim();
  const items = inside.match(/'[^']*'|"[^"]*"|[^,\s]+/g) ?? [];
  if (items.length === 0)
    throw invalid(
      "While parsing a list in the query, expected a non-empty list of string values, but got empty list",
    );
  if (items.some((item) => !/^['"]/.test(item)))
    throw invalid(
      `While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: ${text}`,
    );
  return items.map(unquoted);
}

export function unquoted(text: string): string {
  const [first = ""] = text;
  return "'\"`".includes(first) && first !== "" && text.endsWith(first) ? text.slice(1, -1) : text;
}

function isWord(found: Token | undefined, word: string): boolean {
  return found?.kind === "word" && found.text.toLowerCase() === word;
}

export function badClause(...tokens: readonly { readonly text: string }[]): Error {
  return invalid(`Invalid clause(s) in filter string: ${tokens.map(({ text }) => text).join(", ")}`);
}
