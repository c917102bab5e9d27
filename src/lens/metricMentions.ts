/** Where a script names a metric: in what it prints, in what it logs, in its dictionaries. */

import type { Node } from "web-tree-sitter";
import type { Call, Scan } from "./scan.ts";
import { argumentsOf, rangeIn, stringValue, type TextRange, withoutEscapes } from "./syntax.ts";

export interface MetricMention {
  readonly key: string;
  readonly range: TextRange;
}

/** A call that gives metrics away, with their names: what tells a training loop from any other loop. */
export interface Emission {
  readonly call: Call;
  readonly mentions: readonly MetricMention[];
  /** The strings of the call, for the words beside the metric ("step", "epoch"). */
  readonly text: string;
}

/** More mentions than anybody hovers over; a generated file must not cost memory. */
const mentionLimit = 5_000;
/** Longer strings are texts, not reports of metrics. */
const stringLimit = 4_000;

const printing =
  /^(?:print|write|echo|secho|info|debug|warning|log|rprint|set_(?:description|postfix)(?:_str)?)$/;
const logging =
  /^(?:log|log_?metrics?|log_?dict|log_?scalars?|add_?scalars?|scalar|report(?:_\w+)?|track|record|set_postfix)$/i;
const chooser =
  /^(?:compile|fit|train|cross_val\w*|ModelCheckpoint|EarlyStopping|\w*Arguments|\w*Classifier|\w*Regressor|\w*SearchCV)$/;
const choosing = /^(?:monitor|metrics?|eval_metric|scoring|metric_for_best_model|log_metric)$/;

/** Calls that print or log metrics. */
export function emissions(scan: Scan): readonly Emission[] {
  const found: Emission[] = [];
  for (const call of scan.calls) {
    const prints = printing.test(call.last);
    const logs = logging.test(call.last);
    if (!prints && !logs) continue;
    const mentions = [...(prints ? printedKeys(call.node) : []), ...(logs ? loggedKeys(call.node) : [])];
    if (mentions.length > 0) found.push({ call, mentions, text: call.node.text });
    if (found.length >= mentionLimit) break;
  }
  return found;
}

/** Every mention of a metric, each once; at most a few thousand. */
export function metricMentions(scan: Scan, emitted: readonly Emission[]): readonly MetricMention[] {
  const found = new Map<string, MetricMention>();
  for (const mention of mentions(scan, emitted)) {
    if (found.size >= mentionLimit) break;
    found.set(`${mention.range.start.line}:${mention.range.start.character}`, mention);
  }
  return [...found.values()];
}

function* mentions(scan: Scan, emitted: readonly Emission[]): Generator<MetricMention> {
  for (const emission of emitted) yield* emission.mentions;
  for (const { node, last } of scan.calls) if (chooser.test(last)) yield* chosenKeys(node);
  for (const pair of scan.pairs) yield* wholeKey(pair.childForFieldName("key"));
  for (const subscript of scan.subscripts) yield* wholeKey(subscript.childForFieldName("subscript"));
}

/** `EarlyStopping(monitor="val_loss")`, `model.compile(metrics=["accuracy"])`. */
function chosenKeys(call: Node): readonly MetricMention[] {
  return [...argumentsOf(call).keywords].flatMap(([name, value]) =>
    choosing.test(name) ? keysIn(value) : [],
  );
}

function printedKeys(call: Node): readonly MetricMention[] {
  const list = call.childForFieldName("arguments");
  if (list === null) return [];
  return list
    .descendantsOfType("string")
    .flatMap((string) =>
      hasPlaceholder(string) ? interpolatedKeys(string) : textKeys(string, followed(string, list)),
    );
}

function hasPlaceholder(string: Node): boolean {
  return string.namedChildren.some((child) => child.type === "interpolation");
}

/** Does another argument of the same call stand after this string, as in `print("loss", loss)`? */
function followed(string: Node, list: Node): boolean {
  const children = list.namedChildren;
  const next = children[children.findIndex((child) => child.id === string.id) + 1];
  return (
    children.some((child) => child.id === string.id) && next !== undefined && next.type !== "keyword_argument"
  );
}

