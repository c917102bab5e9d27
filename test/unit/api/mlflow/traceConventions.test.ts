/** Calls told by the conventions of other libraries, as clients of MLflow find them again. */

import { expect, test } from "vitest";
import { type Client, serve } from "./face.ts";

type Value = string | number | object;
interface Call {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, Value>>;
  readonly events?: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, Value>>;
  }[];
  readonly id?: string;
  readonly parent?: string;
}

const traceDigits = "ab".repeat(16);
const headers = { "content-type": "application/json", "x-mlflow-experiment-id": "0" };
const sentValue = (value: Value) =>
  typeof value === "object"
    ? value
    : typeof value === "number"
      ? { intValue: value }
      : { stringValue: value };
const pairs = (of: Readonly<Record<string, Value>> = {}) =>
  Object.entries(of).map(([key, value]) => ({ key, value: sentValue(value) }));

async function tell(client: Client, calls: readonly Call[], service = ""): Promise<void> {
  const spans = calls.map(({ name, attributes, events = [], id = "1", parent = "" }, at) => ({
    ...{ traceId: traceDigits, spanId: id.repeat(16), parentSpanId: parent.repeat(16), name },
    ...{ startTimeUnixNano: String(10n ** 18n + BigInt(at)), endTimeUnixNano: String(2n * 10n ** 18n) },
    attributes: pairs(attributes),
    events: events.map((event) => ({ ...event, attributes: pairs(event.attributes) })),
  }));
  const resource = { attributes: pairs(service === "" ? {} : { "service.name": service }) };
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
  expect((await client.send("POST", "/v1/traces", body, headers)).status).toBe(200);
}

interface Found {
  readonly info: { readonly request_preview?: string; readonly response_preview?: string };
  readonly tokens: unknown;
  /** Attributes of each span by its name. */
  readonly spans: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

async function found(client: Client): Promise<Found> {
  const answer = await client.send("GET", `/api/3.0/mlflow/traces/get?trace_id=tr-${traceDigits}`);
  const { trace } = (await answer.json()) as {
    readonly trace: {
      readonly trace_info: Found["info"] & { readonly trace_metadata: Readonly<Record<string, string>> };
      readonly spans: readonly {
        readonly name: string;
        readonly attributes: readonly { readonly key: string; readonly value: unknown }[];
      }[];
    };
  };
  const tokens = trace.trace_info.trace_metadata["mlflow.trace.tokenUsage"];
  return {
    info: trace.trace_info,
    tokens: tokens === undefined ? undefined : JSON.parse(tokens),
    spans: Object.fromEntries(
      trace.spans.map(({ name, attributes }) => [
        name,
        Object.fromEntries(attributes.map(({ key, value }) => [key, value])),
      ]),
    ),
  };
}

const numbers = (of: Readonly<Record<string, number>>) => ({
  kvlist_value: { values: Object.entries(of).map(([key, value]) => ({ key, value: { int_value: value } })) },
});

test.each([
  [
    "OpenInference",
    {
      ...{ "openinference.span.kind": "LLM", "input.value": "Hi!", "output.value": "Bye!" },
      ...{ "llm.token_count.prompt": 7, "llm.token_count.completion": "3", "llm.model_name": "small" },
    },
    "LLM",
  ],
  [
    "OpenTelemetry",
    {
      ...{
        "gen_ai.operation.name": "chat",
        "gen_ai.input.messages": "Hi!",
        "gen_ai.output.messages": "Bye!",
      },
      ...{ "gen_ai.usage.input_tokens": 7, "gen_ai.usage.output_tokens": 3, "gen_ai.request.model": "small" },
    },
    "CHAT_MODEL",
  ],
  [
    "OpenLLMetry",
    {
      ...{ "traceloop.span.kind": "workflow", "gen_ai.prompt.0.content": "Hi!" },
      ...{ "gen_ai.completion.0.content": "Bye!", "mlflow.llm.model": "small" },
      ...{ "gen_ai.usage.prompt_tokens": 7, "gen_ai.usage.completion_tokens": 3 },
    },
    "WORKFLOW",
  ],
])("what %s says is there in MLflow's words", async (_, attributes, kind) => {
  const client = await serve();
  await tell(client, [{ name: "call", attributes }], "shop");
  const { info, tokens, spans } = await found(client);
  expect(spans.call).toMatchObject({
    ...attributesAsSent(attributes),
    "mlflow.spanType": { string_value: kind },
    "mlflow.spanInputs": { string_value: "Hi!" },
    "mlflow.spanOutputs": { string_value: "Bye!" },
    "mlflow.llm.model": { string_value: "small" },
    "mlflow.chat.tokenUsage": numbers({ input_tokens: 7, output_tokens: 3, total_tokens: 10 }),
    "service.name": { string_value: "shop" },
  });
  expect(tokens).toEqual({ input_tokens: 7, output_tokens: 3, total_tokens: 10 });
  expect(info).toMatchObject({ request_preview: '"Hi!"', response_preview: '"Bye!"' });
});

function attributesAsSent(attributes: Readonly<Record<string, Value>>) {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === "number" ? { int_value: value } : { string_value: value },
    ]),
  );
}

