/** Text of a filter of MLflow's protocol → tokens, as much as its grammar needs. */

export interface SearchToken {
  readonly kind: "identifier" | "quoted" | "text" | "number" | "comparator" | "punctuation";
  /** As it stands in the filter, quotes and all. */
  readonly raw: string;
}

const patterns = {
  blank: /\s+/uy,
  // Single quotes hold values; a quote inside is doubled or escaped, and stays as it is.
  text: /'(?:''|\\'|[^'])*'/uy,
  number: /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_.])/uy,
  // A name, with parts in backticks or double quotes: metrics.`a b`, tags."x", run_id.
  identifier:
    /(?:[\p{L}_][\p{L}\p{N}_$@#/:-]*|`[^`]*`|"[^"]*")(?:\.(?:[\p{L}\p{N}_$@#/:-]+|`[^`]*`|"[^"]*"))*/uy,
  comparator: /<=|>=|!=|<>|==|[<>=~]/uy,
  punctuation: /[(),;]/uy,
} as const;

/** The tokens, or the place from which on nothing fits. */
export function searchTokens(
  filter: string,
):
  | { readonly ok: true; readonly tokens: readonly SearchToken[] }
  | { readonly ok: false; readonly rest: string } {
  const tokens: SearchToken[] = [];
  for (let at = 0; ; ) {
    const take = (pattern: RegExp): string => {
      pattern.lastIndex = at;
      return pattern.exec(filter)?.[0] ?? "";
    };
    at += take(patterns.blank).length;
    if (at >= filter.length) return { ok: true, tokens };
    const found = (["text", "number", "identifier", "comparator", "punctuation"] as const)
      .map((kind) => ({ kind, raw: take(patterns[kind]) }))
      .find(({ raw }) => raw !== "");
    if (found === undefined) return { ok: false, rest: filter.slice(at, at + 200) };
    const isQuoted = found.kind === "identifier" && /^"[^"]*"$/.test(found.raw);
    tokens.push({ kind: isQuoted ? "quoted" : found.kind, raw: found.raw });
    at += found.raw.length;
  }
}

/** Without the quotes around it. */
export function unquoted(raw: string, quotes = "'\"`"): string {
  const first = raw[0] ?? "";
  return raw.length >= 2 && quotes.includes(first) && raw.endsWith(first) ? raw.slice(1, -1) : raw;
}
