/**
 * The filter language of MLflow's protocol, and more: comparisons joined by AND, and here also by OR, with parentheses. Pure; an error is the
 * sentence that a client is told.
 */

import type { Grammar, Identifier } from "./mlflowGrammar.ts";
import type { Comparison, Operator, Parsed, SearchNode } from "./mlflowSearch.ts";
import { type SearchToken, searchTokens, unquoted } from "./mlflowTokens.ts";

/** More than a person writes and than a database likes. */
const mostComparisons = 500;
const deepest = 50;
const longestFilter = 100_000;
/** Patterns longer than this are refused by the database. */
const longestPattern = 10_000;

/** Null for an empty filter, which everything fits. */
export function parseSearchFilter(filter: string, grammar: Grammar): Parsed<SearchNode | null> {
  if (filter.trim() === "") return { ok: true, value: null };
  if (filter.length > longestFilter) return no(`The filter is longer than ${longestFilter} characters.`);
  const read = searchTokens(filter);
  if (!read.ok) return no(`Invalid clause(s) in filter string: '${read.rest}'`);
  const parser = new FilterParser(read.tokens, grammar, filter);
  const node = parser.whole();
  return parser.error === null ? { ok: true, value: node } : no(parser.error);
}

const reserved = /^(?:and|or|not|in|is|like|ilike)$/i;

class FilterParser {
  /** The first thing that is wrong; what is read after it counts for nothing. */
  error: string | null = null;
  readonly #tokens: readonly SearchToken[];
  readonly #grammar: Grammar;
  readonly #filter: string;
  #at = 0;
  #depth = 0;
  #comparisons = 0;

  constructor(tokens: readonly SearchToken[], grammar: Grammar, filter: string) {
    this.#tokens = tokens;
    this.#grammar = grammar;
    this.#filter = filter;
  }

  whole(): SearchNode {
    const node = this.#any();
    if (this.#isPunctuation(";") && this.#at + 1 < this.#tokens.length)
      this.#fail(
        `Search filter contained multiple expression '${this.#filter}'. Provide AND-ed expression list.`,
      );
    if (this.#at < this.#tokens.length) this.#failHere();
    return node;
  }

  #any(): SearchNode {
    const parts = [this.#all()];
    while (this.error === null && this.#takeWord("OR")) parts.push(this.#all());
    return parts.length === 1 ? (parts[0] ?? nothing) : { kind: "or", parts };
  }

  #all(): SearchNode {
    const parts = [this.#one()];
    while (this.error === null && this.#takeWord("AND")) parts.push(this.#one());
    return parts.length === 1 ? (parts[0] ?? nothing) : { kind: "and", parts };
  }

  #one(): SearchNode {
    if (!this.#isPunctuation("(")) return this.#comparison();
    if (++this.#depth > deepest)
      return this.#fail(`The filter has more than ${deepest} parentheses in one another.`);
    this.#at++;
    const node = this.#any();
    if (this.error === null && !this.#isPunctuation(")")) return this.#failHere();
    this.#at++;
    this.#depth--;
    return node;
  }

  #comparison(): Comparison {
    const first = this.#next();
    const isName = first?.kind === "quoted" || (first?.kind === "identifier" && !reserved.test(first.raw));
    if (first === undefined || !isName) {
      this.#at--;
      return this.#failHere();
    }
    const operator = this.#operator();
    if (operator === null)
      return this.#fail(
        `Invalid clause(s) in filter string: '${[first.raw, this.#rest()].join(" ").trim()}'`,
      );
    const found = this.#grammar.identifier(first.raw, "filter");
    if (!found.ok) return this.#fail(found.error);
    const identifier = found.value;
    const known = this.#checked(identifier, operator);
    if (known === null) return nothing;
    if (++this.#comparisons > mostComparisons)
      return this.#fail(`The filter has more than ${mostComparisons} comparisons.`);
    const value = this.#value(identifier, known);
    return { kind: "comparison", ...identifier, operator: known, value };
  }

  /** The comparator as it was written, words in capitals. */
  #operator(): string | null {
    const token = this.#next();
    if (token?.kind === "comparator") return token.raw;
    if (token?.kind !== "identifier") return null;
    const word = token.raw.toUpperCase();
    if (word === "IS") {
      const not = this.#takeWord("NOT");
      return this.#takeWord("NULL") ? `IS ${not ? "NOT " : ""}NULL` : null;
    }
    if (word === "NOT") return this.#takeWord("IN") ? "NOT IN" : null;
    return ["LIKE", "ILIKE", "IN"].includes(word) ? word : null;
  }

  #checked(identifier: Identifier, written: string): Operator | null {
    const allowed = this.#grammar.operators(identifier);
    const known = allowed.find((operator) => operator === written);
    if (known !== undefined) return known;
    if (written.endsWith("NULL"))
      this.#fail(
        `IS NULL / IS NOT NULL is only supported for tags and params, not for '${identifier.entity}' '${identifier.key}'`,
      );
    else if (
      written.endsWith("IN") &&
      identifier.entity === "attribute" &&
      !this.#grammar.isNumeric(identifier)
    )
      this.#fail(this.#grammar.listRefusal(identifier) ?? comparatorRefusal(written, allowed));
    else this.#fail(comparatorRefusal(written, allowed));
    return null;
  }

  #value(identifier: Identifier, operator: Operator): Comparison["value"] {
    if (operator.endsWith("NULL")) return null;
    if (operator === "IN" || operator === "NOT IN") return this.#list(identifier);
    const token = this.#next();
    const raw = token?.raw ?? "";
    if (this.#grammar.isNumeric(identifier)) return this.#number(identifier, token);
    if (token?.kind === "text" || token?.kind === "quoted") {
      const value = unquoted(raw, "'\"");
      if (operator.endsWith("LIKE") && value.length > longestPattern)
        this.#fail(`A pattern is longer than ${longestPattern} characters.`);
      return value;
    }
    if (token?.kind === "identifier")
      this.#fail(
        "Parameter value is either not quoted or unidentified quote types used for string value " +
          `${raw}. Use either single or double quotes.`,
      );
    else if (token === undefined) this.#fail(`Invalid clause(s) in filter string: '${this.#filter.trim()}'`);
    else this.#fail(wrongType(identifier, raw));
    return null;
  }

