/** One pass over a Python tree: the calls, loops and definitions that the readers in this folder look at, each with where it stands. */

import type { Node } from "web-tree-sitter";
import { dottedName } from "./syntax.ts";

/** What stands around a piece of code. `function` is the innermost definition's name; null at module level. */
export interface Scope {
  readonly function: string | null;
  /** The head of the innermost loop in the same function, e.g. `for step in range(steps)`. */
  readonly loop: string | null;
}

export interface Call {
  readonly node: Node;
  /** Dotted name of what is called: `trainer.fit`, `Trainer().train`; empty where it has none. */
  readonly name: string;
  /** The last part of `name`. */
  readonly last: string;
  readonly scope: Scope;
}

export interface Scan {
  readonly calls: readonly Call[];
  /** Top names of imported packages, and what was imported from them. */
  readonly imports: ReadonlySet<string>;
  /** Definitions by name, methods included. */
  readonly functions: ReadonlySet<string>;
  /** Classes of the module level by name. */
  readonly classes: ReadonlyMap<string, Node>;
  /** Functions of the module level by name, the first of each. */
  readonly definitions: ReadonlyMap<string, Node>;
  readonly decorated: readonly Node[];
  /** `"key": value` in dictionaries. */
  readonly pairs: readonly Node[];
  readonly subscripts: readonly Node[];
  /** The first assignment to each name, anywhere in the text. */
  readonly assigned: ReadonlyMap<string, Node>;
  /** The same for names of the module level: what stands for a literal elsewhere. */
  readonly constants: ReadonlyMap<string, Node>;
  /** Line of `if __name__ == "__main__":`, from 0. */
  readonly guardLine: number | null;
  /** True when an unfinished statement has swallowed the guard, and with it what the guard calls. */
  readonly guardSwallowed: boolean;
}

const wanted = [
  "call",
  "pair",
  "subscript",
  "assignment",
  "for_statement",
  "while_statement",
  "if_statement",
  "class_definition",
  "function_definition",
  "decorated_definition",
  "import_statement",
  "import_from_statement",
];

const moduleLevel: Scope = { function: null, loop: null };

interface Open extends Scope {
  readonly end: number;
}

/** Reads a tree into plain lists. Linear in the text; works on trees with errors in them. */
export function scan(root: Node, text: string): Scan {
  const calls: Call[] = [];
  const imports = new Set<string>();
  const functions = new Set<string>();
  const classes = new Map<string, Node>();
  const definitions = new Map<string, Node>();
  const decorated: Node[] = [];
  const pairs: Node[] = [];
  const subscripts: Node[] = [];
  const assigned = new Map<string, Node>();
  const constants = new Map<string, Node>();
  let guardLine: number | null = null;
  const open: Open[] = [{ ...moduleLevel, end: Number.POSITIVE_INFINITY }];

  const nodes = root.descendantsOfType(wanted);
  for (const [at, node] of nodes.entries()) {
    const start = node.startIndex;
    while (open.length > 1 && (open.at(-1)?.end ?? 0) <= start) open.pop();
    const scope = open.at(-1) ?? moduleLevel;
    switch (node.type) {
      case "call": {
        const name = calleeName(node, nodes[at + 1]?.startIndex === start, text);
        calls.push({ node, name, last: name.slice(name.lastIndexOf(".") + 1), scope });
        break;
      }
      case "pair":
        pairs.push(node);
        break;
      case "subscript":
        subscripts.push(node);
        break;
      case "assignment": {
        const name = /^[\w.]+/.exec(text.slice(start, start + 100))?.[0];
        if (name === undefined) break;
        if (!assigned.has(name)) assigned.set(name, node);
        if (scope.function === null && !constants.has(name)) constants.set(name, node);
        break;
      }
      case "for_statement":
      case "while_statement": {
        const body = node.childForFieldName("body")?.startIndex ?? node.endIndex;
        open.push({ ...scope, loop: text.slice(start, body), end: node.endIndex });
        break;
      }
      case "if_statement":
        if (scope.function === null && isMainGuard(text.slice(start, start + 60)))
          guardLine ??= node.startPosition.row;
        break;
      case "class_definition":
        if (node.startPosition.column === 0) classes.set(node.childForFieldName("name")?.text ?? "", node);
        break;
      case "function_definition": {
        const name = node.childForFieldName("name")?.text ?? "";
        functions.add(name);
        if (scope.function === null && node.startPosition.column === 0 && !definitions.has(name))
          definitions.set(name, node);
        open.push({ ...scope, function: name, loop: null, end: node.endIndex });
        break;
      }
      case "decorated_definition":
        decorated.push(node);
        break;
      default:
        for (const name of importedNames(node.text)) imports.add(name);
    }
  }
  // While a statement above it is half typed, the guard can be lost to the tree; the lens above it should not jump away.
  const guardInError = guardLine === null && root.hasError ? guardInText(text) : null;
  return {
    calls,
    imports,
    functions,
    classes,
    definitions,
    decorated,
    pairs,
    subscripts,
    assigned,
    constants,
    guardLine: guardLine ?? guardInError,
    guardSwallowed: guardInError !== null,
  };
}

/**
 * The name of what a call calls. Asking the tree costs more than all the rest here, so the text answers wherever it can: everywhere but
 * in chains (`Trainer(…).train()`), whose outer call begins where the inner one does.
 */
function calleeName(call: Node, isChain: boolean, text: string): string {
  if (!isChain) {
    const simple = /^([A-Za-z_][\w.]*)\s*\(/.exec(text.slice(call.startIndex, call.startIndex + 120));
    if (simple?.[1] !== undefined) return simple[1];
  }
  const callee = call.childForFieldName("function");
  return callee === null ? "" : dottedName(text.slice(callee.startIndex, callee.endIndex));
}

const guard =
  /^if\s*\(?\s*(?:__name__\s*==\s*(['"])__main__\1|(['"])__main__\2\s*==\s*__name__|__name__\s+in\s*[([{].*?(['"])__main__\3)/;

function isMainGuard(text: string): boolean {
  return guard.test(text);
}

function guardInText(text: string): number | null {
  const line = text.split("\n").findIndex(isMainGuard);
  return line < 0 ? null : line;
}

/** `import a.b as c` → a; `from a.b import c` → a, c. */
function importedNames(statement: string): readonly string[] {
  const from = /^from\s+(\S+)\s+import\s+([\s\S]*)$/.exec(statement);
  if (from === null) {
    return statement
      .replace(/^import\s+/, "")
      .split(",")
      .map((part) => /^\s*(\w+)/.exec(part)?.[1] ?? "");
  }
  const names = (from[2] ?? "").split(",").map((part) => /(\w+)/.exec(part)?.[1] ?? "");
  return [from[1]?.split(".")[0] ?? "", ...names];
}
