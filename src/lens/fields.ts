/** Named values with a type and a default: the fields of a dataclass, the parameters of a function. */

import type { Node } from "web-tree-sitter";
import { argumentsOf, stringValue } from "./syntax.ts";

export interface Field {
  readonly name: string;
  readonly node: Node;
  readonly annotation: Node | null;
  /** The default as written; null where there is none, or where only a run could tell it. */
  readonly value: Node | null;
  /** There is a default, whether or not it can be told. */
  readonly isOptional: boolean;
  readonly help: string;
  /** What may be given, as its metadata says. */
  readonly choices: Node | null;
}

/** Fields of a class body in their order. `field(default=…, metadata={"help": …})` is looked into. */
export function fieldsOf(definition: Node): readonly Field[] {
  const body = definition.childForFieldName("body")?.namedChildren ?? [];
  return body.flatMap((statement) => {
    const assignment = statement.type === "expression_statement" ? statement.namedChildren[0] : undefined;
    const node = assignment?.type === "assignment" ? assignment.childForFieldName("left") : null;
    const annotation = assignment?.childForFieldName("type") ?? null;
    if (node?.type !== "identifier" || annotation === null) return [];
    if (/^(?:typing\.)?ClassVar\b/.test(annotation.text)) return [];
    return [field(node, annotation, assignment?.childForFieldName("right") ?? null)];
  });
}

/** Parameters of a function in their order, without `self`, `*args` and `**kwargs`. */
export function parametersOf(definition: Node): readonly Field[] {
  const parameters = definition.childForFieldName("parameters")?.namedChildren ?? [];
  return parameters.flatMap((parameter) => {
    const node =
      parameter.type === "identifier"
        ? parameter
        : (parameter.childForFieldName("name") ??
          (parameter.type === "typed_parameter" ? parameter.namedChildren[0] : null));
    if (node?.type !== "identifier" || node.text === "self" || node.text === "cls") return [];
    const value = parameter.childForFieldName("value");
    return [
      {
        name: node.text,
        node,
        annotation: parameter.childForFieldName("type"),
        value,
        isOptional: value !== null,
        help: "",
        choices: null,
      },
    ];
  });
}

function field(node: Node, annotation: Node, right: Node | null): Field {
  const base = { name: node.text, node, annotation };
  if (right?.type !== "call" || !/(?:^|\.)\w*field$/i.test(right.childForFieldName("function")?.text ?? ""))
    return { ...base, value: right, isOptional: right !== null, help: "", choices: null };
  const { positional, keywords } = argumentsOf(right);
  const value = keywords.get("default") ?? positional[0] ?? null;
  return {
    ...base,
    value,
    isOptional: value !== null || keywords.has("default_factory") || keywords.has("factory"),
    help: stringValue(keywords.get("help") ?? told(keywords.get("metadata"), "help")) ?? "",
    choices: told(keywords.get("metadata"), "choices"),
  };
}

/** `{"help": "…", "choices": […]}` */
function told(metadata: Node | undefined, wanted: string): Node | null {
  const pairs = metadata?.type === "dictionary" ? metadata.namedChildren : [];
  const found = pairs.find((pair) => stringValue(pair.childForFieldName("key")) === wanted);
  return found?.childForFieldName("value") ?? null;
}
