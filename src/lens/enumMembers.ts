/** The members of an enumeration that a script declares itself, for arguments that take one of them. */

import type { Node } from "web-tree-sitter";
import { stringValue } from "./syntax.ts";

/** Values of text by the names of their members, in their order; empty for a class that is no enumeration of such. */
export function enumMembers(definition: Node | undefined): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  if (!/\b(?:\w*Enum)\b/.test(definition?.childForFieldName("superclasses")?.text ?? "")) return members;
  for (const statement of definition?.childForFieldName("body")?.namedChildren ?? []) {
    const assignment = statement.type === "expression_statement" ? statement.namedChildren[0] : undefined;
    if (assignment?.type !== "assignment") continue;
    const right = assignment.childForFieldName("right");
    const name = assignment.childForFieldName("left")?.text ?? "";
    // `auto()` of a StrEnum is the name in small letters.
    const value = right?.text.endsWith("auto()") ? name.toLowerCase() : stringValue(right);
    if (value !== null) members.set(name, value);
  }
  return members;
}
