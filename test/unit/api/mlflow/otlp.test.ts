import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Client, serve } from "./face.ts";

/** Just enough of protobuf's wire format to write a request. */
const varint = (value: bigint): number[] =>
  value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)];
const bytes = (number: number, content: readonly number[]) => [
  ...varint(BigInt(number << 3) | 2n),
  ...varint(BigInt(content.length)),
  ...content,
];
const text = (number: number, content: string) => bytes(number, [...Buffer.from(content)]);
const fixed = (number: number, value: bigint) => {
  const eight = Buffer.alloc(8);
  eight.writeBigUInt64LE(value);
  return [...varint(BigInt(number << 3) | 1n), ...eight];
};
const whole = (number: number, value: bigint) => [
  ...varint(BigInt(number << 3)),
  ...varint(BigInt.asUintN(64, value)),
];
const double = (number: number, value: number) => {
  const eight = Buffer.alloc(8);
  eight.writeDoubleLE(value);
  return [...varint(BigInt(number << 3) | 1n), ...eight];
};
const pair = (key: string, value: readonly number[]) => bytes(9, [...text(1, key), ...bytes(2, value)]);
const id = (length: number, digit: number) => Array.from({ length }, () => digit);

const start = 1_795_318_749_579_217_991n;
const spanBytes = [
  ...bytes(1, id(16, 0xab)),
  ...bytes(2, id(8, 1)),
  ...text(5, "chat"),
  ...fixed(7, start),
  ...fixed(8, start + 1_500_000_000n),
  ...pair("gen_ai.usage.input_tokens", whole(3, 12n)),
  ...pair("gen_ai.usage.output_tokens", whole(3, 30n)),
  ...pair("negative", whole(3, -5n)),
  ...pair("ratio", double(4, 0.25)),
  ...pair("flag", whole(2, 1n)),
  ...pair("list", bytes(5, [...bytes(1, text(1, "a")), ...bytes(1, whole(3, 2n))])),
  ...pair("object", bytes(6, bytes(1, [...text(1, "x"), ...bytes(2, whole(3, 1n))]))),
  ...bytes(11, [...fixed(1, start + 1n), ...text(2, "exception")]),
  ...bytes(15, [...text(2, "broken"), ...whole(3, 2n)]),
];
const request = bytes(1, bytes(2, bytes(2, spanBytes)));
const traceId = `tr-${"ab".repeat(16)}`;

async function post(
  client: Client,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
) {
  const type = typeof body === "string" ? "application/json" : "application/x-protobuf";
  const all = { "content-type": type, "x-mlflow-experiment-id": "0", ...headers };
  return client.send("POST", "/v1/traces", body as RequestInit["body"], all);
}

interface Told {
  readonly trace: {
    readonly trace_info: Readonly<Record<string, unknown>>;
    readonly spans: readonly Readonly<Record<string, unknown>>[];
  };
}

async function told(client: Client): Promise<{ readonly text: string; readonly trace: Told["trace"] }> {
  const response = await client.send("GET", `/api/3.0/mlflow/traces/get?trace_id=${traceId}`);
  const answered = await response.text();
  return { text: answered, trace: (JSON.parse(answered) as Told).trace };
}

test("spans in protobuf are a trace, to the last nanosecond", async () => {
  const client = await serve();
  const response = await post(client, Uint8Array.from(request));
  expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, 0]);
  const { text: answered, trace } = await told(client);
  expect(trace.trace_info).toMatchObject({
    ...{ trace_id: traceId, state: "ERROR", execution_duration: "1.5s" },
    trace_location: { mlflow_experiment: { experiment_id: "0" } },
    trace_metadata: { "mlflow.trace.tokenUsage": '{"input_tokens":12,"output_tokens":30,"total_tokens":42}' },
    tags: { "mlflow.traceName": "chat", "mlflow.trace.spansLocation": "TRACKING_STORE" },
  });
  expect(answered).toContain(`"start_time_unix_nano":${start}`);
  expect(answered).toContain(`"time_unix_nano":${start + 1n}`);
  const attributes = trace.spans[0]?.attributes;
  expect(attributes).toEqual(
    expect.arrayContaining([
      { key: "negative", value: { int_value: -5 } },
      { key: "ratio", value: { double_value: 0.25 } },
      { key: "flag", value: { bool_value: true } },
      { key: "list", value: { array_value: { values: [{ string_value: "a" }, { int_value: 2 }] } } },
      { key: "object", value: { kvlist_value: { values: [{ key: "x", value: { int_value: 1 } }] } } },
    ]),
  );
  expect(trace.spans[0]).toMatchObject({ status: { code: "STATUS_CODE_ERROR", message: "broken" } });
});