/** `f"step {step}: val_acc {acc:.3f}"` → val_acc; `f"{loss=}"` → loss. The words before a placeholder name it. */
function interpolatedKeys(string: Node): readonly MetricMention[] {
  const found: MetricMention[] = [];
  let before: Node | null = null;
  for (const part of string.namedChildren) {
    if (part.type === "interpolation") {
      const own = /^\{\s*([A-Za-z_]\w*)\s*=\s*[!:}]/.exec(part.text);
      if (own?.[1] !== undefined)
        found.push({ key: own[1], range: rangeIn(part, part.text.indexOf(own[1]), own[1].length) });
      else if (before !== null) found.push(...keyAtEnd(before));
    }
    before = part.type === "string_content" ? part : null;
  }
  return found;
}

/** A name, with the word for the data before it (`train loss`): the recorder makes one name of both. */
const key =
  "(?:(?:train|training|val|valid|validation|test|eval|dev|avg|average|mean) +){0,2}[a-z_][\\w./@-]*";
const endKey = new RegExp(`(${key})["']?\\s*[:=]?\\s*[(["']?$`, "i");
const formatKey = new RegExp(
  `(${key})["']?\\s*[:=]?\\s*(?:%[-+ #0]*[\\d*]*(?:\\.\\d+)?[diouxXeEfFgGrs]|\\{[^{}]*\\})`,
  "gi",
);

function keyAtEnd(content: Node): readonly MetricMention[] {
  const match = endKey.exec(withoutEscapes(content.text).slice(-200));
  if (match?.[1] === undefined) return [];
  const offset = Math.max(0, content.text.length - 200) + match.index;
  return [{ key: match[1], range: rangeIn(content, offset, match[1].length) }];
}

/** Keys in a string without placeholders of its own: `"loss %.3f" % loss`, `"loss {:.3f}".format(loss)`, and `"loss", loss`. */
function textKeys(string: Node, beforeValue: boolean): readonly MetricMention[] {
  return string.namedChildren.flatMap((content) => {
    if (content.type !== "string_content" || content.endIndex - content.startIndex > stringLimit) return [];
    const found: MetricMention[] = [];
    for (const match of withoutEscapes(content.text).matchAll(formatKey))
      if (match[1] !== undefined)
        found.push({ key: match[1], range: rangeIn(content, match.index, match[1].length) });
    return found.length === 0 && beforeValue ? keyAtEnd(content) : found;
  });
}

/** `log("val_acc", x)`, `add_scalar("train/loss", …)`, `set_postfix(loss=…)`; dictionaries are found by their pairs. */
function loggedKeys(call: Node): readonly MetricMention[] {
  const { positional, keywords } = argumentsOf(call);
  const first = positional[0];
  const inDictionary =
    first?.type === "dictionary"
      ? first.namedChildren.flatMap((pair) => wholeKey(pair.childForFieldName("key")))
      : [];
  const named = [...keywords].flatMap(([name, value]) => {
    const node = value.parent?.childForFieldName("name");
    return node && /postfix|metrics?$/.test(call.childForFieldName("function")?.text ?? "")
      ? [{ key: name, range: rangeIn(node, 0, name.length) }]
      : [];
  });
  return [...(positional.length > 1 ? wholeKey(first) : []), ...inDictionary, ...named];
}

function keysIn(value: Node): readonly MetricMention[] {
  return value.type === "list" || value.type === "tuple"
    ? value.namedChildren.flatMap(wholeKey)
    : wholeKey(value);
}

/** A string that is a key as a whole. */
function wholeKey(node: Node | null | undefined): readonly MetricMention[] {
  const value = node?.type === "string" ? stringValue(node) : null;
  if (!node || value === null || !/^[\w./@ -]{1,100}$/.test(value)) return [];
  return [{ key: value, range: rangeIn(node, node.text.indexOf(value), value.length) }];
}
