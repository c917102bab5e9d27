/** A parsed search → SQL, a page at a time. Pages go on behind the last row seen, so none is missed or doubled while rows come and go. */

import { createHash } from "node:crypto";
import { isObject, parseJson } from "../../model/fields.ts";
import type { Comparison, OrderTerm, Search, SearchNode } from "../../model/mlflowSearch.ts";
import type { Connection } from "./connection.ts";

type Value = number | string | null;

/** A piece of SQL and what is bound to its question marks. */
export interface Sql {
  readonly text: string;
  readonly values: readonly Value[];
}

/** An expression that rows are ordered by. One that can be null stands behind an expression that is not: its rank. */
export interface Ordered extends Sql {
  readonly ascending: boolean;
}

/** How the things of one kind are looked at. */
export interface Searched {
  /** Table with its own name, which has the columns `key` and `id`. */
  readonly table: string;
  /** Is the comparison true of a row? */
  condition(comparison: Comparison, search: Search): Sql;
  /** Expressions to order by; a join that they need comes with them. `at` tells several joins apart. */
  order(term: OrderTerm, at: number): { readonly join: Sql | null; readonly by: readonly Ordered[] };
  /** What comes behind the order asked for, so that it is complete. */
  readonly usual: readonly Ordered[];
}

export interface PageAsk {
  readonly search: Search;
  readonly limit: number;
  readonly after: string | null;
  /** Conditions beside the search, joined by "and". */
  readonly within: readonly Sql[];
}

export interface KeyPage {
  readonly keys: readonly number[];
  readonly next: string | null;
}

/** Keys of the rows of one page, in order. Null when `after` does not belong to this question. */
export function searchPage(connection: Connection, searched: Searched, ask: PageAsk): KeyPage | null {
  const terms = ask.search.order.map((term, at) => searched.order(term, at));
  const by = [...terms.flatMap((term) => term.by), ...searched.usual];
  const joins = terms.flatMap(({ join }) => (join === null ? [] : [join]));
  const conditions = [...ask.within];
  if (ask.search.filter !== null) conditions.push(condition(ask.search.filter, searched, ask.search));
  const inner = joined([
    sql(`select ${searched.table}.key as key`),
    ...by.map(({ text, values }, at) => sql(`, ${text} as o${at}`, ...values)),
    sql(` from ${searched.table} `),
    ...joins,
    ...conditions.flatMap((each, at) => [sql(at === 0 ? " where " : " and "), each]),
  ]);
  const question = createHash("sha256").update(JSON.stringify([inner, by.map((each) => each.ascending)]));
  const mark = question.digest("hex").slice(0, 8);
  const from = ask.after === null ? null : readPlace(ask.after, mark, by.length);
  if (ask.after !== null && from === null) return null;
  const limit = Math.max(0, ask.limit);
  const whole = joined([
    sql("select * from ("),
    inner,
    sql(")"),
    ...(from === null ? [] : [sql(" where "), behind(from, by)]),
    sql(` order by ${by.map(({ ascending }, at) => `o${at}${ascending ? "" : " desc"}`).join(", ")} limit ?`),
  ]);
  const rows = connection.rows<Record<string, Value>>(whole.text, ...whole.values, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    keys: page.map((row) => row.key as number),
    next: more
      ? writePlace(
          mark,
          by.map((_, at) => last[`o${at}`] ?? null),
        )
      : null,
  };
}

/** Is the expression, a number or a text, as the comparison says? */
export function compared(expression: Sql, { operator, value }: Comparison): Sql {
  const { text, values } = expression;
  switch (operator) {
    case "IN":
    case "NOT IN": {
      const not = operator === "IN" ? "" : "not ";
      return sql(`${text} ${not}in (select value from json_each(?))`, ...values, JSON.stringify(value));
    }
    case "LIKE":
      // The LIKE of SQLite does not tell capital letters from small ones; its GLOB does.
      return sql(`${text} glob ?`, ...values, globOf(String(value)));
    case "ILIKE":
      return sql(`${text} like ?`, ...values, String(value));
    case "IS NULL":
      return sql(`${text} is null`, ...values);
    case "IS NOT NULL":
      return sql(`${text} is not null`, ...values);
    default:
      return sql(`${text} ${operator} ?`, ...values, value as Value);
  }
}

export function sql(text: string, ...values: readonly Value[]): Sql {
  return { text, values };
}

export function joined(parts: readonly Sql[]): Sql {
  return { text: parts.map(({ text }) => text).join(""), values: parts.flatMap(({ values }) => values) };
}

/** An expression that may be null: rows without it come last, whichever the direction. */
export function nullsLast(expression: Sql, ascending: boolean): readonly Ordered[] {
  const { text, values } = expression;
  return [
    { text: `${text} is null`, values, ascending: true },
    { text, values, ascending },
  ];
}

function condition(node: SearchNode, searched: Searched, search: Search): Sql {
  if (node.kind === "comparison") return searched.condition(node, search);
  const parts = node.parts.flatMap((part, at) => [
    sql(at === 0 ? "" : ` ${node.kind} `),
    condition(part, searched, search),
  ]);
  return joined([sql("("), ...parts, sql(")")]);
}

/** Rows that come after the given place in the order. */
function behind(place: readonly Value[], by: readonly Ordered[]): Sql {
  const branches = by.map(({ ascending }, at) => {
    const same = place.slice(0, at).map((value, before) => sql(`o${before} is ? and `, value));
    return joined([
      sql(at === 0 ? "(" : " or ("),
      ...same,
      sql(`o${at} ${ascending ? ">" : "<"} ?)`, place[at] ?? null),
    ]);
  });
  return joined(branches);
}

/** JSON has no infinities, so they are objects. */
function writePlace(mark: string, values: readonly Value[]): string {
  const plain = values.map((value) =>
    typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value,
  );
  return JSON.stringify([mark, ...plain]);
}

function readPlace(text: string, mark: string, length: number): readonly Value[] | null {
  const read = parseJson(text);
  if (!Array.isArray(read) || read.length !== length + 1 || read[0] !== mark) return null;
  const values = read.slice(1).map((value: unknown) => (isObject(value) ? Number(value.number) : value));
  const isValue = (value: unknown) =>
    value === null || typeof value === "string" || typeof value === "number";
  return values.every(isValue) ? (values as Value[]) : null;
}

function globOf(pattern: string): string {
  return pattern.replace(/[*?[]/g, "[$&]").replaceAll("%", "*").replaceAll("_", "?");
}