test("the same in JSON, and packed", async () => {
  const client = await serve();
  const span = {
    ...{ traceId: "ab".repeat(16), spanId: "01".repeat(8), name: "chat", kind: 1 },
    ...{ startTimeUnixNano: String(start), endTimeUnixNano: String(start + 1_500_000_000n) },
    attributes: [
      { key: "gen_ai.usage.input_tokens", value: { intValue: "12" } },
      { key: "gen_ai.usage.output_tokens", value: { intValue: 30 } },
      { key: "deep", value: { kvlistValue: { values: [{ key: "x", value: { doubleValue: 1.5 } }] } } },
    ],
    status: { code: "STATUS_CODE_ERROR" },
  };
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  expect((await post(client, body)).status).toBe(200);
  expect((await told(client)).text).toContain(`"start_time_unix_nano":${start}`);
  const packed = gzipSync(Uint8Array.from(request));
  expect((await post(client, packed, { "content-encoding": "gzip" })).status).toBe(200);
  expect((await told(client)).trace.spans).toHaveLength(1);
});

describe("what is no request", () => {
  test("wherever it was cut off, or whichever byte was changed, is the client's mistake", async () => {
    const client = await serve();
    const given = Uint8Array.from(request);
    for (let at = 0; at < given.length; at += 3) {
      const cut = await post(client, given.subarray(0, at));
      expect([at, cut.status < 500]).toEqual([at, true]);
      const changed = given.slice();
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      const answer = await post(client, changed);
      expect([at, answer.status < 500]).toEqual([at, true]);
    }
    expect(client.failures).toEqual([]);
  });

  test("nesting without end is refused", async () => {
    const client = await serve();
    let value = text(1, "x");
    for (let depth = 0; depth < 500; depth++) value = bytes(5, bytes(1, value));
    const deep = bytes(1, bytes(2, bytes(2, [...spanBytes, ...pair("deep", value)])));
    expect((await post(client, Uint8Array.from(deep))).status).toBe(400);
  });

  test("a small body that unpacks to a huge one is refused", async () => {
    const client = await serve();
    const packed = gzipSync(Buffer.alloc(100 * 1024 * 1024));
    expect((await post(client, packed, { "content-encoding": "gzip" })).status).toBe(429);
  });

  test.each<[string, string | Uint8Array, Readonly<Record<string, string>>]>([
    ["no experiment", Uint8Array.from(request), { "x-mlflow-experiment-id": "" }],
    ["an unknown experiment", Uint8Array.from(request), { "x-mlflow-experiment-id": "99" }],
    ["another type", "x", { "content-type": "text/plain" }],
    ["no spans", "{}", {}],
    ["no JSON", "{", {}],
    ["ids of another length", '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"ab"}]}]}]}', {}],
    ["no list", '{"resourceSpans":{}}', {}],
    ["an unknown packing", Uint8Array.from(request), { "content-encoding": "br" }],
    ["bytes that do not unpack", Uint8Array.from(request), { "content-encoding": "gzip" }],
  ])("%s", async (_, body, headers) => {
    const client = await serve();
    const { status } = await post(client, body, headers);
    expect([400, 404, 422]).toContain(status);
    expect(client.failures).toEqual([]);
  });
});
