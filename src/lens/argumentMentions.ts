/** Where a script names one of its parameters: where it declares it, and where it uses it. */

import type { Node } from "web-tree-sitter";
import type { DeclaredArgument } from "./declaredArgument.ts";
import type { Scan } from "./scan.ts";
import type { TextRange } from "./syntax.ts";

export interface ArgumentMention {
  readonly key: string;
  readonly range: TextRange;
}

const usualOwners = [
  "args",
  "opt",
  "opts",
  "options",
  "flags",
  "FLAGS",
  "cfg",
  "config",
  "hparams",
  "hp",
  "params",
  "conf",
];
const mentionLimit = 5_000;

/**
 * Declarations, `args.lr`, and the parameters of a click command. Without declarations of its own a script's parser is elsewhere:
 * then every `args.name` counts.
 */
export function argumentMentions(
  text: string,
  scan: Scan,
  declared: readonly DeclaredArgument[],
): readonly ArgumentMention[] {
  const names = new Set(declared.map(({ argument }) => argument.name));
  return [
    ...declared.flatMap(({ argument, ranges }) => ranges.map((range) => ({ key: argument.name, range }))),
    ...uses(text, scan, names),
    ...scan.decorated.flatMap((definition) => commandParameters(definition, names)),
  ].slice(0, mentionLimit);
}

/** By text, not by tree: there are thousands of attributes in a script and few of them are looked at. */
function uses(text: string, { assigned }: Scan, names: ReadonlySet<string>): readonly ArgumentMention[] {
  const parsed = [...assigned].filter(([, value]) =>
    /\bparse(?:_known)?_args(?:_into_dataclasses)?\(/.test(value.text.slice(0, 300)),
  );
  const own = parsed.flatMap(([name]) => name.match(/[A-Za-z_]\w*$/) ?? []);
  const owners = [...new Set([...usualOwners, ...own])].join("|");
  const use = new RegExp(`\\b(?:${owners})\\.([A-Za-z_]\\w*)\\b(?!\\s*\\()|\\n`, "g");
  const found: ArgumentMention[] = [];
  let line = 0;
  let lineStart = 0;
  for (const match of text.matchAll(use)) {
    const key = match[1];
    const end = match.index + match[0].length;
    if (key === undefined) {
      line++;
      lineStart = end;
    } else if (names.size === 0 || names.has(key)) {
      const character = end - lineStart;
      found.push({
        key,
        range: { start: { line, character: character - key.length }, end: { line, character } },
      });
      if (found.length >= mentionLimit) break;
    }
  }
  return found;
}

/** `def main(lr, steps)` under `@click.option`: click gives the values by name. */
function commandParameters(definition: Node, names: ReadonlySet<string>): readonly ArgumentMention[] {
  const decorators = definition.namedChildren.filter((child) => child.type === "decorator");
  if (!decorators.some((each) => /^@(?:click\.)?(?:option|argument)\b/.test(each.text.slice(0, 40))))
    return [];
  const parameters =
    definition.childForFieldName("definition")?.childForFieldName("parameters")?.namedChildren ?? [];
  return parameters.flatMap((parameter) => {
    const name = parameter.type === "identifier" ? parameter : (parameter.namedChildren[0] ?? parameter);
    if (!names.has(name.text)) return [];
    const { row: line, column: character } = name.startPosition;
    return [
      {
        key: name.text,
        range: { start: { line, character }, end: { line, character: character + name.text.length } },
      },
    ];
  });
}