  #number(identifier: Identifier, token: SearchToken | undefined): number | null {
    if (token?.kind === "number") return Number(token.raw);
    const raw = token?.raw ?? "";
    if (identifier.entity === "metric") this.#fail(`Expected numeric value type for metric. Found ${raw}`);
    else this.#fail(`Expected numeric value type for numeric attribute: ${identifier.key}. Found ${raw}`);
    return null;
  }

  #list(identifier: Identifier): readonly string[] | null {
    const refusal = this.#grammar.listRefusal(identifier);
    if (refusal !== null) return this.#failed(refusal);
    if (!this.#isPunctuation("("))
      return this.#failed(
        "While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list.",
      );
    this.#at++;
    const values: string[] = [];
    while (!this.#isPunctuation(")")) {
      const token = this.#next();
      if (token === undefined)
        return this.#failed(
          "While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list.",
        );
      if (token.kind !== "text" && token.kind !== "quoted")
        return this.#failed(
          `While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: ${token.raw}`,
        );
      values.push(unquoted(token.raw, "'\""));
      if (this.#isPunctuation(",")) this.#at++;
      else if (!this.#isPunctuation(")"))
        return this.#failed(
          "While parsing a list in the query, expected a non-empty list of string values, but got ill-formed list.",
        );
    }
    this.#at++;
    if (values.length === 0)
      return this.#failed(
        "While parsing a list in the query, expected a non-empty list of string values, but got empty list",
      );
    return values;
  }

  #next(): SearchToken | undefined {
    return this.#tokens[this.#at++];
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "identifier" || token.raw.toUpperCase() !== word) return false;
    this.#at++;
    return true;
  }

  #isPunctuation(sign: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === "punctuation" && token.raw === sign;
  }

  #rest(): string {
    return this.#tokens
      .slice(Math.max(0, this.#at))
      .map(({ raw }) => raw)
      .join(" ");
  }

  #failHere(): Comparison {
    const rest = this.#rest();
    return this.#fail(
      rest === ""
        ? `Invalid clause(s) in filter string: '${this.#filter.trim()}'`
        : `Invalid clause(s) in filter string: '${rest}'`,
    );
  }

  #failed(error: string): null {
    this.#fail(error);
    return null;
  }

  #fail(error: string): Comparison {
    this.error ??= error;
    this.#at = this.#tokens.length;
    return nothing;
  }
}

const nothing: Comparison = { kind: "comparison", entity: "attribute", key: "", operator: "=", value: null };

function comparatorRefusal(written: string, allowed: readonly Operator[]): string {
  return `Invalid comparator '${written}' not one of '{${allowed.map((each) => `'${each}'`).join(", ")}}'`;
}

function wrongType({ entity }: Identifier, raw: string): string {
  if (entity === "attribute") return `Expected a quoted string value for attributes. Got value ${raw}`;
  if (entity === "dataset") return `Expected a quoted string value for dataset attributes. Got value ${raw}`;
  return `Expected a quoted string value for ${entity} (e.g. 'my-value'). Got value ${raw}`;
}

function no(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error };
}
