/** Protobuf of OpenTelemetry's traces as a broken exporter writes it: the right fields with anything in them, cut and changed. */

import type { Dice } from "./values.ts";

/** Fields of each message by number, and the message within each; the rest of protobuf's kinds comes by chance. */
const shapes: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  request: { 1: "resourceSpans" },
  resourceSpans: { 1: "resource", 2: "scopeSpans" },
  resource: { 1: "pair" },
  scopeSpans: { 2: "span" },
  span: {
    ...{ 1: "id16", 2: "id8", 4: "id8", 5: "text", 7: "time", 8: "time", 9: "pair", 11: "event", 13: "link" },
    15: "status",
  },
  event: { 1: "time", 2: "text", 3: "pair" },
  link: { 1: "id16", 2: "id8", 4: "pair" },
  status: { 2: "text", 3: "number" },
  pair: { 1: "key", 2: "value" },
  value: { 1: "text", 2: "number", 3: "number", 4: "time", 5: "values", 6: "pairs", 7: "text" },
  values: { 1: "value" },
  pairs: { 1: "pair" },
};

const keys = [
  ...[
    "mlflow.spanInputs",
    "mlflow.spanType",
    "mlflow.traceRequestId",
    "mlflow.chat.tokenUsage",
    "mlflow.llm.cost",
  ],
  ...[
    "mlflow.traceTag.a",
    "mlflow.artifactLocation",
    "service.name",
    "session.id",
    "__proto__",
    "",
    "gen_ai.choice",
  ],
  ...[
    "openinference.span.kind",
    "gen_ai.usage.input_tokens",
    "gen_ai.prompt.0.content",
    "input.value",
    "role",
  ],
];
const texts = [
  "",
  "a",
  "LLM",
  "chat",
  "{}",
  "[1,",
  '{"input_tokens": 1e999}',
  '"x"',
  "[".repeat(3_000),
  "12",
  "\0",
];

export function otlpRequest(dice: Dice): Buffer {
  const whole = Buffer.from(message("request", dice, 0));
  switch (dice.below(6)) {
    case 0:
      return whole.subarray(0, dice.below(whole.length + 1));
    case 1: {
      const changed = Buffer.from(whole);
      if (changed.length > 0) changed[dice.below(changed.length)] = dice.below(256);
      return changed;
    }
    case 2:
      return Buffer.from(Array.from({ length: dice.below(300) }, () => dice.below(256)));
    default:
      return whole;
  }
}

function message(name: string, dice: Dice, depth: number): number[] {
  const fields = Object.entries(shapes[name] ?? {});
  const count = depth > 12 ? 0 : dice.one([1, 1, 2, fields.length, fields.length]);
  return Array.from({ length: count }, (_, at) =>
    field(fields[dice.below(3) === 0 ? dice.below(fields.length) : at % fields.length], dice, depth),
  ).flat();
}

function field(entry: readonly [string, string] | undefined, dice: Dice, depth: number): number[] {
  const [number, kind] = entry ?? ["1", "text"];
  // Now and then another kind than the right one.
  switch (dice.below(20) === 0 ? dice.one(["time", "number", "text", "odd"]) : kind) {
    case "number":
      return [...tag(number, 0), ...varint(dice.one([0n, 1n, 2n, 99n, 2n ** 63n, 2n ** 64n - 1n]))];
    case "time":
      return [
        ...tag(number, 1),
        ...Array.from({ length: 8 }, () => dice.one([0, 1, 127, 255, dice.below(256)])),
      ];
    case "odd":
      return [...tag(number, dice.below(8)), dice.below(256)];
    case "id16":
    case "id8":
      return bytes(
        number,
        Array.from({ length: dice.below(9) === 0 ? dice.below(20) : Number(kind.slice(2)) }, () =>
          dice.one([0, 1]),
        ),
      );
    case "text":
      return bytes(number, [...Buffer.from(dice.one(texts))]);
    case "key":
      return bytes(number, [...Buffer.from(dice.one(keys))]);
    default:
      return bytes(number, message(kind, dice, depth + 1));
  }
}

const tag = (number: string, wire: number) => varint((BigInt(number) << 3n) | BigInt(wire));
const bytes = (number: string, content: readonly number[]) => [
  ...tag(number, 2),
  ...varint(BigInt(content.length)),
  ...content,
];
const varint = (value: bigint): number[] =>
  value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)];
