/** Tokens and cost of a trace, out of what its calls say of theirs. */

import { isObject, parseJson } from "./fields.ts";
import type { Tags } from "./registry.ts";
import { traceKeys } from "./trace.ts";

export type Numbers = Readonly<Record<string, number>>;

/** What one call says of itself. */
export interface SpanUsage {
  readonly id: string;
  readonly parentId: string | null;
  readonly tokens: Numbers;
  readonly cost: Numbers;
}

/** Attributes of spans that tell of it. */
export const usageAttributes = { tokens: "mlflow.chat.tokenUsage", cost: "mlflow.llm.cost" } as const;

/** Metadata of the trace: what each call says, without those calls whose caller says it for all within. */
export function summedUsage(spans: readonly SpanUsage[]): Tags {
  const tokens = summed(spans, (span) => span.tokens);
  const cost = summed(spans, (span) => span.cost);
  return { ...metadata(traceKeys.tokens, tokens), ...metadata(traceKeys.cost, cost) };
}

/** What the JSON of a span (`Span.content`) says of its use. */
export function usageInContent(content: string): Pick<SpanUsage, "tokens" | "cost"> {
  const span = parseJson(content);
  const attributes = isObject(span) && Array.isArray(span.attributes) ? span.attributes.filter(isObject) : [];
  const of = (key: string) => {
    const found = attributes.find((each) => each.key === key);
    return found !== undefined && isObject(found.value) ? numbersOf(found.value) : {};
  };
  return { tokens: of(usageAttributes.tokens), cost: of(usageAttributes.cost) };
}

/** The members of a `kvlist_value` that are numbers. */
function numbersOf({ kvlist_value: list }: Readonly<Record<string, unknown>>): Numbers {
  const pairs = isObject(list) && Array.isArray(list.values) ? list.values.filter(isObject) : [];
  const numbers: Record<string, number> = {};
  for (const { key, value } of pairs) {
    const number = isObject(value) ? (value.int_value ?? value.double_value) : undefined;
    if (typeof key === "string" && typeof number === "number") numbers[key] = number;
  }
  return numbers;
}

function summed(spans: readonly SpanUsage[], read: (span: SpanUsage) => Numbers): Numbers {
  const said = new Map(spans.map((span) => [span.id, read(span)]));
  const parents = new Map(spans.map(({ id, parentId }) => [id, parentId]));
  const sum: Record<string, number> = {};
  for (const [id, numbers] of said) {
    if (Object.keys(numbers).length === 0 || isSaidAbove(id, said, parents)) continue;
    for (const [key, value] of Object.entries(numbers)) sum[key] = (sum[key] ?? 0) + value;
  }
  return sum;
}

function isSaidAbove(
  id: string,
  said: ReadonlyMap<string, Numbers>,
  parents: ReadonlyMap<string, string | null>,
): boolean {
  const seen = new Set<string>([id]);
  for (let at = parents.get(id); at && !seen.has(at); at = parents.get(at)) {
    if (Object.keys(said.get(at) ?? {}).length > 0) return true;
    seen.add(at);
  }
  return false;
}

function metadata(key: string, value: Numbers): Tags {
  return Object.keys(value).length === 0 ? {} : { [key]: JSON.stringify(value) };
}
