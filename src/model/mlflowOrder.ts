/** The `order_by` of MLflow's protocol: one text a term, `metrics.loss ASC`. */

import type { Grammar } from "./mlflowGrammar.ts";
import type { OrderTerm, Parsed } from "./mlflowSearch.ts";
import { searchTokens } from "./mlflowTokens.ts";

const mostTerms = 30;

/** The terms in order. A field that comes twice is refused, as it is there. */
export function parseSearchOrder(texts: readonly string[], grammar: Grammar): Parsed<readonly OrderTerm[]> {
  if (texts.length > mostTerms) return no(`order_by has more than ${mostTerms} terms.`);
  const terms: OrderTerm[] = [];
  const seen = new Set<string>();
  for (const text of texts) {
    const term = parseTerm(text, grammar);
    if (!term.ok) return term;
    const { entity, key } = term.value;
    if (seen.has(`${entity} ${key}`))
      return no(`\`order_by\` contains duplicate fields: [${texts.map((each) => `'${each}'`).join(", ")}]`);
    seen.add(`${entity} ${key}`);
    terms.push(term.value);
  }
  return { ok: true, value: terms };
}

function parseTerm(text: string, grammar: Grammar): Parsed<OrderTerm> {
  const unclear = `Invalid order_by clause '${text}'. Could not be parsed.`;
  const read = searchTokens(text);
  if (!read.ok) return no(unclear);
  const [field, direction, ...more] = read.tokens;
  if (field === undefined || more.length > 0) return no(unclear);
  if (field.kind !== "identifier" && field.kind !== "quoted") return no(unclear);
  const word = direction?.raw.toUpperCase() ?? "ASC";
  if (direction !== undefined && direction.kind !== "identifier") return no(unclear);
  if (word !== "ASC" && word !== "DESC") return no(`Invalid ordering key in order_by clause '${text}'.`);
  const found = grammar.identifier(field.raw, "order");
  if (!found.ok) return found;
  if (found.value.entity === "dataset") return no("Invalid identifier type 'dataset'");
  return { ok: true, value: { ...found.value, ascending: word === "ASC" } };
}

function no(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error };
}
