/** What an expression of a script is worth, as far as its text tells without running it. */

import type { Node } from "web-tree-sitter";
import { stringValue } from "./syntax.ts";

/** The assignments of constants, by name. */
export type Names = ReadonlyMap<string, Node>;

/**
 * A literal as Python would print it: strings without quotes, numbers, True and False; a list of literals joined by blanks. A name
 * stands for what was first assigned to it. Null for None and for what only a run can tell.
 */
export function literal(node: Node | null | undefined, names: Names): string | null {
  const value = resolve(node, names);
  if (value === null) return null;
  if (isSequence(value)) {
    const parts = value.namedChildren.map((part) => scalar(resolve(part, names)));
    return parts.length === 0 || parts.includes(null) ? null : parts.join(" ");
  }
  return scalar(value);
}

/** The literals of a list, tuple, set, `range` of a few, or the keys of a dictionary; empty where they can't be told. */
export function literals(node: Node | null | undefined, names: Names): readonly string[] {
  const value = resolve(node, names);
  if (value === null) return [];
  if (value.type === "call") return literalsOfCall(value, names);
  const parts =
    value.type === "dictionary"
      ? value.namedChildren.map((pair) => pair.childForFieldName("key"))
      : isSequence(value)
        ? value.namedChildren
        : [];
  const found = parts.map((part) => scalar(resolve(part, names)));
  return found.filter((part) => part !== null);
}

/** `list(MODELS)`, `sorted(MODELS)`, `MODELS.keys()`, `range(10)`. */
function literalsOfCall(call: Node, names: Names): readonly string[] {
  const callee = call.childForFieldName("function");
  const first = call.childForFieldName("arguments")?.namedChildren[0];
  if (callee?.text === "range" && first?.type === "integer") {
    const count = Number(first.text);
    return count <= 32 ? Array.from({ length: count }, (_, at) => String(at)) : [];
  }
  const inner = /^(?:list|sorted|tuple|set)$/.test(callee?.text ?? "")
    ? first
    : callee?.type === "attribute" && callee.childForFieldName("attribute")?.text === "keys"
      ? callee.childForFieldName("object")
      : null;
  const value = resolve(inner, names);
  return value === null || value.type === "call" ? [] : literals(value, names);
}

export function isSequence(node: Node | null): boolean {
  return node?.type === "list" || node?.type === "tuple" || node?.type === "set";
}

/** Follows one name: constants are assigned once, and a cycle must not be followed. */
function resolve(node: Node | null | undefined, names: Names): Node | null {
  if (node?.type === "identifier") return names.get(node.text)?.childForFieldName("right") ?? null;
  return node ?? null;
}

function scalar(node: Node | null): string | null {
  if (node === null) return null;
  if (/^(?:integer|float|true|false)$/.test(node.type)) return node.text;
  if (node.type === "unary_operator" && /^[-+]\s*[\d.]/.test(node.text)) return node.text.replace(/\s/g, "");
  if (node.type === "binary_operator" && /^[\d\s.+*/-]+$/.test(node.text)) return node.text;
  return stringValue(node);
}

/** `int` or `float` for the text of a number, null for anything else. */
export function typeOfLiteral(value: string | null): string | null {
  if (value === null) return null;
  if (/^[+-]?\d+$/.test(value)) return "int";
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value) ? "float" : null;
}
