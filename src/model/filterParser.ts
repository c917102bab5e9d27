/** Tokens of a filter → the filter, or what is wrong and where. */

import {
  type Attribute,
  attributes,
  type Comparison,
  type Filter,
  type FilterError,
  type FilterField,
  type Literal,
} from "./filter.ts";
import { type Token, tokenize } from "./filterLexer.ts";
import { parseTime } from "./filterTime.ts";
import { runStates } from "./run.ts";

/** A filter of null is an empty text: every run fits. */
export type ParsedFilter =
  | { readonly ok: true; readonly filter: Filter | null }
  | { readonly ok: false; readonly error: FilterError };

const longest = 10_000;
const deepest = 100;
const roots: Readonly<Record<string, "metrics" | "params" | "tags">> = {
  ...{ metrics: "metrics", metric: "metrics", params: "params", param: "params" },
  ...{ parameters: "params", parameter: "params", tags: "tags", tag: "tags" },
};
const comparisons: ReadonlySet<string> = new Set<Comparison>(["=", "!=", "<", "<=", ">", ">="]);

/** Reads a filter. Never throws; the first thing that is wrong is named. */
export function parseFilter(text: string): ParsedFilter {
  if (text.length > longest)
    return {
      ok: false,
      error: {
        column: longest,
        length: text.length - longest,
        text: `A filter has at most ${longest} characters.`,
      },
    };
  const read = tokenize(text);
  if (!read.ok) return read;
  if (read.tokens[0]?.kind === "end") return { ok: true, filter: null };
  const parser = new Parser(read.tokens);
  const filter = parser.whole();
  return parser.error === null ? { ok: true, filter } : { ok: false, error: parser.error };
}

/** After the first error, everything read is a placeholder that is thrown away with it. */
class Parser {
  error: FilterError | null = null;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Filter {
    const filter = this.#any();
    if (this.#next.kind !== "end")
      this.#refuse(
        this.#next,
        this.#next.value === ")" ? "This parenthesis closes nothing." : "Expected “and” or “or”.",
      );
    return filter;
  }

  #any(): Filter {
    return this.#joined("or", () => this.#joined("and", () => this.#one()));
  }

  #joined(kind: "and" | "or", read: () => Filter): Filter {
    const parts = [read()];
    while (this.error === null && this.#takes(kind)) parts.push(read());
    return parts.length === 1 ? (parts[0] as Filter) : { kind, parts };
  }

  #one(): Filter {
    const token = this.#next;
    if (this.#depth >= deepest) return this.#refuse(token, `A filter is at most ${deepest} levels deep.`);
    this.#depth++;
    const filter = this.#takes("not")
      ? negated(this.#one())
      : this.#takes("(")
        ? this.#closed(token)
        : this.#test();
    this.#depth--;
    return filter;
  }

  #closed(open: Token): Filter {
    const filter = this.#any();
    if (this.error === null && !this.#takes(")"))
      return this.#next.kind === "end"
        ? this.#refuse(open, "This parenthesis is not closed.")
        : this.#refuse(this.#next, "Expected “and”, “or” or a closing parenthesis.");
    return filter;
  }

  #test(): Filter {
    const start = this.#next;
    const field = this.#field();
    if (field === null) return nothing;
    const operator = this.#next;
    if (operator.kind === "sign" && comparisons.has(operator.value)) {
      this.#at++;
      const value = this.#value(field, operator.value as Comparison);
      return { kind: "compare", field, operator: operator.value as Comparison, value };
    }
    if (this.#takes("is")) {
      const not = this.#takes("not");
      if (!this.#takes("null")) return this.#refuse(this.#next, "Expected “null” or “not null”.");
      return not ? negated({ kind: "null", field }) : { kind: "null", field };
    }
    const not = this.#takes("not");
    const word = this.#next;
    const found = this.#takes("in") ? this.#in(field) : this.#like(field, word);
    if (found !== null) return not ? negated(found) : found;
    if (!not && field.of === "run" && attributes[field.name] === "flag")
      return { kind: "compare", field, operator: "=", value: true };
    const expected = not
      ? "Expected “in”, “like” or “ilike”."
      : "Expected a comparison: = != < <= > >= like ilike in is.";
    return this.#refuse(
      word.kind === "end" ? { ...start, length: word.column - start.column } : word,
      expected,
    );
  }

  #like(field: FilterField, word: Token): Filter | null {
    const anyCase = this.#takes("ilike");
    if (!anyCase && !this.#takes("like")) return null;
    if (kindOf(field) !== "text" && kindOf(field) !== "loose")
      return this.#refuse(word, `${shown(field)} is no text; compare it with < or >.`);
    const pattern = this.#next;
    if (pattern.kind !== "text") return this.#refuse(pattern, 'Expected a text in quotes, such as "vis%".');
    this.#at++;
    return { kind: "like", field, pattern: pattern.value, anyCase };
  }

  #in(field: FilterField): Filter {
    const open = this.#next;
    if (!this.#takes("(")) return this.#refuse(open, "Expected a list in parentheses.");
    const values: Literal[] = [];
    do values.push(this.#value(field, "="));
    while (this.error === null && this.#takes(","));
    if (this.error === null && !this.#takes(")"))
      this.#refuse(this.#next.kind === "end" ? open : this.#next, "Expected a comma or the end of the list.");
    return { kind: "in", field, values };
  }

  #field(): FilterField | null {
    const token = this.#next;
    if (token.kind !== "word") {
      this.#refuse(token, "Expected metrics.…, params.…, tags.… or an attribute of the run.");
      return null;
    }
    this.#at++;
    const word = token.value.toLowerCase();
    const root = Object.hasOwn(roots, word) ? roots[word] : undefined;
    if (root !== undefined) {
      if (!this.#takes(".")) this.#refuse(token, `Expected a name, as in ${root}.loss.`);
      else if (this.#next.kind === "name") return { of: root, name: this.#tokens[this.#at++]?.value ?? "" };
      else
        this.#refuse(
          this.#next.kind === "end" ? token : this.#next,
          `Expected a name after “${token.value}.”.`,
        );
      return null;
    }
    if (Object.hasOwn(attributes, word) && this.#next.value !== ".")
      return { of: "run", name: word as Attribute };
    this.#refuse(token, unknownField(token.value, this.#next.value === "."));
    return null;
  }

  #value(field: FilterField, operator: Comparison): Literal {
    const token = this.#next;
    const value = literalOf(token);
    if (value === null) {
      const isBare = token.kind === "word" || token.kind === "name";
      this.#refuse(
        token,
        isBare ? `Put texts in quotes: "${token.value}".` : "Expected a number or a text in quotes.",
      );
      return "";
    }
    const problem = misfit(field, operator, value);
    if (problem !== null) this.#refuse(token, problem);
    else this.#at++;
    return value;
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", value: "", column: 0, length: 0 };
  }

  /** Goes past a keyword or a sign when it is the next one. */
  #takes(value: string): boolean {
    const { kind, value: found } = this.#next;
    const takes = (kind === "word" && found.toLowerCase() === value) || (kind === "sign" && found === value);
    if (takes) this.#at++;
    return takes;
  }

  #refuse({ column, length }: Token, text: string): Filter {
    this.error ??= { column, length, text };
    return nothing;
  }
}