test("messages that are events, and JSON that is a text, are read too", async () => {
  const client = await serve();
  await tell(client, [
    {
      name: "call",
      attributes: {
        "gen_ai.tool.definitions": '[{"name": "look"}]',
        "input.value": "{}",
        deep: `${"[".repeat(99)}${"]".repeat(99)}`,
        id: "9".repeat(20),
      },
      events: [
        { name: "gen_ai.user.message", attributes: { content: "Hi!" } },
        { name: "gen_ai.choice", attributes: { content: "Bye!", role: "helper" } },
        { name: "gen_ai.user.message", attributes: {} },
      ],
    },
  ]);
  const message = (role: string, content: string) => ({
    array_value: {
      values: [
        {
          kvlist_value: {
            values: [
              { key: "role", value: { string_value: role } },
              { key: "content", value: { string_value: content } },
            ],
          },
        },
      ],
    },
  });
  const { spans } = await found(client);
  expect(spans.call).toMatchObject({
    "mlflow.spanInputs": message("user", "Hi!"),
    "mlflow.spanOutputs": message("helper", "Bye!"),
    "mlflow.chat.tools": { array_value: { values: [{ kvlist_value: {} }] } },
    id: { string_value: "9".repeat(20) },
    deep: { string_value: expect.stringMatching(/^\[{99}\]{99}$/) },
  });
});

test("what MLflow's own client said stays as it is", async () => {
  const client = await serve();
  const own = { "mlflow.spanType": "AGENT", "mlflow.spanInputs": "mine", "mlflow.chat.tokenUsage": "{}" };
  const other = { "openinference.span.kind": "LLM", "input.value": "theirs", "llm.token_count.prompt": 1 };
  await tell(client, [{ name: "call", attributes: { ...own, ...other } }]);
  const { tokens, spans } = await found(client);
  expect(spans.call).toMatchObject({
    "mlflow.spanType": { string_value: "AGENT" },
    "mlflow.spanInputs": { string_value: "mine" },
  });
  expect(tokens).toBeUndefined();
});

test("tokens of calls that come one by one are added up, those of a caller count for all within", async () => {
  const client = await serve();
  const usage = (input: number) => ({ "gen_ai.usage.input_tokens": input, "gen_ai.usage.output_tokens": 1 });
  await tell(client, [{ name: "a", id: "2", parent: "4", attributes: usage(200) }]);
  await tell(client, [{ name: "b", id: "3", parent: "4", attributes: usage(150) }]);
  expect((await found(client)).tokens).toEqual({ input_tokens: 350, output_tokens: 2, total_tokens: 352 });
  await tell(client, [{ name: "middle", id: "4", parent: "1" }]);
  await tell(client, [{ name: "top", id: "1", attributes: usage(100) }]);
  expect((await found(client)).tokens).toEqual({ input_tokens: 100, output_tokens: 1, total_tokens: 101 });
});

test("what was said in one millisecond stays in the order in which it was said", async () => {
  const client = await serve();
  await tell(client, [{ name: "call" }]);
  const names = ["e", "a", "d", "b", "c"];
  for (const assessment_name of names) {
    const source = { source_type: "HUMAN", source_id: "ana" };
    const at = { create_time: "2026-11-22T03:00:00Z", last_update_time: "2026-11-22T03:00:00Z" };
    const assessment = { ...{ assessment_name, source, feedback: { value: 1 } }, ...at };
    const place = `/api/3.0/mlflow/traces/tr-${traceDigits}/assessments`;
    const answer = await client.send("POST", place, JSON.stringify({ assessment }), headers);
    expect(answer.status).toBe(200);
  }
  const answer = await client.send("GET", `/api/3.0/mlflow/traces/tr-${traceDigits}`);
  const { trace } = (await answer.json()) as {
    trace: { trace_info: { assessments: readonly { assessment_name: string }[] } };
  };
  expect(trace.trace_info.assessments.map((each) => each.assessment_name)).toEqual(names);
});
