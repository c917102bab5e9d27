/** Text of a filter → tokens with their places. */

import type { FilterError } from "./filter.ts";

export interface Token {
  /** A word is a keyword, an attribute or the root of a name; a name is what follows `metrics.` and the like. */
  readonly kind: "word" | "name" | "number" | "text" | "sign" | "end";
  /** What it stands for: without quotes and escapes, signs in their usual form. */
  readonly value: string;
  readonly column: number;
  readonly length: number;
}

export type Tokens =
  | { readonly ok: true; readonly tokens: readonly Token[] }
  | { readonly ok: false; readonly error: FilterError };

const signs: Readonly<Record<string, string>> = { "==": "=", "<>": "!=" };
const escaped: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
const patterns = {
  blank: /\s+/uy,
  number: /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_])/uy,
  word: /[\p{L}_][\p{L}\p{N}_]*/uy,
  // After the dot of a root nearly everything is a name: train/loss, top-5, lr.group0.
  name: /[^\s()<>=!,"'`\\]+/uy,
  sign: /[+-]inf\b|<=|>=|<>|!=|==|[<>=(),]/iuy,
} as const;

/** Every token of the text, then the end. */
export function tokenize(text: string): Tokens {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? "";
  };
  const fail = (column: number, length: number, what: string): Tokens => ({
    ok: false,
    error: { column, length, text: what },
  });
  const add = (kind: Token["kind"], value: string, length: number) => {
    tokens.push({ kind, value, column: at, length });
    at += length;
  };
  for (;;) {
    at += take(patterns.blank).length;
    if (at >= text.length) break;
    const quote = text[at] ?? "";
    if (quote === '"' || quote === "'" || quote === "`") {
      const quoted = readQuoted(text, at);
      if (quoted === null) return fail(at, text.length - at, `This ${quote} has no end.`);
      add(quote === "`" ? "name" : "text", quoted.value, quoted.length);
      continue;
    }
    const word = take(patterns.word);
    if (word !== "") {
      add("word", word, word.length);
      if (text[at] !== ".") continue;
      add("sign", ".", 1);
      const name = take(patterns.name);
      if (name !== "") add("name", name, name.length);
      continue;
    }
    const number = take(patterns.number);
    const sign = number === "" ? take(patterns.sign) : "";
    if (number !== "") add("number", number, number.length);
    else if (/inf/i.test(sign)) add("number", sign.toLowerCase(), sign.length);
    else if (sign !== "") add("sign", signs[sign] ?? sign, sign.length);
    else {
      const odd = String.fromCodePoint(text.codePointAt(at) ?? 0);
      return fail(at, odd.length, hint(odd));
    }
  }
  add("end", "", 0);
  return { ok: true, tokens };
}

function hint(odd: string): string {
  if (odd === "&") return "Use “and”.";
  if (odd === "|") return "Use “or”.";
  if (odd === "!") return "Use “not” or “!=”.";
  return /[\d.+-]/.test(odd) ? "This is no number." : `${odd} has no meaning here.`;
}

/** A quoted text from its opening quote on; null without a closing one. */
function readQuoted(text: string, from: number): { readonly value: string; readonly length: number } | null {
  const quote = text[from];
  let value = "";
  for (let at = from + 1; at < text.length; at++) {
    const sign = text[at] as string;
    if (sign === quote) return { value, length: at + 1 - from };
    if (sign !== "\\") value += sign;
    else {
      const next = text[++at];
      if (next === undefined) return null;
      // In backquotes only the two signs that need it are escaped; a name may hold any backslash.
      const isPlain = quote === "`" ? next === "`" || next === "\\" : /["'\\`]/.test(next);
      value += isPlain ? next : quote === "`" ? `\\${next}` : (escaped[next] ?? `\\${next}`);
    }
  }
  return null;
}