const nothing: Filter = { kind: "or", parts: [] };

function negated(part: Filter): Filter {
  return { kind: "not", part };
}

function literalOf({ kind, value }: Token): Literal | null {
  if (kind === "text") return value;
  if (kind === "number")
    return value.endsWith("inf") ? (value.startsWith("-") ? -1 / 0 : 1 / 0) : Number(value);
  const words: Readonly<Record<string, Literal>> = { true: true, false: false, nan: Number.NaN, inf: 1 / 0 };
  const word = value.toLowerCase();
  return kind === "word" && Object.hasOwn(words, word) ? (words[word] ?? null) : null;
}

/** How a field compares; loose ones are texts that may be numbers. */
function kindOf(field: FilterField): "text" | "time" | "number" | "flag" | "loose" {
  if (field.of === "run") return attributes[field.name];
  return field.of === "metrics" ? "number" : "loose";
}

/** Why a value can't be compared with a field; null when it can. */
function misfit(field: FilterField, operator: Comparison, value: Literal): string | null {
  const kind = kindOf(field);
  const isOrder = operator !== "=" && operator !== "!=";
  switch (kind) {
    case "number":
      return typeof value === "number" ? null : `${shown(field)} is a number; compare it with one.`;
    case "flag":
      if (typeof value !== "boolean") return `${shown(field)} is true or false.`;
      return isOrder ? `${shown(field)} has no order; use = or !=.` : null;
    case "time":
      if (typeof value === "string" && parseTime(value) !== null) return null;
      return `${shown(field)} is a time, such as "2026-11-22" or "2026-11-22 14:30".`;
    case "loose":
      return typeof value === "boolean" ? `Put it in quotes: "${value}".` : null;
    case "text":
      if (typeof value !== "string") return `${shown(field)} is a text; put the value in quotes.`;
      if (field.name !== "state" || isOrder || (runStates as readonly string[]).includes(value)) return null;
      return `There is no state “${value}”. States: ${runStates.join(", ")}.`;
  }
}

function unknownField(word: string, hasDot: boolean): string {
  if (hasDot) return `${word} has no names; there are metrics.…, params.… and tags.….`;
  return `There is no attribute “${word}”. Attributes: ${Object.keys(attributes).join(", ")}; others are metrics.…, params.…, tags.….`;
}

function shown({ of, name }: FilterField): string {
  return of === "run" ? name : `${of}.${name.slice(0, 50)}`;
}
