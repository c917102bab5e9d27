/** Small questions to nodes of a Python tree. They answer null or empty where the text is not finished. */

import type { Node } from "web-tree-sitter";

/** A place in a text as the language server protocol counts: lines from 0, characters in UTF-16 units from 0. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface TextRange {
  readonly start: Position;
  readonly end: Position;
}

/** The range of `length` characters that begin `offset` characters into a node. */
export function rangeIn(node: Node, offset: number, length: number): TextRange {
  const start = advance(node.startPosition.row, node.startPosition.column, node.text.slice(0, offset));
  return { start, end: { line: start.line, character: start.character + length } };
}

function advance(row: number, column: number, passed: string): Position {
  const lines = passed.split("\n");
  const last = lines.at(-1)?.length ?? 0;
  return { line: row + lines.length - 1, character: lines.length === 1 ? column + last : last };
}

/** Dotted name of an expression: `a.b`, `Trainer().train`, and `.fit` when only the last part can be named. Text of the node is enough. */
export function dottedName(text: string): string {
  if (/^[\w.]+$/.test(text)) return text;
  // A long chain of calls is nested once a link: its whole text at each link would be quadratic.
  if (text.length > 400) return /\.\s*\w+$/.exec(text.slice(-80))?.[0].replace(/\s/g, "") ?? "";
  const flat = emptied(text).replace(/\s/g, "");
  return /^[\w.()]+$/.test(flat) ? flat : (/\.\w+$/.exec(flat)?.[0] ?? "");
}

/** `Trainer(args=Config(lr=1)).train` → `Trainer().train`. */
function emptied(text: string): string {
  let depth = 0;
  let kept = "";
  for (const letter of text) {
    if (letter === ")") depth = Math.max(0, depth - 1);
    if (depth === 0) kept += letter;
    if (letter === "(") depth++;
  }
  return kept;
}

/** The value of a string without placeholders, parts written side by side joined; null for anything else. */
export function stringValue(node: Node | null | undefined): string | null {
  if (node?.type === "parenthesized_expression") return stringsValue(node.namedChildren);
  if (node?.type === "concatenated_string") return stringsValue(node.namedChildren);
  return node?.type === "string" ? ownValue(node) : null;
}

function stringsValue(nodes: readonly Node[]): string | null {
  const strings =
    nodes.length === 1 && nodes[0]?.type === "concatenated_string" ? nodes[0].namedChildren : nodes;
  const values = strings.map((node) => (node.type === "string" ? ownValue(node) : null));
  return values.includes(null) ? null : values.join("");
}

function ownValue(node: Node): string | null {
  const raw = /^[a-zA-Z]*r[a-zA-Z]*['"]/i.test(node.text);
  let value = "";
  for (const part of node.namedChildren) {
    if (part.type === "interpolation") return null;
    if (part.type === "string_content") value += raw ? part.text : withEscapes(part.text);
  }
  return value;
}

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

function withEscapes(text: string): string {
  return text.replace(/\\(\r\n|[\s\S])/g, (whole, mark: string) =>
    mark === "\r\n" ? "" : (escapes[mark] ?? whole),
  );
}

/** A string's text with its escapes blanked out: same length, so that offsets stay true. */
export function withoutEscapes(text: string): string {
  return text.replace(/\\[\s\S]/g, "  ");
}

export interface CallArguments {
  readonly positional: readonly Node[];
  readonly keywords: ReadonlyMap<string, Node>;
}

/** The arguments of a call; `*a` and `**k` are left out, since only a run could tell what they hold. */
export function argumentsOf(call: Node): CallArguments {
  const positional: Node[] = [];
  const keywords = new Map<string, Node>();
  for (const argument of call.childForFieldName("arguments")?.namedChildren ?? []) {
    if (argument.type === "keyword_argument") {
      const name = argument.childForFieldName("name");
      const value = argument.childForFieldName("value");
      if (name !== null && value !== null) keywords.set(name.text, value);
    } else if (argument.type !== "comment" && !argument.type.endsWith("_splat")) positional.push(argument);
  }
  return { positional, keywords };
}
